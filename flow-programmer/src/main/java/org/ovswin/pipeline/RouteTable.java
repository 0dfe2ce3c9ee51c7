package org.ovswin.pipeline;

import static org.ovswin.openflow.Actions.DEC_TTL;
import static org.ovswin.openflow.Actions.set;
import static org.ovswin.pipeline.Steps.commitWithSource;
import static org.ovswin.pipeline.Steps.goTo;
import static org.ovswin.pipeline.Steps.load;

import java.util.List;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.openflow.Action;
import org.ovswin.openflow.Field;
import org.ovswin.openflow.Match;
import org.ovswin.openflow.PortNo;
import org.ovswin.pipeline.NodeState.Exit;
import org.ovswin.pipeline.NodeState.Gateway;
import org.ovswin.pipeline.NodeState.Link;
import org.ovswin.pipeline.NodeState.Peer;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.NodeState.Uplink;
import org.ovswin.pipeline.Registers.Source;

/**
 * Where does it go? To a pod of this node, a peer's block or address, the node itself, or the world
 * by way of the gateway. Nothing from the link goes back to the link, and an address of the cluster
 * that nobody has ends here, so no packet circles. The TTL counts the hop onto the link. Pods reach
 * no group: what they send to multicast, reserved and broadcast addresses (RFC 1112, 4; RFC 919, 7)
 * would leave under the node's name.
 *
 * <p>What the node sends with MACs of its own choice leaves as it is: its routing table is its own
 * affair. It takes part in SNAT under its own address so that no pod's connection is given a port
 * that one of the node's has.
 *
 * <p>Where the uplink has no IPv6 address, IPv6 leads from pod to pod, on this node and between
 * nodes; what goes elsewhere ends here.
 *
 * <p>A pod that asks itself by a port of the node is asked, as it sees it, by 169.254.111.118 or
 * 64:ff9b:1::a9fe:6f76, and has its answer from the node; both go back by the port that they came
 * from.
 *
 * <pre>{@code
 * priority=210,ct_state=+trk+dnat,ip,in_port=3,nw_src=POD_IP,nw_dst=POD_IP actions=
 *     set_field:02:6f:76:73:77:6e->eth_src,set_field:POD_MAC->eth_dst,set_field:0xfff8->reg1,
 *     ct(commit,table=90,zone=28535,nat(src=169.254.111.118))
 * priority=210,ip,in_port=3,nw_src=NODE_IP,nw_dst=POD_IP actions=set_field:02:6f:76:73:77:6e->eth_src,
 *     set_field:POD_MAC->eth_dst,set_field:0xfff8->reg1,goto_table:90
 * priority=210,ct_state=+trk+dnat,ipv6,in_port=3,ipv6_src=POD_IP6,ipv6_dst=POD_IP6 actions=
 *     set_field:02:6f:76:73:77:6e->eth_src,set_field:POD_MAC->eth_dst,set_field:0xfff8->reg1,
 *     ct(commit,table=90,zone=28535,nat(src=64:ff9b:1::a9fe:6f76))
 * priority=210,ipv6,in_port=3,ipv6_src=NODE_IP6,ipv6_dst=POD_IP6 actions=set_field:02:6f:76:73:77:6e->eth_src,
 *     set_field:POD_MAC->eth_dst,set_field:0xfff8->reg1,goto_table:90
 * priority=200,ip,nw_dst=POD_IP actions=set_field:02:6f:76:73:77:6e->eth_src,set_field:POD_MAC->eth_dst,
 *     set_field:0x3->reg1,goto_table:80
 * priority=200,ipv6,ipv6_dst=POD_IP6 actions=set_field:02:6f:76:73:77:6e->eth_src,
 *     set_field:POD_MAC->eth_dst,set_field:0x3->reg1,goto_table:80
 * priority=190,ip,reg0=0x2/0xf,nw_dst=CLUSTER actions=drop
 * priority=190,ipv6,reg0=0x2/0xf,ipv6_dst=CLUSTER6 actions=drop
 * priority=180,ip,nw_dst=PEER_BLOCK actions=dec_ttl,set_field:NODE_MAC->eth_src,set_field:PEER_MAC->eth_dst,
 *     set_field:0x1->reg1,goto_table:80
 * priority=180,ipv6,ipv6_dst=PEER_BLOCK6 actions=dec_ttl,set_field:NODE_MAC->eth_src,
 *     set_field:PEER_MAC->eth_dst,set_field:0x1->reg1,goto_table:80
 * priority=170,ip,nw_dst=CLUSTER actions=drop
 * priority=170,ipv6,ipv6_dst=CLUSTER6 actions=drop
 * priority=160,ip,reg0=0x2/0xf actions=set_field:0xfffe->reg1,goto_table:80
 * priority=160,ipv6,reg0=0x2/0xf actions=set_field:0xfffe->reg1,goto_table:80
 * priority=150,ipv6,reg0=0x1/0xf,ipv6_dst=NODE_IP6 actions=set_field:02:6f:76:73:77:6e->eth_src,
 *     set_field:NODE_MAC->eth_dst,set_field:0xfffe->reg1,goto_table:80
 * priority=150,ipv6,reg0=0x1/0xf,ipv6_dst=PEER_IP6 actions=dec_ttl,set_field:NODE_MAC->eth_src,
 *     set_field:PEER_MAC->eth_dst,set_field:0x1->reg1,goto_table:80
 * priority=150,ipv6,reg0=0x3/0xf,dl_dst=02:6f:76:73:77:6e actions=drop
 * priority=150,ipv6,reg0=0x1/0xf,ipv6_dst=ff00::/8 actions=drop
 * priority=150,ipv6,reg0=0x1/0xf,ipv6_dst=fe80::/10 actions=drop
 * priority=150,ip,reg0=0x1/0xf,nw_dst=NODE_IP actions=set_field:02:6f:76:73:77:6e->eth_src,
 *     set_field:NODE_MAC->eth_dst,set_field:0xfffe->reg1,goto_table:80
 * priority=150,ip,reg0=0x1/0xf,nw_dst=PEER_IP actions=dec_ttl,set_field:NODE_MAC->eth_src,
 *     set_field:PEER_MAC->eth_dst,set_field:0x1->reg1,goto_table:80
 * priority=150,ip,reg0=0x3/0xf,dl_dst=02:6f:76:73:77:6e actions=drop
 * priority=150,ip,reg0=0x1/0xf,nw_dst=224.0.0.0/3 actions=drop
 * priority=140,ip,reg0=0x3/0xf,nw_src=NODE_IP actions=set_field:0x10/0x10->reg0,set_field:0x1->reg1,goto_table:80
 * priority=140,ipv6,reg0=0x3/0xf,ipv6_src=NODE_IP6 actions=set_field:0x10/0x10->reg0,set_field:0x1->reg1,goto_table:80
 * priority=130,ip,reg0=0x3/0xf actions=set_field:0x1->reg1,goto_table:80
 * priority=130,ipv6,reg0=0x3/0xf actions=set_field:0x1->reg1,goto_table:80
 * priority=120,ip,reg0=0x1/0xf actions=dec_ttl,set_field:NODE_MAC->eth_src,set_field:NEXT_HOP_MAC->eth_dst,
 *     set_field:0x10/0x10->reg0,set_field:0x1->reg1,goto_table:80
 * priority=120,ipv6,reg0=0x1/0xf actions=dec_ttl,set_field:NODE_MAC->eth_src,set_field:NEXT_HOP_MAC6->eth_dst,
 *     set_field:0x10/0x10->reg0,set_field:0x1->reg1,goto_table:80
 * }</pre>
 *
 * <p>With a gateway all that is for no pod of this node goes to the host, which counts the hop. Of
 * the node's own blocks only what somebody has: for each address of nobody the host would ask, and
 * remember that it did.
 *
 * <pre>{@code
 * priority=200,ip,nw_dst=POD_IP actions=set_field:02:6f:76:73:77:6e->eth_src,set_field:POD_MAC->eth_dst,
 *     set_field:0x3->reg1,goto_table:90
 * priority=200,ipv6,ipv6_dst=POD_IP6 actions=set_field:02:6f:76:73:77:6e->eth_src,
 *     set_field:POD_MAC->eth_dst,set_field:0x3->reg1,goto_table:90
 * priority=180,ip,reg0=0x1/0xf,nw_dst=POD_GATEWAY actions=set_field:02:6f:76:73:77:6e->eth_src,
 *     set_field:02:6f:76:73:77:67->eth_dst,set_field:0xfffe->reg1,goto_table:90
 * priority=180,ipv6,reg0=0x1/0xf,ipv6_dst=POD_GATEWAY6 actions=set_field:02:6f:76:73:77:6e->eth_src,
 *     set_field:02:6f:76:73:77:67->eth_dst,set_field:0xfffe->reg1,goto_table:90
 * priority=170,ip,nw_dst=BLOCK actions=drop
 * priority=170,ipv6,ipv6_dst=BLOCK6 actions=drop
 * priority=150,ip,reg0=0x1/0xf,nw_dst=224.0.0.0/3 actions=drop
 * priority=150,ip,reg0=0x1/0xf,nw_dst=127.0.0.0/8 actions=drop
 * priority=150,ipv6,reg0=0x1/0xf,ipv6_dst=ff00::/8 actions=drop
 * priority=150,ipv6,reg0=0x1/0xf,ipv6_dst=fe80::/10 actions=drop
 * priority=120,ip,reg0=0x1/0xf actions=set_field:02:6f:76:73:77:6e->eth_src,
 *     set_field:02:6f:76:73:77:67->eth_dst,set_field:0xfffe->reg1,goto_table:90
 * priority=120,ipv6,reg0=0x1/0xf actions=set_field:02:6f:76:73:77:6e->eth_src,
 *     set_field:02:6f:76:73:77:67->eth_dst,set_field:0xfffe->reg1,goto_table:90
 * }</pre>
 */
