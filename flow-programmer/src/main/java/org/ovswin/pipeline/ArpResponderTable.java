package org.ovswin.pipeline;

import static org.ovswin.openflow.Actions.move;
import static org.ovswin.openflow.Actions.output;
import static org.ovswin.openflow.Actions.set;

import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.openflow.Action;
import org.ovswin.openflow.Field;
import org.ovswin.openflow.PortNo;
import org.ovswin.pipeline.NodeState.Exit;
import org.ovswin.pipeline.NodeState.Gateway;
import org.ovswin.pipeline.NodeState.Pod;

/**
 * Answers for the gateway and for the pods of this node, always with the gateway's MAC: pods are
 * routed to each other, so an address that moves to another pod never meets a stale neighbour
 * entry. A pod's question for its own address stays unanswered: an answer would mean that another
 * has it (RFC 5227, 2.1.1).
 *
 * <pre>{@code
 * priority=110,arp,in_port=3,arp_tpa=POD_IP actions=drop
 * priority=100,arp,arp_tpa=POD_IP,arp_op=1 actions=move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],
 *     set_field:02:6f:76:73:77:6e->eth_src,set_field:2->arp_op,
 *     move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[],
 *     set_field:02:6f:76:73:77:6e->arp_sha,set_field:POD_IP->arp_spa,IN_PORT
 * priority=100,arp,arp_tpa=POD_GATEWAY,arp_op=1 actions=move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],
 *     set_field:02:6f:76:73:77:6e->eth_src,set_field:2->arp_op,
 *     move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[],
 *     set_field:02:6f:76:73:77:6e->arp_sha,set_field:POD_GATEWAY->arp_spa,IN_PORT
 * }</pre>
 *
 * <p>With a gateway the host is the one that has the gateway's address; one flow more:
 *
 * <pre>{@code
 * priority=110,arp,in_port=LOCAL,arp_tpa=POD_GATEWAY actions=drop
 * }</pre>
 */
final class ArpResponderTable implements FlowTable {
  private static final int OWN_ADDRESS = 110;
  private static final int ANSWER = 100;
  private static final long ARP_REPLY = 2;

  @Override
  public TableId id() {
    return TableId.ARP_RESPONDER;
  }

  @Override
  public void block(Exit exit, IpPrefix block, FlowSink out) {
    if (NodeState.gateway(block) instanceof Ipv4Address gateway) {
      answer(gateway, out);
      if (exit instanceof Gateway) {
        silence(PortNo.LOCAL, gateway, out);
      }
    }
  }

  @Override
  public void pod(Exit exit, Pod pod, FlowSink out) {
    pod.ipv4()
        .ifPresent(
            address -> {
              answer(address, out);
              silence(pod.port(), address, out);
            });
  }

  private static void silence(int port, Ipv4Address own, FlowSink out) {
    out.flow(OWN_ADDRESS, Matches.arp().inPort(port).field(Field.ARP_TPA, own.unsigned()));
  }

  private static void answer(Ipv4Address address, FlowSink out) {
    long mac = NodeState.GATEWAY_MAC.value();
    out.flow(
        ANSWER,
        Matches.arpRequest().field(Field.ARP_TPA, address.unsigned()),
        new Action[] {
          move(Field.ETH_SRC, Field.ETH_DST),
          set(Field.ETH_SRC, mac),
          set(Field.ARP_OP, ARP_REPLY),
          move(Field.ARP_SHA, Field.ARP_THA),
          move(Field.ARP_SPA, Field.ARP_TPA),
          set(Field.ARP_SHA, mac),
          set(Field.ARP_SPA, address.unsigned()),
          output(PortNo.IN_PORT)
        });
  }
}
