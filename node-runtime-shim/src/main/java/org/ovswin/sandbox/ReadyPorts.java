package org.ovswin.sandbox;

import java.util.List;
import java.util.Set;

/**
 * Devices that can be ports of the switch before there is a pod to use them: a switch takes many
 * milliseconds for a new port, the more the more it has, and none for one that it has already. A
 * pod's interface is put on the inner side of such a device, and only one at a time can be. After
 * the pod the device is as before, and another pod's.
 *
 * <p>All calls block, and are safe for use by several threads; calls for one port are the caller's
 * to serialise. There is no state but the operating system's.
 */
public interface ReadyPorts {
  /**
   * Makes the devices of these names as far as they are not there, and up.
   *
   * @param names at most 15 characters each
   * @param mtu bytes
   * @throws EndpointException SYSTEM also where the operating system cannot do this at all; then
   *     none of the devices is there that was not before
   */
  void prepare(List<String> names, int mtu, EndpointSpec.TxChecksum txChecksum)
      throws EndpointException;

  /** Removes devices; a success for those that are not there. What is on them goes too. */
  void remove(Set<String> names) throws EndpointException;

  /**
   * As {@link Endpoints#attach}, on the device {@link EndpointSpec#hostName}, which is made if it
   * is not there.
   */
  Endpoint attach(EndpointSpec spec) throws EndpointException;

  /**
   * Takes the pod's interface off the device; a success if it is not there, also where it went with
   * its sandbox.
   */
  void detach(EndpointSpec spec) throws EndpointException;

  /** Whether the pod's interface is on the device, in the sandbox of the spec. */
  boolean holds(EndpointSpec spec) throws EndpointException;

  /** The names of the devices with a pod's interface on them that is up, in whatever sandbox. */
  Set<String> inUse() throws EndpointException;

  /** As {@link Endpoints#check}. */
  List<EndpointProblem> check(EndpointSpec spec) throws EndpointException;
}
