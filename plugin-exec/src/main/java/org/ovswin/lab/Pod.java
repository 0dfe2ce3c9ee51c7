package org.ovswin.lab;

import java.util.List;

/**
 * A pod of the lab: a network namespace that a node's plugin chain has attached.
 *
 * @param name unique in the lab
 * @param node the name of its node
 * @param containerId CNI_CONTAINERID
 * @param host where it is and which address the plugin gave it
 * @param port the node's link that the result names first, which is the pod's port
 * @param mac its interface's hardware address
 * @param gateway its default route's next hop
 * @param hostPorts the ports of its node that lead to it
 */
public record Pod(
    String name,
    String node,
    String containerId,
    Host host,
    String port,
    String mac,
    String gateway,
    List<HostPort> hostPorts) {
  /** The interface that the plugin makes in it. */
  public static final String IF_NAME = "eth0";

  public Pod {
    hostPorts = List.copyOf(hostPorts);
  }

  public String address() {
    return host.address();
  }

  @Override
  public String toString() {
    return "%s/%s %s".formatted(node, name, address());
  }
}
