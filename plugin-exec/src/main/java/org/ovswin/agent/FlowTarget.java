package org.ovswin.agent;

import java.util.Set;
import org.ovswin.pipeline.NodeState;

/**
 * What the switch shall have of our flows.
 *
 * @param state says which flows
 * @param removal which others may go
 */
record FlowTarget(NodeState state, Removal removal) {

  /** Which flows of ours may be deleted that the state does not ask for. */
  sealed interface Removal {
    boolean allows(long cookie);

    /** All of them: what is not known is not there. */
    record Everything() implements Removal {
      @Override
      public boolean allows(long cookie) {
        return true;
      }
    }

    /** Those with these cookies; the others may have a reason that comes later. */
    record Only(Set<Long> cookies) implements Removal {
      public Only {
        cookies = Set.copyOf(cookies);
      }

      @Override
      public boolean allows(long cookie) {
        return cookies.contains(cookie);
      }
    }
  }
}
