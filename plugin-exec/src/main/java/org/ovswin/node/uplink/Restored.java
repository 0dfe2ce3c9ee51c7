package org.ovswin.node.uplink;

import java.util.List;

/**
 * What putting an adapter back did.
 *
 * @param changes in words and in order; empty if there was nothing to put back
 */
public record Restored(List<String> changes) {
  public Restored {
    changes = List.copyOf(changes);
  }
}
