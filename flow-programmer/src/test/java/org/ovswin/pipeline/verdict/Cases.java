package org.ovswin.pipeline.verdict;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.openflow.PortNo;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.NodeState.Gateway;
import org.ovswin.pipeline.NodeState.Peer;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.NodeState.Uplink;
import org.ovswin.pipeline.verdict.Packet.Arp;
import org.ovswin.pipeline.verdict.Packet.Echo;
import org.ovswin.pipeline.verdict.Packet.Ipv4;
import org.ovswin.pipeline.verdict.Packet.Opaque;
import org.ovswin.pipeline.verdict.Packet.Other;
import org.ovswin.pipeline.verdict.Packet.Sctp;
import org.ovswin.pipeline.verdict.Packet.Tcp;
import org.ovswin.pipeline.verdict.Packet.Transport;
import org.ovswin.pipeline.verdict.Packet.Udp;

/**
 * Packets that a node may meet: from each kind of sender to each kind of receiver in each protocol,
 * the same with each address forged, and then anything from anybody to anybody.
 */
final class Cases {
  private static final int GRE = 47;
  private static final int TTL = 64;
  private static final MacAddress BROADCAST = MacAddress.parse("ff:ff:ff:ff:ff:ff");
  private static final MacAddress GROUP = MacAddress.parse("01:00:5e:00:00:05");
  private static final MacAddress STRANGER_MAC = MacAddress.parse("02:00:00:00:99:99");
  private static final Ipv4Address STRANGER = Ipv4Address.parse("172.30.0.200");
  private static final Ipv4Address NOBODYS = Ipv4Address.parse("10.244.1.253");
  private static final Ipv4Address WORLD = Ipv4Address.parse("203.0.113.7");
  private static final List<Integer> OTHER_PROTOCOLS = List.of(0x86dd, 0x88cc, 0x8847, 0x88b5);

  /** What each protocol's first packet, and what no first packet, looks like; by a source port. */
  private static final List<IntFunction<Transport>> TRANSPORTS =
      List.of(
          port -> new Tcp(port, Nodes.TCP_POD_PORT, Tcp.SYN, port, 0),
          port -> new Tcp(port, Nodes.TCP_HOST_PORT, Tcp.SYN, port, 0),
          port -> new Tcp(port, Nodes.UDP_HOST_PORT, Tcp.SYN, port, 0),
          port -> new Tcp(port, Nodes.TCP_HOST_PORT, Tcp.SYN | Tcp.ACK, port, 1),
          port -> new Tcp(port, Nodes.TCP_HOST_PORT, Tcp.RST, port, 1),
          port -> new Tcp(port, Nodes.TCP_HOST_PORT, Tcp.ACK, port, 1),
          port -> new Udp(port, Nodes.UDP_POD_PORT),
          port -> new Udp(port, Nodes.UDP_HOST_PORT),
          port -> new Udp(port, Nodes.TCP_HOST_PORT),
          port -> new Echo(Echo.REQUEST, port),
          port -> new Echo(Echo.REPLY, port),
          port -> new Sctp(port, Nodes.TCP_HOST_PORT),
          port -> new Opaque(GRE));

  private static final int FIRST_PORT = 1024;
  private static final int PORTS = 60_000;

  private final NodeState state;
  private final List<Case> cases = new ArrayList<>();
  private final Set<MacAddress> macs = new LinkedHashSet<>();
  private final Set<Ipv4Address> addresses = new LinkedHashSet<>();
  private int serial;

  /** A packet and the port it comes in by. */
  record Case(int port, Packet packet) {}

  /** A sender that does as it should. */
  private record Honest(int port, MacAddress mac, MacAddress nextHop, Ipv4Address address) {}

  private Cases(NodeState state) {
    this.state = state;
    macs.add(NodeState.GATEWAY_MAC);
    macs.add(Nodes.macOf(state));
    macs.add(Nodes.LINK_GATEWAY_MAC);
    macs.add(STRANGER_MAC);
    addresses.add(WORLD);
    addresses.add(STRANGER);
    addresses.add(Nodes.LINK_GATEWAY);
    addresses.add(Nodes.NODE);
    for (IpPrefix block : ipv4(state.blocks())) {
      addresses.add((Ipv4Address) NodeState.gateway(block));
      addresses.add((Ipv4Address) block.network());
      addresses.add((Ipv4Address) block.last());
      addresses.add((Ipv4Address) block.address(253));
    }
    for (IpPrefix range : ipv4(state.cluster())) {
      addresses.add((Ipv4Address) range.last());
      addresses.add(((Ipv4Address) range.network()).plus(-1));
      addresses.add(((Ipv4Address) range.last()).plus(1));
    }
    addresses.add(Ipv4Address.parse("127.0.0.1"));
    addresses.add(Ipv4Address.parse("224.0.0.5"));
    addresses.add(Ipv4Address.parse("255.255.255.255"));
    addresses.add(Ipv4Address.parse("0.0.0.0"));
    for (Pod pod : pods()) {
      macs.add(pod.mac());
      addresses.add(pod.ipv4().orElseThrow());
    }
    for (Peer peer : peers()) {
      macs.add(peer.mac());
      addresses.add(peer.address());
      addresses.addAll(podsOf(peer));
      ipv4(peer.blocks()).forEach(block -> addresses.add((Ipv4Address) block.last()));
    }
  }

