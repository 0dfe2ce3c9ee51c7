package org.ovswin.pipeline.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.pipeline.Bandwidth;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.NodeState.Exit;
import org.ovswin.pipeline.NodeState.Gateway;
import org.ovswin.pipeline.NodeState.HostPort;
import org.ovswin.pipeline.NodeState.Link;
import org.ovswin.pipeline.NodeState.Peer;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.NodeState.Protocol;
import org.ovswin.pipeline.NodeState.Uplink;

/** Nodes of several sizes. */
@SuppressWarnings("ImmutableEnumChecker") // Lists made by Stream.toList are.
enum Nodes {
  /** Just installed: nobody there, and the gateway has not answered yet. */
  LONELY(List.of("10.244.0.0/16"), List.of("10.244.1.0/24"), 0, 0, Optional.empty()),
  /** One of each. */
  PAIR(List.of("10.244.0.0/16"), List.of("10.244.1.0/24"), 1, 1, Optional.of(Nodes.NEXT_HOP)),
  /** A block in the middle of a cluster that is no /16. */
  SMALL(List.of("100.64.0.0/10"), List.of("100.64.8.0/22"), 10, 5, Optional.of(Nodes.NEXT_HOP)),
  /** Pods run, but the gateway has not answered yet. */
  CUT_OFF(List.of("10.244.0.0/16"), List.of("10.244.1.0/24"), 2, 2, Optional.empty()),
  /** The first block of the cluster, full. */
  FULL(List.of("10.244.0.0/16"), List.of("10.244.0.0/24"), 250, 50, Optional.of(Nodes.NEXT_HOP)),
  /** Both families: two blocks of one range, and of each other range one. */
  DUAL(
      List.of("10.244.0.0/16", "100.64.0.0/12", "fd00:10:244::/56", "fd00:99::/112"),
      List.of(
          "10.244.1.0/24",
          "10.244.200.0/24",
          "100.64.8.0/22",
          "fd00:10:244:1::/64",
          "fd00:99::100/120"),
      8,
      3,
      Optional.of(Nodes.NEXT_HOP)),
  /** As above, with IPv6 on the link as well. */
  DUAL_LINK(
      List.of("10.244.0.0/16", "fd00:10:244::/56", "fd00:99::/112"),
      List.of("10.244.1.0/24", "fd00:10:244:1::/64", "fd00:99::100/120"),
      6,
      3,
      Optional.of(Nodes.NEXT_HOP)) {
    @Override
    Optional<Link> ipv6Link() {
      return Optional.of(new Link(NODE6, LINK_GATEWAY6, Optional.of(LINK_GATEWAY_MAC)));
    }
  },
  /** The same before the gateway has answered in IPv6. */
  SILENT_IPV6(
      List.of("10.244.0.0/16", "fd00:10:244::/56"),
      List.of("10.244.1.0/24", "fd00:10:244:1::/64"),
      3,
      2,
      Optional.of(Nodes.NEXT_HOP)) {
    @Override
    Optional<Link> ipv6Link() {
      return Optional.of(new Link(NODE6, LINK_GATEWAY6, Optional.empty()));
    }
  },
  /** IPv6 only. */
  NEW(List.of("fd00:10:244::/56"), List.of("fd00:10:244:1::/64"), 2, 2, Optional.empty()),
  /** The others have their blocks, this one waits for its first. */
  BLOCKLESS(
      List.of("10.244.0.0/16", "fd00:10:244::/56"),
      List.of("10.244.1.0/24", "fd00:10:244:1::/64"),
      0,
      2,
      Optional.of(Nodes.NEXT_HOP)) {
    @Override
    List<IpPrefix> held() {
      return List.of();
    }
  };

  static final int UPLINK_PORT = 1;
  static final Ipv4Address NODE = Ipv4Address.parse("172.30.0.11");
  static final Ipv4Address LINK_GATEWAY = Ipv4Address.parse("172.30.0.1");
  static final Ipv6Address NODE6 = Ipv6Address.parse("fd00:30::11");
  static final Ipv6Address LINK_GATEWAY6 = Ipv6Address.parse("fe80::ff:fe00:1");
  static final int FIRST_POD_PORT = 3;
  static final MacAddress LINK_GATEWAY_MAC = MacAddress.parse(Nodes.NEXT_HOP);

  /** Of the first pod, by this number of the node. */
  static final int TCP_HOST_PORT = 8080;

