package org.ovswin.pipeline;

import static org.ovswin.openflow.Actions.controller;
import static org.ovswin.openflow.Actions.output;
import static org.ovswin.pipeline.Steps.goTo;

import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.openflow.Field;
import org.ovswin.openflow.Match;
import org.ovswin.openflow.PortNo;
import org.ovswin.pipeline.NodeState.Exit;
import org.ovswin.pipeline.NodeState.Gateway;
import org.ovswin.pipeline.NodeState.Link;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.NodeState.Uplink;

/**
 * May this port say so in neighbour discovery (RFC 4861)? A pod may ask, from its own address or a
 * link-local one, and nothing else. It never needs to answer, as in ARP; and routers' messages and
 * redirects, sent to another pod by way of the gateway, would arrive with the hop limit of 255 by
 * which that pod knows its own link.
 *
 * <p>A question from no address, by which a pod looks for another that has its own (RFC 4862, 5.4),
 * ends here: nobody hears it, and nobody answers. So do the reports of multicast listeners (RFC
 * 3810), in the next table, for no multicast is forwarded.
 *
 * <p>The node and its link talk to each other, where the node has an IPv6 address; what the gateway
 * answers is also told to the agent, which learns its MAC from it. The node asks for its pods'
 * gateway as pods do.
 *
 * <pre>{@code
 * priority=120,icmp6,in_port=1,nw_ttl=255,icmp_type=136,icmp_code=0,nd_target=NEXT_HOP_IP6 actions=LOCAL,CONTROLLER:65535
 * priority=120,icmp6,in_port=LOCAL,dl_src=NODE_MAC,nw_ttl=255,icmp_type=135,icmp_code=0,nd_target=POD_GATEWAY6,nd_sll=NODE_MAC actions=goto_table:16
 * priority=110,icmp6,in_port=1,icmp_type=133 actions=LOCAL
 * priority=110,icmp6,in_port=1,icmp_type=134 actions=LOCAL
 * priority=110,icmp6,in_port=1,icmp_type=135 actions=LOCAL
 * priority=110,icmp6,in_port=1,icmp_type=136 actions=LOCAL
 * priority=110,icmp6,in_port=1,icmp_type=137 actions=LOCAL
 * priority=110,icmp6,in_port=LOCAL,icmp_type=133 actions=output:1
 * priority=110,icmp6,in_port=LOCAL,icmp_type=134 actions=output:1
 * priority=110,icmp6,in_port=LOCAL,icmp_type=135 actions=output:1
 * priority=110,icmp6,in_port=LOCAL,icmp_type=136 actions=output:1
 * priority=110,icmp6,in_port=LOCAL,icmp_type=137 actions=output:1
 * priority=110,icmp6,in_port=3,dl_src=POD_MAC,ipv6_src=POD_IP6,nw_ttl=255,icmp_type=135,icmp_code=0,nd_sll=POD_MAC actions=goto_table:16
 * priority=110,icmp6,in_port=3,dl_src=POD_MAC,ipv6_src=fe80::/10,nw_ttl=255,icmp_type=135,icmp_code=0,nd_sll=POD_MAC actions=goto_table:16
 * priority=100,icmp6,icmp_type=133 actions=drop
 * priority=100,icmp6,icmp_type=134 actions=drop
 * priority=100,icmp6,icmp_type=135 actions=drop
 * priority=100,icmp6,icmp_type=136 actions=drop
 * priority=100,icmp6,icmp_type=137 actions=drop
 * priority=90,ipv6 actions=goto_table:20
 * }</pre>
 *
 * <p>With a gateway the host asks as well, and what else it says is not for pods:
 *
 * <pre>{@code
 * priority=110,icmp6,in_port=3,dl_src=POD_MAC,ipv6_src=POD_IP6,nw_ttl=255,icmp_type=135,icmp_code=0,nd_sll=POD_MAC actions=goto_table:16
 * priority=110,icmp6,in_port=3,dl_src=POD_MAC,ipv6_src=fe80::/10,nw_ttl=255,icmp_type=135,icmp_code=0,nd_sll=POD_MAC actions=goto_table:16
 * priority=100,icmp6,icmp_type=133 actions=drop
 * priority=100,icmp6,icmp_type=134 actions=drop
 * priority=100,icmp6,icmp_type=135 actions=drop
 * priority=100,icmp6,icmp_type=136 actions=drop
 * priority=100,icmp6,icmp_type=137 actions=drop
 * priority=90,ipv6 actions=goto_table:20
 * priority=110,icmp6,in_port=LOCAL,dl_src=02:6f:76:73:77:67,nw_ttl=255,icmp_type=135,icmp_code=0,nd_sll=02:6f:76:73:77:67 actions=goto_table:16
 * }</pre>
 */
