package org.ovswin.agent;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.sandbox.EndpointException;
import org.ovswin.sandbox.HostInterfaces;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.Path;

/**
 * How the node's peers reach it: what the configuration says of it, and what it leaves to the
 * machine, which is looked at once, at the start.
 *
 * @param addresses the node's own, one or one of each family, IPv4 first
 * @param mac of the device that has them
 * @param mtu of the pods' interfaces: what the path between nodes carries, in bytes
 */
record NodeLink(List<IpAddress> addresses, MacAddress mac, int mtu) {

  /** Addresses of the world (RFC 5737, RFC 3849): the way to them is the default route. */
  private static final InetAddress WORLD = InetPrefix.parseAddress("192.0.2.1");

  private static final InetAddress WORLD_IPV6 = InetPrefix.parseAddress("2001:db8::1");

  NodeLink {
    addresses = List.copyOf(addresses);
  }

  /**
   * Looks at the machine.
   *
   * @throws AgentException naming the field that it does not fit
   */
  static NodeLink find(AgentConfig config, HostInterfaces interfaces) throws AgentException {
    try {
      return switch (config.exit()) {
        case AgentConfig.UplinkConfig uplink ->
            on(config, interfaces, "uplink.device", uplink.device(), uplink.addresses());
        case AgentConfig.GatewayConfig gateway -> {
          List<IpAddress> addresses = addresses(gateway, interfaces);
          yield on(config, interfaces, "gateway.address", device(addresses.getFirst()), addresses);
        }
      };
    } catch (EndpointException e) {
      throw new AgentException("the node's address: " + e.getMessage());
    }
  }

  private static List<IpAddress> addresses(
      AgentConfig.GatewayConfig gateway, HostInterfaces interfaces)
      throws AgentException, EndpointException {
    List<IpAddress> addresses = new ArrayList<>();
    own(interfaces, gateway.address(), WORLD).ifPresent(addresses::add);
    own(interfaces, gateway.ipv6Address(), WORLD_IPV6).ifPresent(addresses::add);
    if (addresses.isEmpty()) {
      throw new AgentException(
          "gateway.address: none (expected: the node's address, since no default route names one)");
    }
    return addresses;
  }

  /** What is given, else the address from which the system would send there. */
  private static Optional<IpAddress> own(
      HostInterfaces interfaces, Optional<? extends IpAddress> given, InetAddress far)
      throws EndpointException {
    if (given.isPresent()) {
      return Optional.of(given.get());
    }
    return interfaces
        .pathTo(far)
        .map(Path::source)
        .filter(source -> !source.isLinkLocalAddress() && !source.isLoopbackAddress())
        .map(source -> IpAddress.parse(source.getHostAddress()));
  }

  private static String device(IpAddress address) throws AgentException {
    try {
      return Optional.ofNullable(
              NetworkInterface.getByInetAddress(InetPrefix.parseAddress(address.toString())))
          .map(NetworkInterface::getName)
          .orElseThrow(
              () ->
                  new AgentException(
                      "gateway.address: " + address + " (expected: an address of this machine)"));
    } catch (IOException e) {
      throw new AgentException("gateway.address: " + address + ": " + e.getMessage());
    }
  }

  private static NodeLink on(
      AgentConfig config,
      HostInterfaces interfaces,
      String field,
      String device,
      List<IpAddress> addresses)
      throws AgentException, EndpointException {
    Optional<org.ovswin.sandbox.MacAddress> mac = interfaces.mac(device);
    int mtu = config.mtu().orElse(interfaces.mtu(device).orElse(0));
    if (mac.isEmpty() || mtu == 0) {
      throw new AgentException(
          field + ": " + device + " (expected: a network device of this machine)");
    }
    return new NodeLink(addresses, MacAddress.parse(mac.get().toString()), mtu);
  }
}
