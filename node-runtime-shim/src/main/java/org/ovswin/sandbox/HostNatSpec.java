package org.ovswin.sandbox;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the host's packet filter shall do for pods whose gateway the host is.
 *
 * @param gatewayInterface the interface that pods are behind
 * @param cluster the cluster's ranges of both families. What leaves for them keeps its source
 * @param blocks this node's parts of them. What leaves them for elsewhere has the node's address
 * @param forwards the host's ports that lead to pods; one for each protocol, address and port
 */
public record HostNatSpec(
    String gatewayInterface,
    List<InetPrefix> cluster,
    List<InetPrefix> blocks,
    List<PortForward> forwards) {
  /** What a packet's destination is looked up by. */
  private record Key(Protocol protocol, boolean ipv4, Optional<?> hostIp, int hostPort) {}

  public HostNatSpec {
    cluster = List.copyOf(cluster);
    blocks = List.copyOf(blocks);
    forwards = List.copyOf(forwards);
    if (!EndpointSpec.IF_NAME.matcher(gatewayInterface).matches()) {
      throw new IllegalArgumentException(
          "gatewayInterface: %s (expected: the name of an interface)".formatted(gatewayInterface));
    }
    requireNetworks("cluster", cluster);
    requireNetworks("blocks", blocks);
    Set<Key> keys = new HashSet<>();
    for (PortForward forward : forwards) {
      if (!keys.add(
          new Key(forward.protocol(), forward.isIpv4(), forward.hostIp(), forward.hostPort()))) {
        throw new IllegalArgumentException(
            "forwards: %s twice (expected: one for each protocol, address and port)"
                .formatted(forward));
      }
    }
  }

  private static void requireNetworks(String name, List<InetPrefix> prefixes) {
    for (InetPrefix prefix : prefixes) {
      if (prefix.hasHostBits()) {
        throw new IllegalArgumentException(
            "%s: %s (expected: %s)".formatted(name, prefix, prefix.network()));
      }
    }
  }
}