final class NdSpoofGuardTable implements FlowTable {
  private static final int LEARN = 120;
  private static final int GATEWAY = 120;
  private static final int ALLOW = 110;
  private static final int REFUSE = 100;
  private static final int OTHER_MESSAGES = 90;

  private static final int ROUTER_SOLICITATION = 133;
  private static final int REDIRECT = 137;

  /** What has not crossed a router (RFC 4861, 7.1.1). */
  private static final int ON_LINK_HOP_LIMIT = 255;

  private static final IpPrefix LINK_LOCAL = IpPrefix.parse("fe80::/10");

  @Override
  public TableId id() {
    return TableId.ND_SPOOF_GUARD;
  }

  @Override
  public void node(Exit exit, FlowSink out) {
    for (int type = ROUTER_SOLICITATION; type <= REDIRECT; type++) {
      out.flow(REFUSE, Matches.icmpv6(type));
    }
    out.flow(OTHER_MESSAGES, Matches.ipv6(), goTo(TableId.SPOOF_GUARD));
    switch (exit) {
      case Uplink uplink -> uplink.ipv6().ifPresent(link -> onLink(uplink, link, out));
      case Gateway _ ->
          out.flow(
              ALLOW,
              question(PortNo.LOCAL, NodeState.GATEWAY_PORT_MAC),
              goTo(TableId.ND_RESPONDER));
    }
  }

  /** Between the node and its link nothing is refused: both have neighbours of their own. */
  private static void onLink(Uplink uplink, Link link, FlowSink out) {
    out.flow(
        LEARN,
        target(Matches.neighborAdvertisement(), link.gateway())
            .inPort(uplink.port())
            .field(Field.IP_TTL, ON_LINK_HOP_LIMIT),
        output(PortNo.LOCAL),
        controller());
    for (int type = ROUTER_SOLICITATION; type <= REDIRECT; type++) {
      out.flow(ALLOW, Matches.icmpv6(type).inPort(uplink.port()), output(PortNo.LOCAL));
      out.flow(ALLOW, Matches.icmpv6(type).inPort(PortNo.LOCAL), output(uplink.port()));
    }
  }

  @Override
  public void block(Exit exit, IpPrefix block, FlowSink out) {
    if (exit instanceof Uplink uplink
        && uplink.ipv6().isPresent()
        && NodeState.gateway(block) instanceof Ipv6Address gateway) {
      out.flow(
          GATEWAY,
          target(question(PortNo.LOCAL, uplink.mac()), gateway),
          goTo(TableId.ND_RESPONDER));
    }
  }

  private static Match.Builder target(Match.Builder match, IpAddress target) {
    Ipv6Address address = (Ipv6Address) target;
    return match.field128(Field.ND_TARGET, address.high(), address.low());
  }

  @Override
  public void pod(Exit exit, Pod pod, FlowSink out) {
    pod.ipv6()
        .ifPresent(
            address -> {
              question(pod, IpPrefix.of(address, address.bitLength()), out);
              question(pod, LINK_LOCAL, out);
            });
  }

  private static void question(Pod pod, IpPrefix source, FlowSink out) {
    out.flow(
        ALLOW, Matches.from(question(pod.port(), pod.mac()), source), goTo(TableId.ND_RESPONDER));
  }

  private static Match.Builder question(int port, MacAddress asker) {
    return Matches.neighborSolicitation()
        .inPort(port)
        .ethSrc(asker.value())
        .field(Field.IP_TTL, ON_LINK_HOP_LIMIT)
        .field(Field.ND_SLL, asker.value());
  }
}
