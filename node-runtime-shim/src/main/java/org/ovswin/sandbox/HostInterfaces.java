package org.ovswin.sandbox;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

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
   *
   * <p>With a {@link Forwarding}, routes of an earlier one that are not wanted any more are
   * removed, and nobody else's. A peer that cannot be reached does not keep the others from getting
   * theirs; the exception at the end names all that failed.
   */
  Convergence converge(HostInterfaceSpec spec) throws EndpointException;

  /**
   * Removes every route that a {@link Forwarding} made, of whatever interface; a success if there
   * is none. The switches of forwarding itself stay as they are: whether somebody else needs them
   * by now is not known here.
   */
  void removeForwardingRoutes() throws EndpointException;

  /**
   * How the host reaches an address at this moment; empty if it has no route there, or no address
   * to send from.
   */
  Optional<Path> pathTo(InetAddress destination) throws EndpointException;

  /**
   * Has the host's own stack act again on what comes in by an interface that {@link #converge} gave
   * to the switch, as on one that is new; a success if there is no such interface.
   */
  void release(String name) throws EndpointException;

  /** An interface's link-layer address; empty if there is no such interface or it has none. */
  Optional<MacAddress> mac(String name) throws EndpointException;

  /** What an interface carries, in bytes; empty if there is no such interface. */
  OptionalInt mtu(String name) throws EndpointException;
}
