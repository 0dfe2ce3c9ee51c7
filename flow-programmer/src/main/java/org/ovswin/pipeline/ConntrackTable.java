package org.ovswin.pipeline;

import static org.ovswin.pipeline.Steps.restore;

import org.ovswin.pipeline.NodeState.Exit;

/**
 * Finds the packet's connection and translates the packet as that connection was, in either
 * direction (ovs-actions(7), "ct"). The later tables see a pod's own address, not the node's.
 *
 * <pre>{@code
 * priority=100,ip actions=ct(table=32,zone=28534,nat)
 * }</pre>
 */
final class ConntrackTable implements FlowTable {
  private static final int ALL = 100;

  @Override
  public TableId id() {
    return TableId.CONNTRACK;
  }

  @Override
  public void node(Exit exit, FlowSink out) {
    out.flow(ALL, Matches.ip(), restore(TableId.CONNTRACK_STATE));
  }
}