  /** Every pair of honest sender and receiver in each protocol. */
  static List<Case> honest(NodeState state) {
    Cases c = new Cases(state);
    for (Honest sender : c.senders()) {
      for (Ipv4Address dst : c.addresses) {
        for (IntFunction<Transport> transport : TRANSPORTS) {
          c.add(sender, sender.mac(), sender.nextHop(), sender.address(), dst, TTL, transport);
        }
        for (int ttl : new int[] {0, 1, 2, 255}) {
          IntFunction<Transport> transport = c.anyTransport();
          c.add(sender, sender.mac(), sender.nextHop(), sender.address(), dst, ttl, transport);
        }
      }
    }
    return c.cases;
  }

  /** Every honest sender, but with one address that is not its own or not the right next hop. */
  static List<Case> forged(NodeState state) {
    Cases c = new Cases(state);
    List<MacAddress> nextHops = new ArrayList<>(c.macs);
    nextHops.add(BROADCAST);
    nextHops.add(GROUP);
    for (Honest sender : c.senders()) {
      for (Ipv4Address dst : c.addresses) {
        for (MacAddress mac : c.macs) {
          c.add(sender, mac, sender.nextHop(), sender.address(), dst, TTL, c.anyTransport());
        }
        for (MacAddress nextHop : nextHops) {
          c.add(sender, sender.mac(), nextHop, sender.address(), dst, TTL, c.anyTransport());
        }
        for (Ipv4Address src : c.addresses) {
          c.add(sender, sender.mac(), sender.nextHop(), src, dst, TTL, c.anyTransport());
        }
      }
    }
    return c.cases;
  }

  /** Anything from anywhere. */
  static List<Case> random(NodeState state, Random random, int count) {
    Cases c = new Cases(state);
    List<Honest> senders = c.senders();
    List<MacAddress> macs = new ArrayList<>(c.macs);
    macs.add(BROADCAST);
    macs.add(GROUP);
    List<Ipv4Address> addresses = List.copyOf(c.addresses);
    for (int i = 0; i < count; i++) {
      Honest sender = pick(senders, random);
      boolean honest = random.nextInt(3) == 0;
      c.add(
          sender,
          honest ? sender.mac() : pick(macs, random),
          honest ? sender.nextHop() : pick(macs, random),
          random.nextBoolean() ? sender.address() : pick(addresses, random),
          pick(addresses, random),
          pick(List.of(0, 1, 2, TTL, 255), random),
          c.anyTransport());
    }
    return c.cases;
  }

  /** ARP by every sender in every combination of true and forged fields. */
  static List<Case> arp(NodeState state) {
    Cases c = new Cases(state);
    Set<Integer> done = new LinkedHashSet<>();
    for (Honest sender : c.senders()) {
      if (!done.add(sender.port())) {
        continue;
      }
      MacAddress nobodysMac = new MacAddress(0);
      for (int op : new int[] {1, 2, 3}) {
        for (MacAddress ethDst : List.of(BROADCAST, NodeState.GATEWAY_MAC, Nodes.macOf(state))) {
          for (MacAddress ethSrc : List.of(sender.mac(), STRANGER_MAC)) {
            for (MacAddress sha : List.of(sender.mac(), STRANGER_MAC, NodeState.GATEWAY_MAC)) {
              c.arpInEveryName(
                  sender, new Packet(ethSrc, ethDst, new Other(0)), op, sha, nobodysMac);
            }
          }
        }
      }
    }
    return c.cases;
  }

  private void arpInEveryName(Honest sender, Packet frame, int op, MacAddress sha, MacAddress tha) {
    Set<Ipv4Address> names = new LinkedHashSet<>();
    names.add(sender.address());
    names.add(new Ipv4Address(0));
    ipv4(state.blocks()).forEach(block -> names.add((Ipv4Address) NodeState.gateway(block)));
    names.add(Nodes.LINK_GATEWAY);
    names.add(Nodes.NODE);
    names.add(WORLD);
    pods().forEach(pod -> names.add(pod.ipv4().orElseThrow()));
    peers().forEach(peer -> names.addAll(podsOf(peer)));
    for (Ipv4Address spa : names) {
      for (Ipv4Address tpa : names) {
        cases.add(new Case(sender.port(), frame.with(new Arp(op, sha, spa, tha, tpa))));
      }
    }
  }

