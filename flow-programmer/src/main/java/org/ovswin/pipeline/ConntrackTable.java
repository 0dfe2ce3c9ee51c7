package org.ovswin.pipeline;

import static org.ovswin.pipeline.Steps.restore;

import org.ovswin.pipeline.NodeState.Exit;
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
  public void node(Exit exit, FlowSink out) {
    out.flow(
        HAIRPIN,
        Matches.ipFrom(Source.POD).ipv4Dst(NodeState.HAIRPIN.value()),
        restore(Registers.HAIRPIN_ZONE, TableId.CONNTRACK_AGAIN));
    out.flow(ALL, Matches.ip(), restore(TableId.CONNTRACK_STATE));
  }
}
