package org.ovswin.node.uplink;

import java.net.InetAddress;
import java.util.List;
import org.ovswin.sandbox.InetPrefix;

/**
 * What was found on an adapter, for the agent's configuration.
 *
 * @param device its name
 * @param address its first IPv4 address that has the gateway on its link
 * @param gateway of its IPv4 default route with the lowest metric
 * @param mtu bytes
 * @param dns name servers that were asked through it, if the system knows that
 */
public record Adapter(
    String device, InetPrefix address, InetAddress gateway, int mtu, List<InetAddress> dns) {
  public Adapter {
    dns = List.copyOf(dns);
  }
}
