package org.ovswin.sandbox;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The endpoints of pods on this host.
 *
 * <p>All calls block, for as long as the operating system takes; the caller brings the deadline and
 * the threads. Calls for different endpoints may run at the same time; the caller serialises those
 * for one endpoint. There is no state but the operating system's, so a new instance after a restart
 * sees the same endpoints.
 */
public interface Endpoints {
  /**
   * Brings the endpoint to what {@code spec} says. Idempotent: an identical one is adopted. One
   * that leads elsewhere, has another MAC address or lacks an address, as a half made one does, is
   * remade. Everything else (MTU, routes, state) is corrected in place, so that a pod which changed
   * its own routes does not lose its connections when the agent starts again.
   *
   * <p>After a failure there is no endpoint, unless there was one before.
   *
   * @throws EndpointException with every reason
   */
  Endpoint attach(EndpointSpec spec) throws EndpointException;

  /**
   * The endpoint as it is, if both of its sides are there and belong together, whatever their
   * configuration; empty also when the sandbox is gone.
   */
  Optional<Endpoint> find(EndpointSpec spec) throws EndpointException;

  /**
   * Removes the endpoint. Idempotent: a success if it is already gone, also together with its
   * sandbox.
   *
   * @param hostName as in {@link EndpointSpec#hostName}
   * @throws EndpointException NAME_IN_USE if an interface of that name is there that is not ours
   */
  void detach(String hostName) throws EndpointException;

  /**
   * Takes away how packets from these addresses find their way in a sandbox that goes on living
   * ({@link EndpointSpec#sourceRouted}): on Linux that does not go with the endpoint. Idempotent: a
   * success if nothing is there, also if the sandbox is gone.
   *
   * @param sandbox as in {@link EndpointSpec#sandbox}
   */
  void forgetSources(String sandbox, List<InetAddress> sources) throws EndpointException;

  /** What differs from {@code spec}; empty if nothing does. A missing sandbox is a difference. */
  List<EndpointProblem> check(EndpointSpec spec) throws EndpointException;

  /** The host names of all endpoints of ours on this host. */
  Set<String> list() throws EndpointException;
}
