package org.ovswin.pipeline;

import static org.ovswin.openflow.Actions.output;
import static org.ovswin.openflow.PortNo.LOCAL;
import static org.ovswin.pipeline.Steps.goTo;
import static org.ovswin.pipeline.Steps.load;

import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.openflow.Match;
import org.ovswin.pipeline.NodeState.Exit;
import org.ovswin.pipeline.NodeState.Link;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.NodeState.Uplink;
import org.ovswin.pipeline.Registers.Source;

/**
 * Where does the packet come from? Every port that is not named here is deaf.
 *
 * <p>The uplink is promiscuous: of unicast only what is addressed to the node goes on. What is
 * neither IPv4 nor ARP belongs to the node itself and passes between uplink and local port
 * untouched, as does its multicast; from pods it is dropped. That holds for all that is tagged
 * (IEEE 802.1Q), which the later tables would take for what is inside: a pod would choose the VLAN
 * that it sends into.
 *
 * <p>What the link sends to a group is for the node without further tables, so who may not send to
 * the node's own MAC is refused here as well.
 *
 * <p>An uplink without an IPv6 address has of IPv6 only what goes to pods; the rest, neighbour
 * discovery included, is the node's own affair as if no pod had any.
 *
 * <pre>{@code
 * priority=130,in_port=1,vlan_tci=0x1000/0x1000,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00 actions=LOCAL
 * priority=130,in_port=1,vlan_tci=0x1000/0x1000,dl_dst=NODE_MAC actions=LOCAL
 * priority=130,in_port=LOCAL,vlan_tci=0x1000/0x1000 actions=output:1
 * priority=120,vlan_tci=0x1000/0x1000 actions=drop
 * priority=110,ip,in_port=1,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,nw_src=CLUSTER actions=drop
 * priority=110,ipv6,in_port=1,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,ipv6_src=CLUSTER6 actions=drop
 * priority=110,ip,in_port=1,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,nw_src=NODE_IP actions=drop
 * priority=110,ipv6,in_port=1,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,ipv6_src=NODE_IP6 actions=drop
 * priority=115,icmp6,in_port=1,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,icmp_type=136,icmp_code=0 actions=LOCAL
 * priority=100,arp,in_port=1 actions=set_field:0x2/0xf->reg0,goto_table:10
 * priority=100,ip,in_port=1,dl_dst=NODE_MAC actions=set_field:0x2/0xf->reg0,goto_table:20
 * priority=100,ipv6,in_port=1,dl_dst=NODE_MAC actions=set_field:0x2/0xf->reg0,goto_table:14
 * priority=90,in_port=1,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00 actions=LOCAL
 * priority=90,in_port=1,dl_dst=NODE_MAC actions=LOCAL
 * priority=110,ip,in_port=LOCAL,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00 actions=output:1
 * priority=110,ipv6,in_port=LOCAL,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00 actions=output:1
 * priority=115,icmp6,in_port=LOCAL,icmp_type=135,icmp_code=0 actions=set_field:0x3/0xf->reg0,goto_table:14
 * priority=100,arp,in_port=LOCAL actions=set_field:0x3/0xf->reg0,goto_table:10
 * priority=100,ip,in_port=LOCAL actions=set_field:0x3/0xf->reg0,goto_table:20
 * priority=100,ipv6,in_port=LOCAL actions=set_field:0x3/0xf->reg0,goto_table:14
 * priority=90,in_port=LOCAL actions=output:1
 * priority=100,arp,in_port=3 actions=set_field:0x1/0xf->reg0,goto_table:10
 * priority=100,ip,in_port=3 actions=set_field:0x1/0xf->reg0,goto_table:20
 * priority=100,ipv6,in_port=3 actions=set_field:0x1/0xf->reg0,goto_table:14
 * }</pre>
 *
 * <p>With a gateway there are the host and the pods, and nobody else:
 *
 * <pre>{@code
 * priority=120,vlan_tci=0x1000/0x1000 actions=drop
 * priority=100,arp,in_port=LOCAL actions=set_field:0x3/0xf->reg0,goto_table:10
 * priority=100,ip,in_port=LOCAL actions=set_field:0x3/0xf->reg0,goto_table:20
 * priority=100,ipv6,in_port=LOCAL actions=set_field:0x3/0xf->reg0,goto_table:14
 * priority=100,arp,in_port=3 actions=set_field:0x1/0xf->reg0,goto_table:10
 * priority=100,ip,in_port=3 actions=set_field:0x1/0xf->reg0,goto_table:20
 * priority=100,ipv6,in_port=3 actions=set_field:0x1/0xf->reg0,goto_table:14
 * }</pre>
 */
final class ClassifierTable implements FlowTable {
  private static final int TAGGED = 130;
  private static final int OTHERS_TAGGED = 120;
  private static final int NEIGHBORS = 115;
  private static final int GROUP_ADDRESSED = 110;
  private static final int KNOWN = 100;
  private static final int PODS_ELSEWHERE = 95;
  private static final int OTHER_PROTOCOLS = 90;

