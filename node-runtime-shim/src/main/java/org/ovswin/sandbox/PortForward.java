package org.ovswin.sandbox;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Optional;

/**
 * A port of the host that leads to a pod.
 *
 * @param protocol whose port it is
 * @param hostIp the only address of the host on which it does; empty: on all of the pod's family
 * @param hostPort 1 to 65535
 * @param pod the pod's address, of {@code hostIp}'s family
 * @param podPort 1 to 65535
 */
public record PortForward(
    Protocol protocol, Optional<InetAddress> hostIp, int hostPort, InetAddress pod, int podPort) {
  public PortForward {
    requirePort("hostPort", hostPort);
    requirePort("podPort", podPort);
    if (hostIp.isPresent() && hostIp.get() instanceof Inet4Address != pod instanceof Inet4Address) {
      throw new IllegalArgumentException(
          "hostIp of a port of %s: %s (expected: of the same family)"
              .formatted(pod.getHostAddress(), hostIp.get().getHostAddress()));
    }
  }

  /** Whether it carries IPv4. */
  public boolean isIpv4() {
    return pod instanceof Inet4Address;
  }

  private static void requirePort(String name, int port) {
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("%s: %d (expected: 1 to 65535)".formatted(name, port));
    }
  }
}
