package org.ovswin.sandbox.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.ovswin.sandbox.Forwarding;
import org.ovswin.sandbox.HostInterfaceSpec;
import org.ovswin.sandbox.InetPrefix;

/**
 * Makes the host the gateway of what is behind one of its interfaces, in the namespace of the
 * calling thread: the switches of ip-sysctl, and the routes to other nodes' blocks.
 */
final class HostForwarding {
  private static final Path SYSCTLS = Path.of("/proc/sys");
  private static final Path NET = SYSCTLS.resolve("net");
  private static final Path IPV6_CONF = NET.resolve("ipv6/conf");
  private static final String ON = "1";

  /** Of accept_ra: where the host is no router, and even where it is one. */
  private static final String UNLESS_FORWARDING = "1";

  private static final String ALSO_FORWARDING = "2";

  private HostForwarding() {}

  /** Before the interface is up: it would take routers' advertisements. */
  static void enable(HostInterfaceSpec spec, List<String> changes) throws IOException {
    if (spec.addresses().stream().anyMatch(InetPrefix::isIpv4)) {
      set(NET.resolve("ipv4/ip_forward"), ON, changes);
      Path device = NET.resolve("ipv4/conf").resolve(spec.name());
      set(device.resolve("forwarding"), ON, changes);
      // Else a connection of the node to 127.0.0.1 that goes to a pod would be a martian.
      set(device.resolve("route_localnet"), ON, changes);
    }
    if (!spec.addresses().stream().allMatch(InetPrefix::isIpv4)) {
      Ipv6.enableWithoutRouters(spec.name());
      keepListeningToRouters(changes);
      set(IPV6_CONF.resolve("all/forwarding"), ON, changes);
      set(IPV6_CONF.resolve(spec.name()).resolve("forwarding"), ON, changes);
    }
  }

  /**
   * A host that forwards does not listen to routers, unless told so: a node that has its own
   * default route from an advertisement would lose it (ip-sysctl, accept_ra).
   */
  private static void keepListeningToRouters(List<String> changes) throws IOException {
    List<Path> devices;
    try (Stream<Path> files = Files.list(IPV6_CONF)) {
      devices = files.sorted().toList();
    }
    for (Path device : devices) {
      try {
        boolean listens =
            read(device.resolve("accept_ra")).equals(UNLESS_FORWARDING)
                && !read(device.resolve("forwarding")).equals(ON);
        if (listens && !device.endsWith("all")) {
          set(device.resolve("accept_ra"), ALSO_FORWARDING, changes);
        }
      } catch (NoSuchFileException e) {
        // The device went away meanwhile.
      }
    }
  }

  /** Brings the routes with our protocol number to what is wanted. */
  static void converge(Rtnetlink netlink, Forwarding forwarding, List<String> changes)
      throws IOException {
    List<IOException> failures = new ArrayList<>();
    Map<InetPrefix, LinkRoute> wanted = wanted(netlink, forwarding, failures);
    List<LinkRoute> there = netlink.routes(LinkRoute.RTPROT_OURS);
    for (LinkRoute route : wanted.values()) {
      if (!there.contains(route)) {
        try {
          netlink.replaceRoute(route);
          changes.add("route " + route);
        } catch (ErrnoException e) {
          failures.add(e);
        }
      }
    }
    for (LinkRoute route : there) {
      // A replaced one of the same destination and metric is gone already.
      if (Optional.ofNullable(wanted.get(route.destination()))
          .filter(one -> one.metric() == route.metric())
          .isEmpty()) {
        delete(netlink, route);
        changes.add("no route " + route);
      }
    }
    requireNone(failures);
  }

  static void removeRoutes(Rtnetlink netlink) throws IOException {
    for (LinkRoute route : netlink.routes(LinkRoute.RTPROT_OURS)) {
      delete(netlink, route);
    }
  }

  private static Map<InetPrefix, LinkRoute> wanted(
      Rtnetlink netlink, Forwarding forwarding, List<IOException> failures) throws IOException {
    Map<InetPrefix, LinkRoute> wanted = new LinkedHashMap<>();
    for (InetPrefix destination : forwarding.unreachable()) {
      wanted.put(destination, LinkRoute.unreachable(destination));
    }
    for (Forwarding.PeerRoute route : forwarding.peers()) {
      Optional<RouteMessages.Lookup> way = netlink.lookUp(route.peer());
      if (way.isEmpty() || way.get().gateway().isPresent()) {
        failures.add(
            new IOException(
                "route %s: the node is %s (expected: on a link of this node)"
                    .formatted(
                        route,
                        way.flatMap(RouteMessages.Lookup::gateway)
                            .map(InetAddress::getHostAddress)
                            .map(gateway -> "behind " + gateway)
                            .orElse("nowhere"))));
      } else {
        wanted.put(route.block(), LinkRoute.of(way.get().linkIndex(), route));
      }
    }
    return wanted;
  }

  private static void delete(Rtnetlink netlink, LinkRoute route) throws IOException {
    try {
      netlink.deleteRoute(route);
    } catch (ErrnoException e) {
      // It went with its link meanwhile.
      if (!e.errno().equals(Errno.ESRCH) && !e.errno().equals(Errno.ENODEV)) {
        throw e;
      }
    }
  }

  private static void requireNone(List<IOException> failures) throws IOException {
    if (failures.isEmpty()) {
      return;
    }
    IOException all =
        new IOException(String.join("; ", failures.stream().map(Throwable::getMessage).toList()));
    failures.forEach(all::addSuppressed);
    throw all;
  }

  private static void set(Path setting, String value, List<String> changes) throws IOException {
    if (!read(setting).equals(value)) {
      Files.writeString(setting, value + "\n");
      changes.add("%s %s".formatted(SYSCTLS.relativize(setting), value));
    }
  }

  private static String read(Path setting) throws IOException {
    return Files.readString(setting).strip();
  }
}