  @Override
  public TableId id() {
    return TableId.CLASSIFIER;
  }

  @Override
  public void uplink(Uplink uplink, FlowSink out) {
    out.flow(TAGGED, Matches.tagged(Matches.groupAddressed()).inPort(uplink.port()), output(LOCAL));
    out.flow(
        TAGGED,
        Matches.tagged(Matches.any()).inPort(uplink.port()).ethDst(uplink.mac().value()),
        output(LOCAL));
    out.flow(TAGGED, Matches.tagged(Matches.any()).inPort(LOCAL), output(uplink.port()));
    untagged(out);

    out.flow(
        KNOWN,
        Matches.arp().inPort(uplink.port()),
        load(Registers.SOURCE, Source.UPLINK.value()),
        goTo(TableId.ARP_SPOOF_GUARD));
    for (Link link : uplink.links()) {
      IpAddress own = link.address();
      TableId next = own instanceof Ipv4Address ? TableId.SPOOF_GUARD : TableId.ND_SPOOF_GUARD;
      out.flow(GROUP_ADDRESSED, Matches.from(Matches.groupAddressed(), own).inPort(uplink.port()));
      out.flow(
          KNOWN,
          Matches.ip(own).inPort(uplink.port()).ethDst(uplink.mac().value()),
          load(Registers.SOURCE, Source.UPLINK.value()),
          goTo(next));
      // Broadcast and multicast have no connection to track, and no pod is meant.
      out.flow(
          GROUP_ADDRESSED,
          Matches.groupAddressed(Matches.ip(own)).inPort(LOCAL),
          output(uplink.port()));
      fromNode(Matches.ip(own), next, out);
    }
    if (uplink.ipv6().isPresent()) {
      fromNode(NEIGHBORS, Matches.neighborSolicitation(), TableId.ND_SPOOF_GUARD, out);
      // Another that has the node's address must be heard (RFC 4862, 5.4.4).
      out.flow(
          NEIGHBORS,
          Matches.groupAddressed(Matches.neighborAdvertisement()).inPort(uplink.port()),
          output(LOCAL));
    }
    out.flow(OTHER_PROTOCOLS, Matches.groupAddressed().inPort(uplink.port()), output(LOCAL));
    out.flow(
        OTHER_PROTOCOLS,
        Matches.any().inPort(uplink.port()).ethDst(uplink.mac().value()),
        output(LOCAL));

    fromNode(Matches.arp(), TableId.ARP_SPOOF_GUARD, out);
    out.flow(OTHER_PROTOCOLS, Matches.any().inPort(LOCAL), output(uplink.port()));
  }

  @Override
  public void gateway(FlowSink out) {
    untagged(out);
    fromNode(Matches.arp(), TableId.ARP_SPOOF_GUARD, out);
    fromNode(Matches.ip(), TableId.SPOOF_GUARD, out);
    fromNode(Matches.ipv6(), TableId.ND_SPOOF_GUARD, out);
  }

  private static void untagged(FlowSink out) {
    out.flow(OTHERS_TAGGED, Matches.tagged(Matches.any()));
  }

  private static void fromNode(Match.Builder match, TableId next, FlowSink out) {
    fromNode(KNOWN, match, next, out);
  }

  private static void fromNode(int priority, Match.Builder match, TableId next, FlowSink out) {
    out.flow(
        priority, match.inPort(LOCAL), load(Registers.SOURCE, Source.NODE.value()), goTo(next));
  }

  @Override
  public void range(Uplink uplink, IpPrefix range, FlowSink out) {
    if (uplink.translates(range.network())) {
      out.flow(
          GROUP_ADDRESSED, Matches.from(Matches.groupAddressed(), range).inPort(uplink.port()));
    } else {
      out.flow(
          KNOWN,
          Matches.to(Matches.any(), range).inPort(uplink.port()).ethDst(uplink.mac().value()),
          load(Registers.SOURCE, Source.UPLINK.value()),
          goTo(TableId.SPOOF_GUARD));
      out.flow(PODS_ELSEWHERE, Matches.from(Matches.any(), range).inPort(uplink.port()));
      out.flow(KNOWN, Matches.to(Matches.any(), range).inPort(LOCAL));
    }
  }

  @Override
  public void pod(Exit exit, Pod pod, FlowSink out) {
    for (IpAddress address : pod.addresses()) {
      switch (address) {
        case Ipv4Address _ -> {
          known(pod, Matches.arp(), TableId.ARP_SPOOF_GUARD, out);
          known(pod, Matches.ip(), TableId.SPOOF_GUARD, out);
        }
        case Ipv6Address _ -> known(pod, Matches.ipv6(), TableId.ND_SPOOF_GUARD, out);
      }
    }
  }

  private static void known(Pod pod, Match.Builder match, TableId next, FlowSink out) {
    out.flow(
        KNOWN, match.inPort(pod.port()), load(Registers.SOURCE, Source.POD.value()), goTo(next));
  }
}