final class RouteTable implements FlowTable {
  private static final int HAIRPIN = 210;
  private static final int POD = 200;
  private static final int NO_TRANSIT = 190;
  private static final int PEER_BLOCK = 180;
  private static final int OWN_GATEWAY = 180;
  private static final int NOBODYS = 170;
  private static final int LINK_TO_NODE = 160;
  private static final int NODES = 150;
  private static final int GROUPS = 150;
  private static final int NODE_TO_LINK = 140;
  private static final int NODE_OTHER_ADDRESS = 130;
  private static final int WORLD = 120;

  /** Groups and broadcast, and what is of one link only: pods are alone on theirs. */
  private static final List<IpPrefix> GROUP_ADDRESSES =
      List.of(
          IpPrefix.parse("224.0.0.0/3"), IpPrefix.parse("ff00::/8"), IpPrefix.parse("fe80::/10"));

  /** OFPP_LOCAL as 16 bits, the form in which a register names it (ovs-fields(7)). */
  private static final int LOCAL = PortNo.to16(PortNo.LOCAL);

  /**
   * While the host leads its own address there to pods' ports, it would take such a packet for one
   * of its own programs'.
   */
  private static final IpPrefix LOOPBACK = IpPrefix.parse("127.0.0.0/8");

  private static final Action[] TO_HOST = {
    set(Field.ETH_SRC, NodeState.GATEWAY_MAC.value()),
    set(Field.ETH_DST, NodeState.GATEWAY_PORT_MAC.value()),
    leaveBy(LOCAL),
    goTo(TableId.OUTPUT)
  };

