package org.ovswin.pipeline;

import static org.ovswin.openflow.Actions.controller;
import static org.ovswin.openflow.Actions.output;
import static org.ovswin.pipeline.Steps.goTo;

import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.openflow.Field;
import org.ovswin.openflow.Match;
import org.ovswin.openflow.PortNo;
import org.ovswin.pipeline.NodeState.Exit;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.NodeState.Uplink;

/**
 * May this port say so in ARP (RFC 826)? A pod may ask, in its own name or in none (a probe, RFC
 * 5227, 1.1), and nothing else: no pod ever needs to answer or to announce, so another's cache
 * cannot be poisoned. The node and its link talk to each other; what the gateway answers is also
 * told to the agent, which learns its MAC from it.
 *
 * <pre>{@code
 * priority=110,arp,in_port=1,arp_spa=NEXT_HOP_IP,arp_op=2 actions=LOCAL,CONTROLLER:65535
 * priority=100,arp,in_port=1 actions=LOCAL
 * priority=100,arp,in_port=3,dl_src=POD_MAC,arp_spa=POD_IP,arp_op=1,arp_sha=POD_MAC actions=goto_table:12
 * priority=100,arp,in_port=3,dl_src=POD_MAC,arp_spa=0.0.0.0,arp_op=1,arp_sha=POD_MAC actions=goto_table:12
 * priority=100,arp,in_port=LOCAL,arp_tpa=POD_GATEWAY,arp_op=1 actions=goto_table:12
 * priority=90,arp,in_port=LOCAL actions=output:1
 * }</pre>
 *
 * <p>With a gateway the host asks for pods, as they for it, and nobody else is there to be asked:
 *
 * <pre>{@code
 * priority=100,arp,in_port=LOCAL,arp_op=1 actions=goto_table:12
 * priority=100,arp,in_port=3,dl_src=POD_MAC,arp_spa=POD_IP,arp_op=1,arp_sha=POD_MAC actions=goto_table:12
 * priority=100,arp,in_port=3,dl_src=POD_MAC,arp_spa=0.0.0.0,arp_op=1,arp_sha=POD_MAC actions=goto_table:12
 * }</pre>
 */
final class ArpSpoofGuardTable implements FlowTable {
  private static final int LEARN = 110;
  private static final int ALLOW = 100;
  private static final int NODE_TO_LINK = 90;

  private static final Ipv4Address NONE = new Ipv4Address(0);

  @Override
  public TableId id() {
    return TableId.ARP_SPOOF_GUARD;
  }

  @Override
  public void uplink(Uplink uplink, FlowSink out) {
    out.flow(
        LEARN,
        Matches.arpReply().inPort(uplink.port()).field(Field.ARP_SPA, uplink.gateway().unsigned()),
        output(PortNo.LOCAL),
        controller());
    out.flow(ALLOW, Matches.arp().inPort(uplink.port()), output(PortNo.LOCAL));
    out.flow(NODE_TO_LINK, Matches.arp().inPort(PortNo.LOCAL), output(uplink.port()));
  }

  @Override
  public void gateway(FlowSink out) {
    out.flow(ALLOW, Matches.arpRequest().inPort(PortNo.LOCAL), goTo(TableId.ARP_RESPONDER));
  }

  @Override
  public void block(Exit exit, IpPrefix block, FlowSink out) {
    if (exit instanceof Uplink && NodeState.gateway(block) instanceof Ipv4Address gateway) {
      out.flow(
          ALLOW,
          Matches.arpRequest().inPort(PortNo.LOCAL).field(Field.ARP_TPA, gateway.unsigned()),
          goTo(TableId.ARP_RESPONDER));
    }
  }

  @Override
  public void pod(Exit exit, Pod pod, FlowSink out) {
    pod.ipv4()
        .ifPresent(
            address -> {
              out.flow(ALLOW, request(pod, address), goTo(TableId.ARP_RESPONDER));
              out.flow(ALLOW, request(pod, NONE), goTo(TableId.ARP_RESPONDER));
            });
  }

  private static Match.Builder request(Pod pod, Ipv4Address sender) {
    return Matches.arpRequest()
        .inPort(pod.port())
        .ethSrc(pod.mac().value())
        .field(Field.ARP_SHA, pod.mac().value())
        .field(Field.ARP_SPA, sender.unsigned());
  }
}
