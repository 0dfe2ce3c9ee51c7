package org.ovswin.sandbox.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.ovswin.sandbox.EndpointException;
import org.ovswin.sandbox.HostInterfaceSpec;
import org.ovswin.sandbox.HostInterfaces;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.MacAddress;
import org.ovswin.sandbox.Path;
import org.ovswin.sandbox.Route;

/** Links in the namespace of the calling thread. */
public final class LinuxHostInterfaces implements HostInterfaces {
  @Override
  public Convergence converge(HostInterfaceSpec spec) throws EndpointException {
    String doing = "converge interface " + spec.name();
    try (Rtnetlink netlink = Rtnetlink.open()) {
      Optional<Link> link = netlink.link(spec.name());
      if (link.isEmpty()) {
        return new Convergence.Gone(spec.name());
      }
      try {
        return new Convergence.Converged(change(netlink, link.get(), spec));
      } catch (ErrnoException e) {
        // Whatever the kernel said about a link that went away meanwhile (ENODEV, EINVAL).
        if (netlink.link(link.get().index()).isEmpty()) {
          return new Convergence.Gone(spec.name());
        }
        throw e;
      }
    } catch (IOException e) {
      throw Failures.translate(doing, e);
    }
  }

  @Override
  public Optional<MacAddress> mac(String name) throws EndpointException {
    try (Rtnetlink netlink = Rtnetlink.open()) {
      return netlink.link(name).flatMap(Link::mac);
    } catch (IOException e) {
      throw Failures.translate("look at interface " + name, e);
    }
  }

  @Override
  public OptionalInt mtu(String name) throws EndpointException {
    try (Rtnetlink netlink = Rtnetlink.open()) {
      return netlink.link(name).stream().mapToInt(Link::mtu).findFirst();
    } catch (IOException e) {
      throw Failures.translate("look at interface " + name, e);
    }
  }

  @Override
  public void removeForwardingRoutes() throws EndpointException {
    try (Rtnetlink netlink = Rtnetlink.open()) {
      HostForwarding.removeRoutes(netlink);
    } catch (IOException e) {
      throw Failures.translate("remove the routes to other nodes", e);
    }
  }

  @Override
  public Optional<Path> pathTo(InetAddress destination) throws EndpointException {
    try (Rtnetlink netlink = Rtnetlink.open()) {
      Optional<RouteMessages.Lookup> way = netlink.lookUp(destination);
      if (way.isEmpty() || way.get().source().isEmpty()) {
        return Optional.empty();
      }
      InetAddress source = way.get().source().get();
      // A link that went away meanwhile leads nowhere.
      return netlink
          .link(way.get().linkIndex())
          .map(
              link ->
                  new Path(
                      link.name(),
                      source,
                      way.get().gateway(),
                      way.get().mtu().orElse(link.mtu())));
    } catch (IOException e) {
      throw Failures.translate("look up the way to " + destination.getHostAddress(), e);
    }
  }

  @Override
  public void release(String name) throws EndpointException {
    try {
      HostStack.hear(name);
    } catch (NoSuchFileException e) {
      // Gone: nobody has to hear anything.
    } catch (IOException e) {
      throw Failures.translate("release interface " + name, e);
    }
  }

  private static List<String> change(Rtnetlink netlink, Link link, HostInterfaceSpec spec)
      throws IOException {
    List<String> changes = new ArrayList<>();
    if (spec.forwarding().isPresent()) {
      HostForwarding.enable(spec, changes);
    }
    if (spec.forwarding().isEmpty()
        && !spec.addresses().stream().allMatch(InetPrefix::isIpv4)
        && Ipv6.isDisabled(spec.name())) {
      Ipv6.enable(spec.name());
      changes.add("%s IPv6 on".formatted(spec.name()));
    }
    if (link.mtu() != spec.mtu()) {
      netlink.setMtu(link.index(), spec.mtu());
      changes.add("%s mtu %d".formatted(spec.name(), spec.mtu()));
    }
    if (!link.isUp()) {
      netlink.setUp(link.index());
      changes.add("%s up".formatted(spec.name()));
    }
    List<InetPrefix> there = addresses(netlink, link);
    for (InetPrefix address : spec.addresses()) {
      if (!there.contains(address)) {
        netlink.addAddress(link.index(), address);
        changes.add("%s address %s".formatted(spec.name(), address));
      }
    }
    if (spec.addressesMoveFrom().isPresent()) {
      Optional<Link> other = netlink.link(spec.addressesMoveFrom().get());
      if (other.isPresent()) {
        removeAddresses(netlink, other.get(), spec.addresses(), changes);
        deafen(other.get().name(), changes);
      }
    }
    addRoutes(netlink, link, spec.routes(), changes);
    if (spec.forwarding().isPresent()) {
      HostForwarding.converge(netlink, spec.forwarding().get(), changes);
    }
    return changes;
  }

  private static void deafen(String device, List<String> changes) throws IOException {
    if (!HostStack.isDeaf(device)) {
      HostStack.deafen(device);
      changes.add("%s the switch's alone".formatted(device));
    }
  }

  private static void removeAddresses(
      Rtnetlink netlink, Link link, List<InetPrefix> addresses, List<String> changes)
      throws IOException {
    for (InetPrefix address : addresses(netlink, link)) {
      // With whatever prefix length: the same address on two links is what must not be.
      boolean unwanted =
          addresses.stream().anyMatch(moved -> moved.address().equals(address.address()));
      if (unwanted) {
        try {
          netlink.deleteAddress(link.index(), address);
        } catch (ErrnoException e) {
          // The kernel removes secondary addresses together with their primary one.
          if (!e.errno().equals(Errno.EADDRNOTAVAIL)) {
            throw e;
          }
        }
        changes.add("%s without address %s".formatted(link.name(), address));
      }
    }
  }

  private static void addRoutes(
      Rtnetlink netlink, Link link, List<Route> routes, List<String> changes) throws IOException {
    List<LinkRoute> there = netlink.routes();
    for (Route route : routes) {
      if (there.stream().noneMatch(r -> r.leadsAs(link.index(), route))) {
        netlink.replaceRoute(LinkRoute.of(link.index(), route));
        changes.add("%s route %s".formatted(link.name(), route));
      }
    }
  }

  private static List<InetPrefix> addresses(Rtnetlink netlink, Link link) throws IOException {
    return netlink.addresses(link.index()).stream().map(LinkAddress::address).toList();
  }
}
