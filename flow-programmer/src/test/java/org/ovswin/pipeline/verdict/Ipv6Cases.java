package org.ovswin.pipeline.verdict;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.openflow.PortNo;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.NodeState.Gateway;
import org.ovswin.pipeline.NodeState.Peer;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.NodeState.Uplink;
import org.ovswin.pipeline.verdict.Cases.Case;
import org.ovswin.pipeline.verdict.Packet.Icmpv6;
import org.ovswin.pipeline.verdict.Packet.Ipv6;
import org.ovswin.pipeline.verdict.Packet.LinkLayer;
import org.ovswin.pipeline.verdict.Packet.Neighbor;
import org.ovswin.pipeline.verdict.Packet.Tcp;
import org.ovswin.pipeline.verdict.Packet.Udp;
import org.ovswin.pipeline.verdict.Packet.Upper;

/** As {@link Cases}, in IPv6: true, forged, and every question and answer of ICMPv6. */
final class Ipv6Cases {
  private static final int HOP_LIMIT = 64;
  private static final int ON_LINK = 255;
  private static final MacAddress ALL_NODES_MAC = MacAddress.parse("33:33:00:00:00:01");
  private static final MacAddress STRANGER_MAC = MacAddress.parse("02:00:00:00:99:99");
  private static final Ipv6Address NONE = Ipv6Address.parse("::");
  private static final Ipv6Address LINK_LOCAL = Ipv6Address.parse("fe80::c2a:ff:fe00:100");
  private static final Ipv6Address ALL_NODES = Ipv6Address.parse("ff02::1");
  private static final Ipv6Address WORLD = Ipv6Address.parse("2001:db8::7");
  private static final Ipv6Address STRANGER = Ipv6Address.parse("2001:db8:1::200");

  /** By a source port or identifier. */
  private static final List<IntFunction<Upper>> UPPERS =
      List.of(
          port -> new Tcp(port, Nodes.TCP_POD_PORT, Tcp.SYN, 1, 0),
          port -> new Tcp(port, Nodes.TCP_HOST_PORT, Tcp.SYN, 1, 0),
          port -> new Tcp(port, Nodes.TCP_HOST_PORT, Tcp.SYN | Tcp.ACK, 1, 2),
          port -> new Udp(port, Nodes.UDP_POD_PORT),
          port -> new Udp(port, Nodes.UDP_HOST_PORT),
          id -> new Icmpv6(Icmpv6.ECHO_REQUEST, 0, id),
          id -> new Icmpv6(Icmpv6.ECHO_REPLY, 0, id),
          _ -> new Icmpv6(Icmpv6.UNREACHABLE, 4, 0),
          _ -> new Icmpv6(Icmpv6.LISTENER_REPORT, 0, 0),
          _ -> new Icmpv6(Icmpv6.ROUTER_SOLICITATION, 0, 0),
          _ -> new Icmpv6(Icmpv6.ROUTER_ADVERTISEMENT, 0, 0),
          _ -> new Icmpv6(Icmpv6.REDIRECT, 0, 0),
          _ ->
              new Neighbor(
                  Neighbor.ADVERTISEMENT,
                  0,
                  0x6000_0000,
                  WORLD,
                  Optional.of(new LinkLayer(LinkLayer.TARGET, STRANGER_MAC))));

  private static final int FIRST_PORT = 1024;
  private static final int PORTS = 60_000;

  private final NodeState state;
  private final Set<MacAddress> macs = new LinkedHashSet<>();
  private final Set<Ipv6Address> addresses = new LinkedHashSet<>();
  private final List<Case> cases = new ArrayList<>();
  private int serial;

  private record Honest(int port, MacAddress mac, MacAddress nextHop, Ipv6Address address) {}

