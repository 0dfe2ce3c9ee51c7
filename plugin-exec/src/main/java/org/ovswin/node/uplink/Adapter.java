package org.ovswin.node.uplink;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.ovswin.sandbox.InetPrefix;

/**
 * What was found on an adapter, for the agent's configuration.
 *
 * @param device its name
 * @param address its first IPv4 address that has the gateway on its link
 * @param gateway of its IPv4 default route with the lowest metric
 * @param ipv6 the same two of IPv6, if it has them and the address is a static one
 * @param mtu bytes
 * @param dns name servers that were asked through it, if the system knows that
 */
public record Adapter(
    String device,
    InetPrefix address,
    InetAddress gateway,
    Optional<Ipv6> ipv6,
    int mtu,
    List<InetAddress> dns) {
  /**
   * What was found of IPv6.
   *
   * @param address its first global address that no router's advertisement made
   * @param gateway of its IPv6 default route with the lowest metric
   */
  public record Ipv6(InetPrefix address, InetAddress gateway) {}

  public Adapter {
    dns = List.copyOf(dns);
  }
}
