package org.ovswin.pipeline;

import java.util.List;
import java.util.Optional;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.pipeline.NodeState.Gateway;
import org.ovswin.pipeline.NodeState.HostPort;
import org.ovswin.pipeline.NodeState.Link;
import org.ovswin.pipeline.NodeState.Peer;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.NodeState.Protocol;
import org.ovswin.pipeline.NodeState.Uplink;

/** The node that the tables' comments show: one pod, one peer, one host port, both families. */
final class Example {
  static final IpPrefix CLUSTER = IpPrefix.parse("10.244.0.0/16");
  static final IpPrefix CLUSTER6 = IpPrefix.parse("fd00:10:244::/56");
  static final IpPrefix BLOCK = IpPrefix.parse("10.244.1.0/24");
  static final IpPrefix BLOCK6 = IpPrefix.parse("fd00:10:244:1::/64");
  static final Uplink UPLINK =
      new Uplink(
          1,
          Ipv4Address.parse("172.30.0.11"),
          MacAddress.parse("02:00:00:00:00:11"),
          Ipv4Address.parse("172.30.0.1"),
          Optional.of(MacAddress.parse("02:00:00:00:00:01")),
          Optional.of(
              new Link(
                  Ipv6Address.parse("fd00:30::11"),
                  Ipv6Address.parse("fe80::1"),
                  Optional.of(MacAddress.parse("02:00:00:00:00:02")))));

  /** The same node where its link has no IPv6. */
  static final Uplink IPV4_UPLINK =
      new Uplink(
          UPLINK.port(), UPLINK.address(), UPLINK.mac(), UPLINK.gateway(), UPLINK.gatewayMac());

  static final Peer PEER =
      new Peer(
          "node2",
          Ipv4Address.parse("172.30.0.12"),
          MacAddress.parse("02:00:00:00:00:12"),
          Optional.of(Ipv6Address.parse("fd00:30::12")),
          List.of(IpPrefix.parse("10.244.2.0/24"), IpPrefix.parse("fd00:10:244:2::/64")));
  static final Pod POD =
      new Pod(
          3,
          List.of(Ipv4Address.parse("10.244.1.5"), Ipv6Address.parse("fd00:10:244:1::5")),
          MacAddress.parse("0e:2a:0a:f4:01:05"),
          List.of(new HostPort(Protocol.TCP, Optional.empty(), 8080, 80)),
          Bandwidth.UNLIMITED);
  static final NodeState STATE =
      new NodeState(
          List.of(CLUSTER, CLUSTER6), List.of(BLOCK, BLOCK6), UPLINK, List.of(PEER), List.of(POD));

  static final NodeState IPV4_LINK_STATE =
      new NodeState(STATE.cluster(), STATE.blocks(), IPV4_UPLINK, STATE.peers(), STATE.pods());

  /** As above, but the host forwards. */
  static final NodeState GATEWAY_STATE =
      new NodeState(STATE.cluster(), STATE.blocks(), new Gateway(), STATE.peers(), STATE.pods());

  private Example() {}
}
