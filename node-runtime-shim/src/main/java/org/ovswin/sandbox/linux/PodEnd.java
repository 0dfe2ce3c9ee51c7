package org.ovswin.sandbox.linux;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.ovswin.sandbox.EndpointProblem;
import org.ovswin.sandbox.EndpointSpec;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.Route;

/**
 * The end of an endpoint inside its sandbox. Made and used on a thread that is in the sandbox's
 * namespace.
 */
final class PodEnd implements AutoCloseable {
  private final EndpointSpec spec;
  private final Rtnetlink netlink;
  private final Ethtool ethtool;

  private PodEnd(EndpointSpec spec, Rtnetlink netlink, Ethtool ethtool) {
    this.spec = spec;
    this.netlink = netlink;
    this.ethtool = ethtool;
  }

  /** For the namespace of the calling thread. */
  static PodEnd open(EndpointSpec spec) throws IOException {
    Rtnetlink netlink = Rtnetlink.open();
    try {
      return new PodEnd(spec, netlink, Ethtool.open());
    } catch (IOException e) {
      netlink.close();
      throw e;
    }
  }

  /** Configures a link that was just made; of that, nothing is asked. */
  void configureFresh() throws IOException {
    Link link = requireLink();
    settleIpv6();
    if (spec.txChecksum() == EndpointSpec.TxChecksum.COMPUTED) {
      ethtool.computeTxChecksum(spec.ifName());
    }
    netlink.configure(
        link.index(),
        spec.addresses(),
        SourceRouting.prefixRoute(spec),
        spec.routes().stream().map(route -> LinkRoute.of(link.index(), route)).toList());
    new SourceRouting(netlink, link, spec).converge();
  }

  /** As above, for a link over a ready port, which has the offloads of that and any MAC address. */
  void configureJoined() throws IOException {
    Link link = requireLink();
    settleIpv6();
    netlink.configure(
        link.index(),
        spec.mac(),
        spec.addresses(),
        SourceRouting.prefixRoute(spec),
        spec.routes().stream().map(route -> LinkRoute.of(link.index(), route)).toList());
    new SourceRouting(netlink, link, spec).converge();
  }

  /** Before the link is up: the kernel would send router solicitations, and take advertisements. */
  private void settleIpv6() throws IOException {
    if (spec.speaksIpv6()) {
      Ipv6.enableWithoutRouters(spec.ifName());
    } else {
      Ipv6.disable(spec.ifName());
    }
  }

  /** Corrects on an adopted link what differs. */
  void configure() throws IOException {
    Link link = requireLink();
    settleIpv6();
    if (hasUnwantedOffload()) {
      ethtool.computeTxChecksum(spec.ifName());
    }
    if (link.mtu() != spec.mtu()) {
      netlink.setMtu(link.index(), spec.mtu());
    }
    for (InetPrefix missing : missingAddresses(link)) {
      netlink.addAddress(link.index(), missing);
    }
    if (!isLoopbackUp()) {
      netlink.setUp(Rtnetlink.LOOPBACK_INDEX);
    }
    if (!link.isUp()) {
      netlink.setUp(link.index());
    }
    for (Route missing : missingRoutes(link)) {
      netlink.replaceRoute(LinkRoute.of(link.index(), missing));
    }
    new SourceRouting(netlink, link, spec).converge();
  }

  /** Whether the link has the MAC address and the addresses by which the pod is known. */
  boolean hasIdentity() throws IOException {
    Link link = requireLink();
    return link.mac().filter(spec.mac()::equals).isPresent() && missingAddresses(link).isEmpty();
  }

  List<EndpointProblem> problems() throws IOException {
    List<EndpointProblem> problems = new ArrayList<>();
    Link link = requireLink();
    String name = spec.ifName();
    if (link.mac().filter(spec.mac()::equals).isEmpty()) {
      String observed = link.mac().map(Object::toString).orElse("none");
      problems.add(new EndpointProblem(name + " mac", observed, spec.mac().toString()));
    }
    // A plugin behind ours may have made it smaller, which does no harm.
    if (link.mtu() > spec.mtu()) {
      problems.add(
          new EndpointProblem(
              name + " mtu", Integer.toString(link.mtu()), Integer.toString(spec.mtu())));
    }
    if (!link.isUp()) {
      problems.add(new EndpointProblem(name + " state", "down", "up"));
    }
    for (InetPrefix missing : missingAddresses(link)) {
      problems.add(new EndpointProblem(name + " address", "missing", missing.toString()));
    }
    for (Route missing : missingRoutes(link)) {
      problems.add(new EndpointProblem(name + " route", "missing", missing.toString()));
    }
    problems.addAll(new SourceRouting(netlink, link, spec).problems());
    if (!isLoopbackUp()) {
      problems.add(new EndpointProblem("lo state", "down", "up"));
    }
    Ipv6.Use wanted = spec.speaksIpv6() ? Ipv6.Use.WITHOUT_ROUTERS : Ipv6.Use.OFF;
    Ipv6.Use observed = Ipv6.use(name);
    if (observed != wanted) {
      problems.add(new EndpointProblem(name + " IPv6", observed.text(), wanted.text()));
    }
    if (hasUnwantedOffload()) {
      problems.add(new EndpointProblem(name + " tx checksum offload", "on", "off"));
    }
    return problems;
  }

  /**
   * A switch in the kernel takes either; one in user space does not. Over a ready port it is
   * that's.
   */
  private boolean hasUnwantedOffload() throws IOException {
    return spec.port() == EndpointSpec.Port.OWN
        && spec.txChecksum() == EndpointSpec.TxChecksum.COMPUTED
        && ethtool.txChecksum(spec.ifName()) == Ethtool.TxChecksum.OFFLOADED;
  }

  @Override
  public void close() {
    netlink.close();
    ethtool.close();
  }

  private Link requireLink() throws IOException {
    return netlink
        .link(spec.ifName())
        .orElseThrow(() -> new IOException("link %s went away".formatted(spec.ifName())));
  }

  private boolean isLoopbackUp() throws IOException {
    return netlink.link(Rtnetlink.LOOPBACK_INDEX).filter(Link::isUp).isPresent();
  }

  private List<InetPrefix> missingAddresses(Link link) throws IOException {
    Set<InetPrefix> there =
        netlink.addresses(link.index()).stream()
            .map(LinkAddress::address)
            .collect(Collectors.toSet());
    return spec.addresses().stream().filter(address -> !there.contains(address)).toList();
  }

  private List<Route> missingRoutes(Link link) throws IOException {
    List<LinkRoute> there = netlink.routes();
    return spec.routes().stream()
        .filter(route -> there.stream().noneMatch(r -> r.leadsAs(link.index(), route)))
        .toList();
  }
}
