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
 * @param addresses the interface's addresses of either family. Without one of a family the
 *     interface does not speak it; an IPv6 one is used at once, for nobody else can have it (no
 *     detection of duplicates, RFC 4862, 5.4), and routers' advertisements are not listened to
 * @param routes the interface's routes in the sandbox
 * @param sourceRouted those of the addresses from which everything leaves by this interface,
 *     whatever the routes of the sandbox say. For a further interface, beside the one with the
 *     default routes: what it is asked, it could not answer otherwise. Taken away with {@link
 *     Endpoints#forgetSources}
 * @param mtu bytes, 68 (RFC 791) to 65535
 * @param txChecksum who computes the checksums of what the pod sends
 * @param port whether the endpoint brings its port with it
 */
public record EndpointSpec(
    String hostName,
    String sandbox,
    String ifName,
    MacAddress mac,
    List<InetPrefix> addresses,
    List<Route> routes,
    List<Gatewayed> sourceRouted,
    int mtu,
    TxChecksum txChecksum,
    Port port) {

  /** Where the endpoint's port comes from. */
  public enum Port {
    /** It is made with the endpoint and goes with it. */
    OWN,
    /** It is one of {@link ReadyPorts}, was there before and stays. */
    READY
  }

  /** Who computes the checksums of what the pod sends. */
  public enum TxChecksum {
    /** The pod's kernel, before it sends: for a switch that reads frames in user space. */
    COMPUTED,
    /** Nobody until a frame leaves the host, as the system has it: for a switch in the kernel. */
    OFFLOADED
  }

  static final Pattern IF_NAME = Pattern.compile("(?!\\.{1,2}$)[^/:\\s]{1,15}");

  public EndpointSpec {
    addresses = List.copyOf(addresses);
    routes = List.copyOf(routes);
    sourceRouted = List.copyOf(sourceRouted);
    for (Gatewayed source : sourceRouted) {
      if (!addresses.contains(source.address())) {
        throw new IllegalArgumentException(
            "sourceRouted: %s (expected: one of the addresses %s)"
                .formatted(source.address(), addresses));
      }
    }
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
    if (mtu < 68 || mtu > 65535) {
      throw new IllegalArgumentException("mtu: %d (expected: 68 to 65535)".formatted(mtu));
    }
  }

  /** Of the only interface, with checksums computed, which every switch takes, and its own port. */
  public EndpointSpec(
      String hostName,
      String sandbox,
      String ifName,
      MacAddress mac,
      List<InetPrefix> addresses,
      List<Route> routes,
      int mtu) {
    this(
        hostName,
        sandbox,
        ifName,
        mac,
        addresses,
        routes,
        List.of(),
        mtu,
        TxChecksum.COMPUTED,
        Port.OWN);
  }

  /** The same but for who computes checksums. */
  public EndpointSpec withTxChecksum(TxChecksum other) {
    return new EndpointSpec(
        hostName, sandbox, ifName, mac, addresses, routes, sourceRouted, mtu, other, port);
  }

  /** The same on another kind of port. */
  public EndpointSpec on(Port other) {
    return new EndpointSpec(
        hostName, sandbox, ifName, mac, addresses, routes, sourceRouted, mtu, txChecksum, other);
  }

  /** Whether one of the addresses is IPv6. */
  public boolean speaksIpv6() {
    return !addresses.stream().allMatch(InetPrefix::isIpv4);
  }

  /**
   * An address and its way out.
   *
   * @param address the interface's
   * @param gateway of the same family; need not be inside the address's prefix
   */
  public record Gatewayed(InetPrefix address, InetAddress gateway) {
    public Gatewayed {
      if (address.address().getAddress().length != gateway.getAddress().length) {
        throw new IllegalArgumentException(
            "gateway of %s: %s (expected: of the same family)"
                .formatted(address, gateway.getHostAddress()));
      }
    }

    /**
     * The default route; where the prefix does not say that the gateway is on the link, it does.
     */
    public Route defaultRoute() {
      InetPrefix all = address.isIpv4() ? InetPrefix.DEFAULT_IPV4 : InetPrefix.DEFAULT_IPV6;
      return address.contains(gateway)
          ? new Route.Via(all, gateway)
          : new Route.ViaOnLink(all, gateway);
    }
  }

  /** The usual pod: an address of one family or of each, and a default route for each. */
  public static EndpointSpec withGateways(
      String hostName,
      String sandbox,
      String ifName,
      MacAddress mac,
      List<Gatewayed> addresses,
      int mtu) {
    return new EndpointSpec(
        hostName,
        sandbox,
        ifName,
        mac,
        addresses.stream().map(Gatewayed::address).toList(),
        addresses.stream().map(Gatewayed::defaultRoute).toList(),
        mtu);
  }

  /**
   * An interface beside the pod's first one: its addresses answer by it, and all else that the pod
   * sends leaves by the first.
   */
  public static EndpointSpec beside(
      String hostName,
      String sandbox,
      String ifName,
      MacAddress mac,
      List<Gatewayed> addresses,
      int mtu) {
    return new EndpointSpec(
        hostName,
        sandbox,
        ifName,
        mac,
        addresses.stream().map(Gatewayed::address).toList(),
        List.of(),
        addresses,
        mtu,
        TxChecksum.COMPUTED,
        Port.OWN);
  }

  /** With one address and a default route. */
  public static EndpointSpec withGateway(
      String hostName,
      String sandbox,
      String ifName,
      MacAddress mac,
      InetPrefix address,
      InetAddress gateway,
      int mtu) {
    return withGateways(
        hostName, sandbox, ifName, mac, List.of(new Gatewayed(address, gateway)), mtu);
  }
}
