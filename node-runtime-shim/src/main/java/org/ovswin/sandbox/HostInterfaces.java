package org.ovswin.sandbox;

import java.util.List;
import java.util.Optional;

/** The host's own interfaces. Blocking, stateless, safe for use by several threads. */
public interface HostInterfaces {
  /** How {@link #converge} ended. */
  sealed interface Convergence {
    /**
     * The interface is as wanted.
     *
     * @param changes what had to be changed, in words and in order; empty if nothing had to
     */
    record Converged(List<String> changes) implements Convergence {
      public Converged {
        changes = List.copyOf(changes);
      }
    }

    /**
     * There is no such interface, or it went away meanwhile: the switch has not made it yet, or is
     * restarting. Not an error; converge again when it is back.
     */
    record Gone(String name) implements Convergence {}
  }

  /**
   * Brings an interface up and to its MTU, addresses and routes; idempotent. Addresses are added
   * here before they are removed from {@link HostInterfaceSpec#addressesMoveFrom}, and routes come
   * last, because the system drops those of the other interface with its addresses. From then on
   * the host's own stack does not act on what comes in by the other one: the switch does.
   */
  Convergence converge(HostInterfaceSpec spec) throws EndpointException;

  /** An interface's link-layer address; empty if there is no such interface or it has none. */
  Optional<MacAddress> mac(String name) throws EndpointException;
}
