package org.ovswin.cni;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.ovswin.cni.CniResult.Interface;
import org.ovswin.cni.CniResult.IpConfig;
import org.ovswin.cni.CniResult.Route;
import org.ovswin.ipam.address.IpAddress;

/**
 * Reads {@code prevResult} in the form of any version; {@code ip4} and {@code ip6} tell 0.2.0 from
 * later ones.
 */
final class ResultReader {
  private static final long MAX_UINT32 = 0xffff_ffffL;

  private ResultReader() {}

  static CniResult read(ConfigNode result) throws CniException {
    List<Interface> interfaces = new ArrayList<>();
    for (ConfigNode element : result.elements("interfaces")) {
      interfaces.add(readInterface(element));
    }
    List<IpConfig> ips = new ArrayList<>();
    for (ConfigNode element : result.elements("ips")) {
      ips.add(readIp(element, interfaces.size()));
    }
    List<Route> routes = new ArrayList<>();
    for (ConfigNode element : result.elements("routes")) {
      routes.add(readRoute(element));
    }
    for (String family : List.of("ip4", "ip6")) {
      Optional<ConfigNode> ip = result.child(family);
      if (ip.isPresent()) {
        ips.add(
            new IpConfig(cidr(ip.get(), "ip"), address(ip.get(), "gateway"), OptionalInt.empty()));
        for (ConfigNode element : ip.get().elements("routes")) {
          routes.add(readRoute(element));
        }
      }
    }
    Optional<ConfigNode> dns = result.child("dns");
    return new CniResult(
        interfaces, ips, routes, dns.isEmpty() ? Dns.NONE : NetworkConfig.dns(dns.get()));
  }

  private static Interface readInterface(ConfigNode element) throws CniException {
    return new Interface(
        element.text("name").orElseThrow(() -> element.missing("name", "a string")),
        element.text("mac"),
        integer(element, "mtu"),
        element.text("sandbox"),
        element.text("socketPath"),
        element.text("pciID"));
  }

  private static IpConfig readIp(ConfigNode element, int interfaceCount) throws CniException {
    Optional<Long> index = element.integer("interface", 0, Integer.MAX_VALUE);
    if (index.isPresent() && index.get() >= interfaceCount) {
      throw element.invalid("an interface below " + interfaceCount + ", their number");
    }
    return new IpConfig(
        cidr(element, "address"),
        address(element, "gateway"),
        index.map(value -> OptionalInt.of(value.intValue())).orElse(OptionalInt.empty()));
  }

  private static Route readRoute(ConfigNode element) throws CniException {
    return new Route(
        cidr(element, "dst"),
        address(element, "gw"),
        integer(element, "mtu"),
        integer(element, "advmss"),
        unsigned(element, "priority"),
        unsigned(element, "table"),
        integer(element, "scope"));
  }

  private static Cidr cidr(ConfigNode element, String key) throws CniException {
    return element
        .parsed(key, "an address with a prefix length, as 10.1.2.3/24", Cidr::parse)
        .orElseThrow(() -> element.missing(key, "an address with a prefix length"));
  }

  private static Optional<IpAddress> address(ConfigNode element, String key) throws CniException {
    return element.parsed(key, "an IPv4 or IPv6 address", IpAddress::parse);
  }

  private static OptionalInt integer(ConfigNode element, String key) throws CniException {
    return element
        .integer(key, 0, Integer.MAX_VALUE)
        .map(value -> OptionalInt.of(value.intValue()))
        .orElse(OptionalInt.empty());
  }

  private static OptionalLong unsigned(ConfigNode element, String key) throws CniException {
    return element.integer(key, 0, MAX_UINT32).map(OptionalLong::of).orElse(OptionalLong.empty());
  }
}
