package org.ovswin.pipeline;

import static org.ovswin.openflow.Actions.set;
import static org.ovswin.pipeline.Steps.goTo;

import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.openflow.Field;
import org.ovswin.openflow.Match;
import org.ovswin.openflow.PortNo;
import org.ovswin.pipeline.NodeState.Exit;
import org.ovswin.pipeline.NodeState.Gateway;
import org.ovswin.pipeline.NodeState.Pod;

/**
 * Answers in neighbour discovery for the gateways and for the pods of this node, with the gateway's
 * MAC as in ARP, and not to a pod that asks for its own address. A field of the answer can be set
 * only where the match says that it is one (ovs-fields(7), "nd_tll"): the next table goes on.
 *
 * <pre>{@code
 * priority=110,icmp6,in_port=3,icmp_type=135,icmp_code=0,nd_target=POD_IP6 actions=drop
 * priority=100,icmp6,icmp_type=135,icmp_code=0,nd_target=POD_IP6 actions=set_field:136->icmpv6_type,goto_table:18
 * priority=100,icmp6,icmp_type=135,icmp_code=0,nd_target=POD_GATEWAY6 actions=set_field:136->icmpv6_type,goto_table:18
 * }</pre>
 *
 * <p>With a gateway the host is the one that has the gateway's address; one flow more:
 *
 * <pre>{@code
 * priority=110,icmp6,in_port=LOCAL,icmp_type=135,icmp_code=0,nd_target=POD_GATEWAY6 actions=drop
 * }</pre>
 */
final class NdResponderTable implements FlowTable {
  private static final int OWN_ADDRESS = 110;
  private static final int ANSWER = 100;

  @Override
  public TableId id() {
    return TableId.ND_RESPONDER;
  }

  @Override
  public void block(Exit exit, IpPrefix block, FlowSink out) {
    if (NodeState.gateway(block) instanceof Ipv6Address gateway) {
      answer(gateway, out);
      if (exit instanceof Gateway) {
        out.flow(OWN_ADDRESS, questionFor(gateway).inPort(PortNo.LOCAL));
      }
    }
  }

  @Override
  public void pod(Exit exit, Pod pod, FlowSink out) {
    pod.ipv6()
        .ifPresent(
            address -> {
              answer(address, out);
              out.flow(OWN_ADDRESS, questionFor(address).inPort(pod.port()));
            });
  }

  private static void answer(Ipv6Address address, FlowSink out) {
    out.flow(
        ANSWER,
        questionFor(address),
        set(Field.ICMPV6_TYPE, Matches.NEIGHBOR_ADVERTISEMENT),
        goTo(TableId.ND_ANSWER));
  }

  private static Match.Builder questionFor(Ipv6Address address) {
    return Matches.neighborSolicitation().field128(Field.ND_TARGET, address.high(), address.low());
  }
}