  /** Everything that is neither IPv4 nor ARP, and all that is tagged. */
  static List<Case> otherProtocols(NodeState state) {
    Cases c = new Cases(state);
    List<MacAddress> nextHops = new ArrayList<>(c.macs);
    nextHops.add(BROADCAST);
    nextHops.add(GROUP);
    for (Honest sender : c.senders()) {
      for (MacAddress nextHop : nextHops) {
        Packet frame = new Packet(sender.mac(), nextHop, new Other(0));
        for (int protocol : OTHER_PROTOCOLS) {
          c.cases.add(new Case(sender.port(), frame.with(new Other(protocol))));
        }
        Arp question =
            new Arp(1, sender.mac(), sender.address(), new MacAddress(0), Nodes.LINK_GATEWAY);
        c.cases.add(new Case(sender.port(), tagged(frame.with(question))));
        for (Ipv4Address dst : c.addresses) {
          Transport transport = c.anyTransport().apply(c.nextPort());
          Ipv4 ip = new Ipv4(sender.address(), dst, TTL, transport);
          c.cases.add(new Case(sender.port(), tagged(frame.with(ip))));
        }
      }
    }
    return c.cases;
  }

  private static Packet tagged(Packet packet) {
    return new Packet(packet.ethSrc(), packet.ethDst(), OptionalInt.of(5), packet.content());
  }

  private List<Honest> senders() {
    List<Honest> senders = new ArrayList<>();
    for (Pod pod : pods()) {
      senders.add(
          new Honest(pod.port(), pod.mac(), NodeState.GATEWAY_MAC, pod.ipv4().orElseThrow()));
    }
    switch (state.exit()) {
      case Uplink uplink -> behindUplink(uplink, senders);
      case Gateway _ -> behindHost(senders);
    }
    // A pod whose flows are not there yet, or no more.
    Ipv4Address nobodys = NOBODYS;
    MacAddress mac = MacAddress.forAddress(nobodys);
    int deaf = TestedNode.deafPort(state);
    senders.add(new Honest(deaf, mac, NodeState.GATEWAY_MAC, nobodys));
    return senders;
  }

  private void behindUplink(Uplink uplink, List<Honest> senders) {
    int link = uplink.port();
    MacAddress node = uplink.mac();
    for (Peer peer : peers()) {
      podsOf(peer).forEach(pod -> senders.add(new Honest(link, peer.mac(), node, pod)));
      senders.add(new Honest(link, peer.mac(), node, peer.address()));
    }
    senders.add(new Honest(link, Nodes.LINK_GATEWAY_MAC, node, WORLD));
    senders.add(new Honest(link, STRANGER_MAC, node, STRANGER));
    senders.add(new Honest(PortNo.LOCAL, node, NodeState.GATEWAY_MAC, Nodes.NODE));
    senders.add(new Honest(PortNo.LOCAL, node, Nodes.LINK_GATEWAY_MAC, Nodes.NODE));
  }

  /** The host in every name in which it forwards, and in its own; the adapter is not in use. */
  private void behindHost(List<Honest> senders) {
    List<Ipv4Address> names = new ArrayList<>(List.of(WORLD, Nodes.NODE));
    ipv4(state.blocks()).forEach(block -> names.add((Ipv4Address) NodeState.gateway(block)));
    for (Peer peer : peers()) {
      names.addAll(podsOf(peer));
      names.add(peer.address());
    }
    MacAddress host = NodeState.GATEWAY_PORT_MAC;
    names.forEach(name -> senders.add(new Honest(PortNo.LOCAL, host, NodeState.GATEWAY_MAC, name)));
  }

  /** First, second and last: the first has host ports. */
  private List<Pod> pods() {
    return ends(state.pods().stream().filter(pod -> pod.ipv4().isPresent()).toList());
  }

  private List<Peer> peers() {
    return ends(state.peers().byAddress());
  }

  static <T> List<T> ends(List<T> all) {
    Set<T> some = new LinkedHashSet<>();
    all.stream().limit(2).forEach(some::add);
    all.stream().skip(Math.max(0, all.size() - 1)).forEach(some::add);
    return List.copyOf(some);
  }

  /** One in each of its blocks. */
  private static List<Ipv4Address> podsOf(Peer peer) {
    return ipv4(peer.blocks()).stream().map(block -> (Ipv4Address) block.address(7)).toList();
  }

  private static List<IpPrefix> ipv4(List<IpPrefix> prefixes) {
    return prefixes.stream().filter(p -> p.network() instanceof Ipv4Address).toList();
  }

  private void add(
      Honest sender,
      MacAddress ethSrc,
      MacAddress ethDst,
      Ipv4Address src,
      Ipv4Address dst,
      int ttl,
      IntFunction<Transport> transport) {
    Ipv4 ip = new Ipv4(src, dst, ttl, transport.apply(nextPort()));
    cases.add(new Case(sender.port(), new Packet(ethSrc, ethDst, ip)));
  }

  private IntFunction<Transport> anyTransport() {
    return TRANSPORTS.get(serial % TRANSPORTS.size());
  }

  /** Different for each packet: no connection is met by chance. */
  private int nextPort() {
    return FIRST_PORT + serial++ % PORTS;
  }

  private static <T> T pick(List<T> from, Random random) {
    return from.get(random.nextInt(from.size()));
  }
}
