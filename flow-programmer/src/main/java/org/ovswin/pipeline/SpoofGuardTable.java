package org.ovswin.pipeline;

import static org.ovswin.pipeline.Steps.goTo;

import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.openflow.Match;
import org.ovswin.pipeline.NodeState.Exit;
import org.ovswin.pipeline.NodeState.Gateway;
import org.ovswin.pipeline.NodeState.Link;
import org.ovswin.pipeline.NodeState.Peer;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.NodeState.Uplink;
import org.ovswin.pipeline.Registers.Source;

/**
 * May this port send from this address? A pod only from its own MAC and address, and only to the
 * gateway's MAC, the one it is told for everything. From the link, a pod's address only with the
 * MAC of the node that has the pod's block, and never this node's own address.
 *
 * <p>An uplink without an IPv6 address translates none, so no connection of it is tracked.
 *
 * <p>Where what a pod may send is limited, its flows begin with {@code meter:N}: what is refused
 * here does not count, nor does what it asks of its link.
 *
 * <pre>{@code
 * priority=100,ip,in_port=3,dl_src=POD_MAC,dl_dst=02:6f:76:73:77:6e,nw_src=POD_IP actions=goto_table:30
 * priority=100,ipv6,in_port=3,dl_src=POD_MAC,dl_dst=02:6f:76:73:77:6e,ipv6_src=POD_IP6 actions=goto_table:30
 * priority=120,ip,reg0=0x2/0xf,dl_src=PEER_MAC,nw_src=PEER_BLOCK actions=goto_table:30
 * priority=120,ipv6,reg0=0x2/0xf,dl_src=PEER_MAC,ipv6_src=PEER_BLOCK6 actions=goto_table:30
 * priority=110,ip,reg0=0x2/0xf,nw_src=CLUSTER actions=drop
 * priority=110,ipv6,reg0=0x2/0xf,ipv6_src=CLUSTER6 actions=drop
 * priority=110,ip,reg0=0x2/0xf,nw_src=NODE_IP actions=drop
 * priority=110,ipv6,reg0=0x2/0xf,ipv6_src=NODE_IP6 actions=drop
 * priority=100,ip,reg0=0x2/0xf actions=goto_table:30
 * priority=100,ipv6,reg0=0x2/0xf actions=goto_table:30
 * priority=100,ip,reg0=0x3/0xf actions=goto_table:30
 * priority=100,ipv6,reg0=0x3/0xf actions=goto_table:30
 * }</pre>
 *
 * <p>With a gateway the host sends for all others, but not in the name of a pod of its own, and
 * only to the MAC that it is told for all pods: its broadcasts end here.
 *
 * <pre>{@code
 * priority=100,ip,in_port=3,dl_src=POD_MAC,dl_dst=02:6f:76:73:77:6e,nw_src=POD_IP actions=goto_table:60
 * priority=100,ipv6,in_port=3,dl_src=POD_MAC,dl_dst=02:6f:76:73:77:6e,ipv6_src=POD_IP6 actions=goto_table:60
 * priority=120,ip,reg0=0x3/0xf,dl_dst=02:6f:76:73:77:6e,nw_src=POD_GATEWAY actions=goto_table:60
 * priority=120,ipv6,reg0=0x3/0xf,dl_dst=02:6f:76:73:77:6e,ipv6_src=POD_GATEWAY6 actions=goto_table:60
 * priority=110,ip,reg0=0x3/0xf,nw_src=BLOCK actions=drop
 * priority=110,ipv6,reg0=0x3/0xf,ipv6_src=BLOCK6 actions=drop
 * priority=100,ip,reg0=0x3/0xf,dl_dst=02:6f:76:73:77:6e actions=goto_table:60
 * priority=100,ipv6,reg0=0x3/0xf,dl_dst=02:6f:76:73:77:6e actions=goto_table:60
 * }</pre>
 */
final class SpoofGuardTable implements FlowTable {
  private static final int PEER = 120;
  private static final int OWN_GATEWAY = 120;
  private static final int REFUSE = 110;
  private static final int ALLOW = 100;

  @Override
  public TableId id() {
    return TableId.SPOOF_GUARD;
  }

  @Override
  public void uplink(Uplink uplink, FlowSink out) {
    for (Link link : uplink.links()) {
      IpAddress own = link.address();
      out.flow(REFUSE, Matches.from(Matches.sentBy(Source.UPLINK), own));
      out.flow(ALLOW, Matches.ipFrom(Source.UPLINK, own), goTo(TableId.CONNTRACK));
      out.flow(ALLOW, Matches.ipFrom(Source.NODE, own), goTo(TableId.CONNTRACK));
    }
  }

  @Override
  public void gateway(FlowSink out) {
    long gateway = NodeState.GATEWAY_MAC.value();
    out.flow(ALLOW, Matches.ipFrom(Source.NODE).ethDst(gateway), goTo(TableId.ROUTE));
    out.flow(ALLOW, Matches.ipv6From(Source.NODE).ethDst(gateway), goTo(TableId.ROUTE));
  }

  @Override
  public void block(Exit exit, IpPrefix block, FlowSink out) {
    if (exit instanceof Gateway) {
      Match.Builder gateway = Matches.from(Matches.sentBy(Source.NODE), NodeState.gateway(block));
      out.flow(OWN_GATEWAY, gateway.ethDst(NodeState.GATEWAY_MAC.value()), goTo(TableId.ROUTE));
      out.flow(REFUSE, Matches.from(Matches.sentBy(Source.NODE), block));
    }
  }

  @Override
  public void range(Uplink uplink, IpPrefix range, FlowSink out) {
    out.flow(REFUSE, Matches.from(Matches.sentBy(Source.UPLINK), range));
  }

  @Override
  public void peer(Uplink uplink, Peer peer, FlowSink out) {
    for (IpPrefix block : peer.blocks()) {
      out.flow(
          PEER,
          Matches.from(Matches.sentBy(Source.UPLINK), block).ethSrc(peer.mac().value()),
          goTo(next(uplink, block.network())));
    }
  }

  @Override
  public void pod(Exit exit, Pod pod, FlowSink out) {
    for (IpAddress address : pod.addresses()) {
      out.flow(
          ALLOW,
          Matches.from(Matches.any(), address)
              .inPort(pod.port())
              .ethSrc(pod.mac().value())
              .ethDst(NodeState.GATEWAY_MAC.value()),
          Steps.metered(Meters.fromPod(pod), goTo(next(exit, address))));
    }
  }

  private static TableId next(Exit exit, IpAddress source) {
    return exit instanceof Uplink uplink && uplink.translates(source)
        ? TableId.CONNTRACK
        : TableId.ROUTE;
  }
}