  private Ipv6Cases(NodeState state) {
    this.state = state;
    macs.add(NodeState.GATEWAY_MAC);
    macs.add(Nodes.macOf(state));
    macs.add(STRANGER_MAC);
    macs.add(ALL_NODES_MAC);
    addresses.addAll(List.of(NONE, LINK_LOCAL, ALL_NODES, WORLD, STRANGER));
    for (IpPrefix block : ipv6(state.blocks())) {
      addresses.add((Ipv6Address) NodeState.gateway(block));
      addresses.add((Ipv6Address) block.network());
      addresses.add((Ipv6Address) block.last());
      addresses.add((Ipv6Address) block.address(253));
    }
    for (IpPrefix range : ipv6(state.cluster())) {
      addresses.add((Ipv6Address) range.last());
      addresses.add((Ipv6Address) range.last().plus(1));
    }
    for (Pod pod : pods()) {
      macs.add(pod.mac());
      addresses.add(addressOf(pod));
    }
    for (Peer peer : state.peers().byAddress()) {
      macs.add(peer.mac());
      peer.ipv6Address().ifPresent(addresses::add);
      addresses.addAll(podsOf(peer));
    }
    state
        .uplink()
        .flatMap(Uplink::ipv6)
        .ifPresent(
            link -> {
              addresses.add((Ipv6Address) link.address());
              addresses.add((Ipv6Address) link.gateway());
            });
  }

  /** Every pair of honest sender and receiver, in each protocol and with few hops left. */
  static List<Case> honest(NodeState state) {
    Ipv6Cases c = new Ipv6Cases(state);
    for (Honest from : c.senders()) {
      for (Ipv6Address dst : c.addresses) {
        for (IntFunction<Upper> upper : UPPERS) {
          Upper one = upper.apply(c.nextPort());
          c.add(from.port(), from.mac(), from.nextHop(), from.address(), dst, HOP_LIMIT, one);
        }
        for (int hops : new int[] {0, 1, 2, ON_LINK}) {
          c.add(from.port(), from.mac(), from.nextHop(), from.address(), dst, hops, c.any());
        }
      }
    }
    return c.cases;
  }

  /** Every honest sender, but with one address that is not its own or not the right next hop. */
  static List<Case> forged(NodeState state) {
    Ipv6Cases c = new Ipv6Cases(state);
    for (Honest from : c.senders()) {
      for (Ipv6Address dst : c.addresses) {
        for (MacAddress mac : c.macs) {
          c.add(from.port(), mac, from.nextHop(), from.address(), dst, HOP_LIMIT, c.any());
          c.add(from.port(), from.mac(), mac, from.address(), dst, HOP_LIMIT, c.any());
        }
        for (Ipv6Address src : c.addresses) {
          c.add(from.port(), from.mac(), from.nextHop(), src, dst, HOP_LIMIT, c.any());
          c.add(from.port(), from.mac(), from.nextHop(), src, dst, ON_LINK, c.any());
        }
      }
    }
    return c.cases;
  }

  /** Neighbour discovery by every sender in every combination of true and forged fields. */
  static List<Case> neighborDiscovery(NodeState state) {
    Ipv6Cases c = new Ipv6Cases(state);
    for (Honest from : c.senders()) {
      List<Optional<LinkLayer>> options =
          List.of(
              Optional.empty(),
              Optional.of(new LinkLayer(LinkLayer.SOURCE, from.mac())),
              Optional.of(new LinkLayer(LinkLayer.SOURCE, STRANGER_MAC)),
              Optional.of(new LinkLayer(LinkLayer.SOURCE, NodeState.GATEWAY_MAC)),
              Optional.of(new LinkLayer(LinkLayer.TARGET, from.mac())));
      for (Ipv6Address target : c.addresses) {
        for (Optional<LinkLayer> option : options) {
          Neighbor question = new Neighbor(Neighbor.SOLICITATION, 0, 0, target, option);
          c.inEveryName(from, question, ON_LINK);
        }
        Optional<LinkLayer> own = options.get(1);
        c.inEveryName(from, new Neighbor(Neighbor.SOLICITATION, 0, 0, target, own), HOP_LIMIT);
        c.inEveryName(from, new Neighbor(Neighbor.SOLICITATION, 1, 0, target, own), ON_LINK);
        c.inEveryName(from, new Neighbor(Neighbor.ADVERTISEMENT, 0, 0, target, own), ON_LINK);
      }
    }
    return c.cases;
  }

