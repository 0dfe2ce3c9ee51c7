package org.ovswin.pipeline.verdict;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.NodeState.HostPort;
import org.ovswin.pipeline.NodeState.Peer;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.NodeState.Protocol;
import org.ovswin.pipeline.NodeState.Uplink;

/** Nodes of several sizes. */
enum Nodes {
  /** Just installed: nobody there, and the gateway has not answered yet. */
  LONELY("10.244.0.0/16", "10.244.1.0/24", 0, 0, Optional.empty()),
  /** As in the tables' comments. */
  PAIR("10.244.0.0/16", "10.244.1.0/24", 1, 1, Optional.of(Nodes.NEXT_HOP)),
  /** A block in the middle of a cluster that is no /16. */
  SMALL("100.64.0.0/10", "100.64.8.0/22", 10, 5, Optional.of(Nodes.NEXT_HOP)),
  /** Pods run, but the gateway has not answered yet. */
  CUT_OFF("10.244.0.0/16", "10.244.1.0/24", 2, 2, Optional.empty()),
  /** The first block of the cluster, full. */
  FULL("10.244.0.0/16", "10.244.0.0/24", 250, 50, Optional.of(Nodes.NEXT_HOP));

  static final int UPLINK_PORT = 1;
  static final int FIRST_POD_PORT = 3;
  static final MacAddress LINK_GATEWAY_MAC = MacAddress.parse(Nodes.NEXT_HOP);

  /** Of the first pod, by this number of the node. */
  static final int TCP_HOST_PORT = 8080;

  static final int UDP_HOST_PORT = 8053;
  static final int TCP_POD_PORT = 80;
  static final int UDP_POD_PORT = 53;

  private static final String NEXT_HOP = "02:00:00:00:ff:01";
  private static final long FIRST_PEER_MAC = 0x0200_0000_0012L;
  private static final String FIRST_PEER = "172.30.0.12";

  private final String cluster;
  private final String block;
  private final int pods;
  private final int peers;
  private final Optional<String> gatewayMac;

  Nodes(String cluster, String block, int pods, int peers, Optional<String> gatewayMac) {
    this.cluster = cluster;
    this.block = block;
    this.pods = pods;
    this.peers = peers;
    this.gatewayMac = gatewayMac;
  }

  NodeState state() {
    IpPrefix own = IpPrefix.parse(block);
    return new NodeState(
        List.of(IpPrefix.parse(cluster)),
        List.of(own),
        new Uplink(
            UPLINK_PORT,
            Ipv4Address.parse("172.30.0.11"),
            MacAddress.parse("02:00:00:00:00:11"),
            Ipv4Address.parse("172.30.0.1"),
            gatewayMac.map(MacAddress::parse)),
        IntStream.range(0, peers).mapToObj(i -> peer(i, own)).toList(),
        IntStream.range(0, pods).mapToObj(i -> pod(i, own)).toList());
  }

  private static Peer peer(int index, IpPrefix own) {
    long size = 1L << own.hostBits();
    return new Peer(
        "node" + index,
        Ipv4Address.parse(FIRST_PEER).plus(index),
        new MacAddress(FIRST_PEER_MAC + index),
        List.of(IpPrefix.of(own.network().plus(size * (index + 1)), own.length())));
  }

  private static Pod pod(int index, IpPrefix own) {
    Ipv4Address address = (Ipv4Address) own.address(2 + index);
    List<HostPort> hostPorts =
        index == 0
            ? List.of(
                new HostPort(Protocol.TCP, TCP_HOST_PORT, TCP_POD_PORT),
                new HostPort(Protocol.UDP, UDP_HOST_PORT, UDP_POD_PORT))
            : List.of();
    return new Pod(
        FIRST_POD_PORT + index, List.of(address), MacAddress.forAddress(address), hostPorts);
  }
}