  @Override
  public TableId id() {
    return TableId.ROUTE;
  }

  @Override
  public void uplink(Uplink uplink, FlowSink out) {
    for (Link link : uplink.links()) {
      link(uplink, link, out);
    }
    for (IpPrefix group : GROUP_ADDRESSES) {
      if (uplink.translates(group.network())) {
        out.flow(GROUPS, Matches.to(Matches.sentBy(Source.POD), group));
      }
    }
  }

  private static void link(Uplink uplink, Link link, FlowSink out) {
    IpAddress own = link.address();
    out.flow(LINK_TO_NODE, Matches.ipFrom(Source.UPLINK, own), leaveBy(LOCAL), next(uplink));
    out.flow(
        NODES,
        Matches.to(Matches.sentBy(Source.POD), own),
        set(Field.ETH_SRC, NodeState.GATEWAY_MAC.value()),
        set(Field.ETH_DST, uplink.mac().value()),
        leaveBy(LOCAL),
        next(uplink));
    // The node takes the pods' gateway only for the cluster's addresses.
    out.flow(NODES, Matches.ipFrom(Source.NODE, own).ethDst(NodeState.GATEWAY_MAC.value()));
    out.flow(
        NODE_TO_LINK,
        Matches.from(Matches.sentBy(Source.NODE), own),
        load(Registers.SNAT, 1),
        leaveBy(uplink.port()),
        next(uplink));
    out.flow(
        NODE_OTHER_ADDRESS, Matches.ipFrom(Source.NODE, own), leaveBy(uplink.port()), next(uplink));
    link.gatewayMac()
        .ifPresent(
            gateway ->
                out.flow(
                    WORLD,
                    Matches.ipFrom(Source.POD, own),
                    onto(
                        uplink,
                        gateway,
                        load(Registers.SNAT, 1),
                        leaveBy(uplink.port()),
                        next(uplink))));
  }