  private void inEveryName(Honest from, Neighbor message, int hopLimit) {
    for (Ipv6Address src : List.of(from.address(), LINK_LOCAL, NONE, addresses.iterator().next())) {
      for (MacAddress ethSrc : List.of(from.mac(), STRANGER_MAC)) {
        add(from.port(), ethSrc, ALL_NODES_MAC, src, ALL_NODES, hopLimit, message);
        add(from.port(), ethSrc, from.nextHop(), src, message.target(), hopLimit, message);
      }
    }
  }

  private void add(
      int port,
      MacAddress ethSrc,
      MacAddress ethDst,
      Ipv6Address src,
      Ipv6Address dst,
      int hopLimit,
      Upper upper) {
    cases.add(new Case(port, new Packet(ethSrc, ethDst, new Ipv6(src, dst, hopLimit, upper))));
  }

  private Upper any() {
    return UPPERS.get(serial % UPPERS.size()).apply(nextPort());
  }

  /** Different for each packet: no connection is met by chance. */
  private int nextPort() {
    return FIRST_PORT + serial++ % PORTS;
  }

  private List<Honest> senders() {
    List<Honest> senders = new ArrayList<>();
    for (Pod pod : pods()) {
      senders.add(new Honest(pod.port(), pod.mac(), NodeState.GATEWAY_MAC, addressOf(pod)));
    }
    state.pods().stream()
        .filter(pod -> pod.ipv6().isEmpty())
        .findFirst()
        .ifPresent(
            pod ->
                senders.add(new Honest(pod.port(), pod.mac(), NodeState.GATEWAY_MAC, LINK_LOCAL)));
    switch (state.exit()) {
      case Uplink uplink -> behindUplink(uplink, senders);
      case Gateway _ -> behindHost(senders);
    }
    int deaf = TestedNode.deafPort(state);
    senders.add(new Honest(deaf, STRANGER_MAC, NodeState.GATEWAY_MAC, STRANGER));
    return senders;
  }

  private void behindUplink(Uplink uplink, List<Honest> senders) {
    int link = uplink.port();
    MacAddress node = uplink.mac();
    for (Peer peer : state.peers().byAddress()) {
      podsOf(peer).forEach(pod -> senders.add(new Honest(link, peer.mac(), node, pod)));
      peer.ipv6Address()
          .ifPresent(address -> senders.add(new Honest(link, peer.mac(), node, address)));
    }
    uplink
        .ipv6()
        .ifPresent(
            own -> {
              Ipv6Address address = (Ipv6Address) own.address();
              MacAddress gateway = Nodes.LINK_GATEWAY_MAC;
              senders.add(new Honest(PortNo.LOCAL, node, NodeState.GATEWAY_MAC, address));
              senders.add(new Honest(PortNo.LOCAL, node, gateway, address));
              senders.add(new Honest(link, gateway, node, WORLD));
            });
    senders.add(new Honest(link, STRANGER_MAC, node, STRANGER));
    senders.add(new Honest(PortNo.LOCAL, node, Nodes.LINK_GATEWAY_MAC, STRANGER));
  }

  private void behindHost(List<Honest> senders) {
    List<Ipv6Address> names = new ArrayList<>(List.of(WORLD, LINK_LOCAL));
    ipv6(state.blocks()).forEach(block -> names.add((Ipv6Address) NodeState.gateway(block)));
    state.peers().byAddress().forEach(peer -> names.addAll(podsOf(peer)));
    MacAddress host = NodeState.GATEWAY_PORT_MAC;
    names.forEach(name -> senders.add(new Honest(PortNo.LOCAL, host, NodeState.GATEWAY_MAC, name)));
  }

  private List<Pod> pods() {
    return Cases.ends(state.pods().stream().filter(pod -> pod.ipv6().isPresent()).toList());
  }

  private static Ipv6Address addressOf(Pod pod) {
    return pod.ipv6().orElseThrow();
  }

  private static List<Ipv6Address> podsOf(Peer peer) {
    return ipv6(peer.blocks()).stream().map(block -> (Ipv6Address) block.address(7)).toList();
  }

  private static List<IpPrefix> ipv6(List<IpPrefix> prefixes) {
    return prefixes.stream().filter(p -> p.network() instanceof Ipv6Address).toList();
  }
}
