package org.ovswin.pipeline;

import static org.ovswin.pipeline.Steps.goTo;

import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.pipeline.NodeState.Peer;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.Registers.Source;

/**
 * May this port send from this address? A pod only from its own MAC and address, and only to the
 * gateway's MAC, the one it is told for everything. From the link, a pod's address only with the
 * MAC of the node that has the pod's block, and never this node's own address.
 *
 * <p>IPv6 is not translated, so no connection of it is tracked.
 *
 * <pre>{@code
 * priority=100,ip,in_port=3,dl_src=POD_MAC,dl_dst=02:6f:76:73:77:6e,nw_src=POD_IP actions=goto_table:30
 * priority=100,ipv6,in_port=3,dl_src=POD_MAC,dl_dst=02:6f:76:73:77:6e,ipv6_src=POD_IP6 actions=goto_table:60
 * priority=120,ip,reg0=0x2/0xf,dl_src=PEER_MAC,nw_src=PEER_BLOCK actions=goto_table:30
 * priority=120,ipv6,reg0=0x2/0xf,dl_src=PEER_MAC,ipv6_src=PEER_BLOCK6 actions=goto_table:60
 * priority=110,ip,reg0=0x2/0xf,nw_src=CLUSTER actions=drop
 * priority=110,ipv6,reg0=0x2/0xf,ipv6_src=CLUSTER6 actions=drop
 * priority=110,ip,reg0=0x2/0xf,nw_src=NODE_IP actions=drop
 * priority=100,ip,reg0=0x2/0xf actions=goto_table:30
 * priority=100,ip,reg0=0x3/0xf actions=goto_table:30
 * }</pre>
 */
final class SpoofGuardTable implements FlowTable {
  private static final int PEER = 120;
  private static final int REFUSE = 110;
  private static final int ALLOW = 100;

  @Override
  public TableId id() {
    return TableId.SPOOF_GUARD;
  }

  @Override
  public void node(NodeState state, FlowSink out) {
    out.flow(
        REFUSE,
        Matches.ipFrom(Source.UPLINK).ipv4Src(state.uplink().orElseThrow().address().value()));
    out.flow(ALLOW, Matches.ipFrom(Source.UPLINK), goTo(TableId.CONNTRACK));
    out.flow(ALLOW, Matches.ipFrom(Source.NODE), goTo(TableId.CONNTRACK));
  }

  @Override
  public void range(NodeState state, IpPrefix range, FlowSink out) {
    out.flow(REFUSE, Matches.from(Matches.sentBy(Source.UPLINK), range));
  }

  @Override
  public void peer(NodeState state, Peer peer, FlowSink out) {
    for (IpPrefix block : peer.blocks()) {
      out.flow(
          PEER,
          Matches.from(Matches.sentBy(Source.UPLINK), block).ethSrc(peer.mac().value()),
          goTo(next(block.network())));
    }
  }

  @Override
  public void pod(NodeState state, Pod pod, FlowSink out) {
    for (IpAddress address : pod.addresses()) {
      out.flow(
          ALLOW,
          Matches.from(Matches.any(), address)
              .inPort(pod.port())
              .ethSrc(pod.mac().value())
              .ethDst(NodeState.GATEWAY_MAC.value()),
          goTo(next(address)));
    }
  }

  private static TableId next(IpAddress source) {
    return switch (source) {
      case Ipv4Address _ -> TableId.CONNTRACK;
      case Ipv6Address _ -> TableId.ROUTE;
    };
  }
}
