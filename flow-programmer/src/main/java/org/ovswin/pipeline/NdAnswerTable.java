package org.ovswin.pipeline;

import static org.ovswin.openflow.Actions.move;
import static org.ovswin.openflow.Actions.output;
import static org.ovswin.openflow.Actions.set;
import static org.ovswin.pipeline.Steps.load;

import org.ovswin.openflow.Field;
import org.ovswin.openflow.PortNo;
import org.ovswin.pipeline.NodeState.Exit;

/**
 * Makes a neighbour advertisement (RFC 4861, 4.4) of the question, whose address it then comes
 * from, and sends it back: solicited, of a router, to override what was known, with the gateway's
 * MAC in the place of the asker's. The kernel's datapath cannot set two of the fields, so that
 * ovs-vswitchd refuses a set_field of them there; moved from registers they are taken, and it makes
 * each answer itself.
 *
 * <pre>{@code
 * priority=100,icmp6,icmp_type=136,icmp_code=0 actions=move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],
 *     set_field:02:6f:76:73:77:6e->eth_src,move:NXM_NX_IPV6_SRC[]->NXM_NX_IPV6_DST[],
 *     move:NXM_NX_ND_TARGET[]->NXM_NX_IPV6_SRC[],set_field:0xe0000000->reg2,
 *     move:NXM_NX_REG2[]->ERICOXM_OF_ICMPV6_ND_RESERVED[],set_field:0x2/0xff->reg3,
 *     move:NXM_NX_REG3[0..7]->ERICOXM_OF_ICMPV6_ND_OPTIONS_TYPE[],set_field:02:6f:76:73:77:6e->nd_tll,IN_PORT
 * }</pre>
 */
final class NdAnswerTable implements FlowTable {
  private static final int ANSWER = 100;

  /** The flags router, solicited and override, in the word's three highest bits. */
  private static final long FLAGS = 0xe000_0000L;

  private static final int TARGET_LINK_LAYER_ADDRESS = 2;

  @Override
  public TableId id() {
    return TableId.ND_ANSWER;
  }

  @Override
  public void node(Exit exit, FlowSink out) {
    long mac = NodeState.GATEWAY_MAC.value();
    out.flow(
        ANSWER,
        Matches.neighborAdvertisement(),
        move(Field.ETH_SRC, Field.ETH_DST),
        set(Field.ETH_SRC, mac),
        move(Field.IPV6_SRC, Field.IPV6_DST),
        move(Field.ND_TARGET, Field.IPV6_SRC),
        load(Registers.ND_FLAGS, FLAGS),
        Steps.move(Registers.ND_FLAGS, Field.ND_RESERVED),
        load(Registers.ND_OPTION, TARGET_LINK_LAYER_ADDRESS),
        Steps.move(Registers.ND_OPTION, Field.ND_OPTIONS_TYPE),
        set(Field.ND_TLL, mac),
        output(PortNo.IN_PORT));
  }
}
