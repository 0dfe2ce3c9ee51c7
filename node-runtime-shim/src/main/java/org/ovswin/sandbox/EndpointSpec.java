package org.ovswin.sandbox;

import java.net.InetAddress;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a pod's endpoint shall be.
 *
 * @param hostName the endpoint's name on the host: on Linux the host end of the veth pair, at most
 *     15 characters. It identifies the endpoint; a caller derives it from the attachment, so that
 *     after a restart it finds the same one
 * @param sandbox the network namespace: on Linux a path such as {@code /run/netns/x} or {@code
 *     /proc/42/ns/net}, on Windows a GUID
 * @param ifName the interface's name in the sandbox (CNI_IFNAME)
 * @param mac the interface's link-layer address in the sandbox
 * @param addresses the interface's addresses, IPv4 only
 * @param routes the interface's routes in the sandbox
 * @param mtu bytes, 68 (RFC 791) to 65535
 */
public record EndpointSpec(
    String hostName,
    String sandbox,
    String ifName,
    MacAddress mac,
    List<InetPrefix> addresses,
    List<Route> routes,
    int mtu) {

  private static final Pattern IF_NAME = Pattern.compile("(?!\\.{1,2}$)[^/:\\s]{1,15}");

  public EndpointSpec {
    addresses = List.copyOf(addresses);
    routes = List.copyOf(routes);
    if (hostName.isBlank()) {
      throw new IllegalArgumentException("hostName: empty (expected: a name)");
    }
    if (sandbox.isBlank()) {
      throw new IllegalArgumentException("sandbox: empty (expected: a network namespace)");
    }
    if (!IF_NAME.matcher(ifName).matches()) {
      throw new IllegalArgumentException(
          "ifName: %s (expected: 1 to 15 characters, none of '/', ':', white space; not '.', '..')"
              .formatted(ifName));
    }
    for (InetPrefix address : addresses) {
      if (!address.isIpv4()) {
        throw new IllegalArgumentException("addresses: %s (expected: IPv4)".formatted(address));
      }
    }
    if (mtu < 68 || mtu > 65535) {
      throw new IllegalArgumentException("mtu: %d (expected: 68 to 65535)".formatted(mtu));
    }
  }

  /**
   * The usual pod: one address and a default route. The gateway need not be inside the address's
   * prefix; outside of it the route says that it is on the link.
   */
  public static EndpointSpec withGateway(
      String hostName,
      String sandbox,
      String ifName,
      MacAddress mac,
      InetPrefix address,
      InetAddress gateway,
      int mtu) {
    Route route =
        address.contains(gateway)
            ? new Route.Via(InetPrefix.DEFAULT_IPV4, gateway)
            : new Route.ViaOnLink(InetPrefix.DEFAULT_IPV4, gateway);
    return new EndpointSpec(hostName, sandbox, ifName, mac, List.of(address), List.of(route), mtu);
  }
}