  @Override
  public void gateway(FlowSink out) {
    for (IpPrefix group : GROUP_ADDRESSES) {
      out.flow(GROUPS, Matches.to(Matches.sentBy(Source.POD), group));
    }
    out.flow(GROUPS, Matches.to(Matches.sentBy(Source.POD), LOOPBACK));
    out.flow(WORLD, Matches.ipFrom(Source.POD), TO_HOST);
    out.flow(WORLD, Matches.ipv6From(Source.POD), TO_HOST);
  }

  @Override
  public void block(Exit exit, IpPrefix block, FlowSink out) {
    if (exit instanceof Gateway) {
      out.flow(
          OWN_GATEWAY, Matches.to(Matches.sentBy(Source.POD), NodeState.gateway(block)), TO_HOST);
      out.flow(NOBODYS, Matches.to(Matches.any(), block));
    }
  }

  @Override
  public void range(Uplink uplink, IpPrefix range, FlowSink out) {
    out.flow(NO_TRANSIT, Matches.to(Matches.sentBy(Source.UPLINK), range));
    out.flow(NOBODYS, Matches.to(Matches.any(), range));
  }

  @Override
  public void peer(Uplink uplink, Peer peer, FlowSink out) {
    Action[] toPeer = onto(uplink, peer.mac(), leaveBy(uplink.port()), next(uplink));
    for (IpPrefix block : peer.blocks()) {
      out.flow(PEER_BLOCK, Matches.to(Matches.any(), block), toPeer);
    }
    for (IpAddress address : peer.addresses()) {
      if (uplink.translates(address)) {
        out.flow(NODES, Matches.to(Matches.sentBy(Source.POD), address), toPeer);
      }
    }
  }

  @Override
  public void pod(Exit exit, Pod pod, FlowSink out) {
    for (IpAddress address : pod.addresses()) {
      out.flow(
          POD,
          Matches.to(Matches.any(), address),
          set(Field.ETH_SRC, NodeState.GATEWAY_MAC.value()),
          set(Field.ETH_DST, pod.mac().value()),
          leaveBy(pod.port()),
          next(exit));
    }
    if (exit instanceof Uplink uplink) {
      for (IpAddress address : pod.addresses()) {
        if (!uplink.hostPorts(pod, address).isEmpty()) {
          hairpin(uplink.addressBeside(address).orElseThrow(), pod, address, out);
        }
      }
    }
  }

  /** From the pod to itself and back, by a port of the node. */
  private static void hairpin(IpAddress node, Pod pod, IpAddress address, FlowSink out) {
    Action fromGateway = set(Field.ETH_SRC, NodeState.GATEWAY_MAC.value());
    Action toPod = set(Field.ETH_DST, pod.mac().value());
    Action back = leaveBy(PortNo.to16(PortNo.IN_PORT));
    out.flow(
        HAIRPIN,
        fromTo(Matches.tracked(Matches.any(), Matches.DNAT, Matches.DNAT), address, address)
            .inPort(pod.port()),
        fromGateway,
        toPod,
        back,
        commitWithSource(Registers.HAIRPIN_ZONE, NodeState.hairpin(address), TableId.OUTPUT));
    out.flow(
        HAIRPIN,
        fromTo(Matches.any(), node, address).inPort(pod.port()),
        fromGateway,
        toPod,
        back,
        goTo(TableId.OUTPUT));
  }

  private static Match.Builder fromTo(Match.Builder match, IpAddress from, IpAddress to) {
    return Matches.to(Matches.from(match, from), to);
  }

  private static Action[] onto(Uplink uplink, MacAddress nextHop, Action... then) {
    Action[] actions = new Action[3 + then.length];
    actions[0] = DEC_TTL;
    actions[1] = set(Field.ETH_SRC, uplink.mac().value());
    actions[2] = set(Field.ETH_DST, nextHop.value());
    System.arraycopy(then, 0, actions, 3, then.length);
    return actions;
  }

  private static Action leaveBy(int port) {
    return load(Registers.OUT_PORT, port);
  }

  private static Action next(Exit exit) {
    return goTo(
        switch (exit) {
          case Uplink _ -> TableId.COMMIT;
          case Gateway _ -> TableId.OUTPUT;
        });
  }
}
