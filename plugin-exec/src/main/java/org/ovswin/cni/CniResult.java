package org.ovswin.cni;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;

/**
 * The result of an ADD, in no particular version: everything 1.1.0 can say. What an older version
 * cannot say is left out when it is printed.
 *
 * @param interfaces in the container and on the host
 * @param ips addresses, each with an index into {@code interfaces}
 * @param routes in the container
 * @param dns {@link Dns#NONE} is left out
 */
public record CniResult(
    List<Interface> interfaces, List<IpConfig> ips, List<Route> routes, Dns dns) {

  public CniResult {
    interfaces = List.copyOf(interfaces);
    ips = List.copyOf(ips);
    routes = List.copyOf(routes);
    for (IpConfig ip : ips) {
      if (ip.interfaceIndex().orElse(0) < 0
          || (ip.interfaceIndex().isPresent()
              && ip.interfaceIndex().getAsInt() >= interfaces.size())) {
        throw new IllegalArgumentException(
            "interface: %d (expected: less than %d, the number of interfaces)"
                .formatted(ip.interfaceIndex().getAsInt(), interfaces.size()));
      }
    }
  }

  /** With this, where the result itself says nothing of names. */
  CniResult withDnsOr(Dns wanted) {
    return dns.isEmpty() ? new CniResult(interfaces, ips, routes, wanted) : this;
  }

  /** This result of a plugin in front with that of a later one behind it, as chaining asks. */
  CniResult followedBy(CniResult later) {
    List<Interface> allInterfaces = new ArrayList<>(interfaces);
    allInterfaces.addAll(later.interfaces);
    List<IpConfig> allIps = new ArrayList<>(ips);
    later.ips.forEach(ip -> allIps.add(ip.withInterfacesBefore(interfaces.size())));
    List<Route> allRoutes = new ArrayList<>(routes);
    allRoutes.addAll(later.routes);
    return new CniResult(allInterfaces, allIps, allRoutes, later.dns.isEmpty() ? dns : later.dns);
  }

  /**
   * A network interface.
   *
   * @param name its name where it is
   * @param mac its address, as text: other plugins report ones that are not Ethernet
   * @param mtu since 1.1.0
   * @param sandbox {@code CNI_NETNS} for one in the container, absent on the host
   * @param socketPath since 1.1.0: of a vhost-user socket
   * @param pciId since 1.1.0: of a device passed through
   */
  public record Interface(
      String name,
      Optional<String> mac,
      OptionalInt mtu,
      Optional<String> sandbox,
      Optional<String> socketPath,
      Optional<String> pciId) {

    /** The container's end. */
    public static Interface inSandbox(String name, MacAddress mac, int mtu, String sandbox) {
      return new Interface(
          name,
          Optional.of(mac.toString()),
          OptionalInt.of(mtu),
          Optional.of(sandbox),
          Optional.empty(),
          Optional.empty());
    }

    /** The host's end. */
    public static Interface onHost(String name, MacAddress mac, int mtu) {
      return new Interface(
          name,
          Optional.of(mac.toString()),
          OptionalInt.of(mtu),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }
  }

  /**
   * An address.
   *
   * @param address with the length of its prefix
   * @param gateway the default gateway of its network
   * @param interfaceIndex of the interface that has it, in {@link CniResult#interfaces}
   */
  public record IpConfig(Cidr address, Optional<IpAddress> gateway, OptionalInt interfaceIndex) {

    /** The usual one. */
    public static IpConfig of(Cidr address, IpAddress gateway, int interfaceIndex) {
      return new IpConfig(address, Optional.of(gateway), OptionalInt.of(interfaceIndex));
    }

    private IpConfig withInterfacesBefore(int count) {
      return interfaceIndex.isEmpty()
          ? this
          : new IpConfig(address, gateway, OptionalInt.of(interfaceIndex.getAsInt() + count));
    }
  }

  /**
   * A route.
   *
   * @param dst the destination
   * @param gw the next hop; absent: the gateway of the address, or none for a link route
   * @param mtu since 1.1.0, bytes
   * @param advmss since 1.1.0, bytes
   * @param priority since 1.1.0, lower wins
   * @param table since 1.1.0
   * @param scope since 1.1.0: 0 global, 253 link, 254 host
   */
  public record Route(
      Cidr dst,
      Optional<IpAddress> gw,
      OptionalInt mtu,
      OptionalInt advmss,
      OptionalLong priority,
      OptionalLong table,
      OptionalInt scope) {

    /** The usual one. */
    public static Route via(IpPrefix dst, IpAddress gw) {
      return new Route(
          Cidr.of(dst),
          Optional.of(gw),
          OptionalInt.empty(),
          OptionalInt.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalInt.empty());
    }
  }
}
