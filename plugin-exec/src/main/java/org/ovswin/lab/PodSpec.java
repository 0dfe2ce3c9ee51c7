package org.ovswin.lab;

import java.util.List;

/**
 * A pod to add.
 *
 * @param node the name of the node to add it to
 * @param name unique in the lab; it becomes part of a namespace's and a container's name
 * @param hostPorts the ports of the node that shall lead to it
 */
public record PodSpec(String node, String name, List<HostPort> hostPorts) {
  public PodSpec {
    if (!name.matches("[a-z0-9][a-z0-9-]{0,40}")) {
      throw new IllegalArgumentException(
          "pod name: %s (expected: lower-case letters, digits and hyphens)".formatted(name));
    }
    hostPorts = List.copyOf(hostPorts);
  }
}
