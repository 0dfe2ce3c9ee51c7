package org.ovswin.pipeline;

import static org.ovswin.pipeline.Steps.restore;

import org.ovswin.pipeline.NodeState.Link;
import org.ovswin.pipeline.NodeState.Uplink;
import org.ovswin.pipeline.Registers.Source;

/**
 * Finds the packet's connection and translates the packet as that connection was, in either
 * direction (ovs-actions(7), "ct"). The later tables see a pod's own address, not the node's.
 *
 * <p>What a pod asks of itself by a port of the node has two translations, in a zone each; the
 * answer undoes the second one first.
 *
 * <pre>{@code
 * priority=110,ip,reg0=0x1/0xf,nw_dst=169.254.111.118 actions=ct(table=31,zone=28535,nat)
 * priority=100,ip actions=ct(table=32,zone=28534,nat)
 * priority=110,ipv6,reg0=0x1/0xf,ipv6_dst=64:ff9b:1::a9fe:6f76 actions=ct(table=31,zone=28535,nat)
 * priority=100,ipv6 actions=ct(table=32,zone=28534,nat)
 * }</pre>
 */
final class ConntrackTable implements FlowTable {
  private static final int HAIRPIN = 110;
  private static final int ALL = 100;

  @Override
  public TableId id() {
    return TableId.CONNTRACK;
  }

  @Override
  public void uplink(Uplink uplink, FlowSink out) {
    for (Link link : uplink.links()) {
      out.flow(
          HAIRPIN,
          Matches.to(Matches.sentBy(Source.POD), NodeState.hairpin(link.address())),
          restore(Registers.HAIRPIN_ZONE, TableId.CONNTRACK_AGAIN));
      out.flow(ALL, Matches.ip(link.address()), restore(TableId.CONNTRACK_STATE));
    }
  }
}
