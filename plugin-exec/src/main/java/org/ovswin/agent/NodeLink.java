package org.ovswin.agent;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.MacAddress;

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
  private static final List<String> WORLD = List.of("192.0.2.1", "2001:db8::1");

  /** Nothing is sent; a socket that is to be connected needs a port. */
  private static final int ANY_PORT = 9;

  NodeLink {
    addresses = List.copyOf(addresses);
  }

  /**
   * Looks at the machine.
   *
   * @throws AgentException naming the field that it does not fit
   */
  static NodeLink find(AgentConfig config) throws AgentException {
    return switch (config.exit()) {
      case AgentConfig.UplinkConfig uplink -> {
        Device device = Device.named(uplink.device());
        yield new NodeLink(
            List.of(uplink.address()), device.mac(), config.mtu().orElse(device.mtu()));
      }
      case AgentConfig.GatewayConfig gateway -> {
        List<IpAddress> addresses = new ArrayList<>();
        own(gateway.address(), WORLD.getFirst()).ifPresent(addresses::add);
        own(gateway.ipv6Address(), WORLD.getLast()).ifPresent(addresses::add);
        if (addresses.isEmpty()) {
          throw new AgentException(
              "gateway.address: none (expected: the node's address, since no default route names"
                  + " one)");
        }
        Device device = Device.with(addresses.getFirst());
        yield new NodeLink(addresses, device.mac(), config.mtu().orElse(device.mtu()));
      }
    };
  }

  private static Optional<IpAddress> own(Optional<? extends IpAddress> given, String far)
      throws AgentException {
    return given.isPresent() ? given.map(one -> one) : sourceTowards(far);
  }

  /** The address from which the system would send there; empty if it cannot. */
  private static Optional<IpAddress> sourceTowards(String far) {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(new InetSocketAddress(InetAddress.getByName(far), ANY_PORT));
      InetAddress source = socket.getLocalAddress();
      return source.isAnyLocalAddress() || source.isLoopbackAddress()
          ? Optional.empty()
          : Optional.of(IpAddress.parse(withoutScope(source)));
    } catch (IOException | RuntimeException e) {
      // No route: a node without this family.
      return Optional.empty();
    }
  }

  private static String withoutScope(InetAddress address) {
    return address.getHostAddress().replaceFirst("%.*", "");
  }

  /** What is asked of a device. */
  private record Device(MacAddress mac, int mtu) {

    static Device named(String name) throws AgentException {
      return of(
          "uplink.device: " + name,
          "a network device of this machine",
          () -> NetworkInterface.getByName(name));
    }

    static Device with(IpAddress address) throws AgentException {
      return of(
          "gateway: " + address,
          "an address of this machine",
          () -> NetworkInterface.getByInetAddress(InetAddress.getByName(address.toString())));
    }

    private static Device of(String what, String expectation, Search search) throws AgentException {
      try {
        NetworkInterface found = search.run();
        if (found == null) {
          throw new AgentException(what + " (expected: " + expectation + ")");
        }
        byte[] mac = found.getHardwareAddress();
        if (mac == null || mac.length != MAC_LENGTH) {
          throw new AgentException(
              what + " on " + found.getName() + " (expected: on a device with a MAC address)");
        }
        return new Device(macOf(mac), found.getMTU());
      } catch (IOException e) {
        throw new AgentException(what + ": " + e.getMessage());
      }
    }

    private static final int MAC_LENGTH = 6;

    private static MacAddress macOf(byte[] bytes) {
      StringBuilder text = new StringBuilder();
      for (byte one : bytes) {
        text.append(text.isEmpty() ? "" : ":").append("%02x".formatted(one));
      }
      return MacAddress.parse(text.toString());
    }
  }

  @FunctionalInterface
  private interface Search {
    @Nullable NetworkInterface run() throws IOException;
  }
}