  static final int UDP_HOST_PORT = 8053;
  static final int TCP_POD_PORT = 80;
  static final int UDP_POD_PORT = 53;

  private static final String NEXT_HOP = "02:00:00:00:ff:01";
  private static final long FIRST_PEER_MAC = 0x0200_0000_0012L;
  private static final long FIRST_POD_MAC = 0x0e2a_0000_0100L;
  private static final Ipv6Address FIRST_PEER6 = Ipv6Address.parse("fd00:30::12");
  private static final String FIRST_PEER = "172.30.0.12";

  private final List<IpPrefix> cluster;
  private final List<IpPrefix> blocks;
  private final int pods;
  private final int peers;
  private final Optional<String> gatewayMac;

  Nodes(
      List<String> cluster, List<String> blocks, int pods, int peers, Optional<String> gatewayMac) {
    this.cluster = cluster.stream().map(IpPrefix::parse).toList();
    this.blocks = blocks.stream().map(IpPrefix::parse).toList();
    this.pods = pods;
    this.peers = peers;
    this.gatewayMac = gatewayMac;
  }

  List<IpPrefix> held() {
    return blocks;
  }

  /** What the node itself is reached at: the adapter's MAC, or the host's end of the bridge. */
  static MacAddress macOf(NodeState state) {
    return state.uplink().map(Uplink::mac).orElse(NodeState.GATEWAY_PORT_MAC);
  }

  /** With an adapter in the bridge. */
  NodeState state() {
    return state(
        new Uplink(
            UPLINK_PORT,
            NODE,
            MacAddress.parse("02:00:00:00:00:11"),
            LINK_GATEWAY,
            gatewayMac.map(MacAddress::parse),
            ipv6Link()));
  }

  /** What the node is on its link in IPv6. */
  Optional<Link> ipv6Link() {
    return Optional.empty();
  }

  /** The same, but the host forwards. */
  NodeState gatewayState() {
    return state(new Gateway());
  }

  private NodeState state(Exit exit) {
    return new NodeState(
        cluster,
        held(),
        exit,
        IntStream.range(0, peers).mapToObj(this::peer).toList(),
        IntStream.range(0, pods).mapToObj(this::pod).toList());
  }

  /** The blocks that follow upon the node's; the third of a cluster of both families has none. */
  private Peer peer(int index) {
    boolean waits = index == 2 && isDual();
    return new Peer(
        "node" + index,
        Ipv4Address.parse(FIRST_PEER).plus(index),
        new MacAddress(FIRST_PEER_MAC + index),
        ipv6Link().isEmpty() || index == 1
            ? Optional.empty()
            : Optional.of(FIRST_PEER6.plus(index)),
        waits ? List.of() : blocks.stream().map(block -> after(block, index)).toList());
  }

  private static IpPrefix after(IpPrefix block, int index) {
    IpPrefix next = IpPrefix.of(block.last().plus(1), block.length());
    return index == 0 ? next : after(next, index - 1);
  }

  /** In turns from each block; in both families the second has only IPv6, the last only IPv4. */
  private Pod pod(int index) {
    List<IpAddress> addresses = new ArrayList<>();
    boolean ipv4 = !isDual() || index != 1;
    boolean ipv6 = !isDual() || index != pods - 1;
    if (ipv4) {
      in(Ipv4Address.class, index).ifPresent(addresses::add);
    }
    if (ipv6) {
      in(Ipv6Address.class, index).ifPresent(addresses::add);
    }
    List<HostPort> hostPorts =
        index == 0 && addresses.getFirst() instanceof Ipv4Address
            ? List.of(
                new HostPort(Protocol.TCP, Optional.empty(), TCP_HOST_PORT, TCP_POD_PORT),
                new HostPort(Protocol.UDP, Optional.empty(), UDP_HOST_PORT, UDP_POD_PORT))
            : List.of();
    return new Pod(
        FIRST_POD_PORT + index,
        addresses,
        new MacAddress(FIRST_POD_MAC + index),
        hostPorts,
        Bandwidth.UNLIMITED);
  }

  private boolean isDual() {
    return blocks.stream().map(block -> block.network().bitLength()).distinct().count() == 2;
  }

  private Optional<IpAddress> in(Class<? extends IpAddress> family, int index) {
    List<IpPrefix> all = blocks.stream().filter(b -> family.isInstance(b.network())).toList();
    return all.isEmpty()
        ? Optional.empty()
        : Optional.of(all.get(index % all.size()).address(2 + index));
  }
}
