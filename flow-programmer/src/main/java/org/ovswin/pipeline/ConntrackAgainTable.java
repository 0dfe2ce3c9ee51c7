package org.ovswin.pipeline;

import static org.ovswin.pipeline.Steps.restore;

import org.ovswin.pipeline.NodeState.Link;
import org.ovswin.pipeline.NodeState.Uplink;

/**
 * What a pod answers itself by a port of the node, once the second translation is undone: undoes
 * the first.
 *
 * <pre>{@code
 * priority=100,ip actions=ct(table=32,zone=28534,nat)
 * priority=100,ipv6 actions=ct(table=32,zone=28534,nat)
 * }</pre>
 */
final class ConntrackAgainTable implements FlowTable {
  private static final int ALL = 100;

  @Override
  public TableId id() {
    return TableId.CONNTRACK_AGAIN;
  }

  @Override
  public void uplink(Uplink uplink, FlowSink out) {
    for (Link link : uplink.links()) {
      out.flow(ALL, Matches.ip(link.address()), restore(TableId.CONNTRACK_STATE));
    }
  }
}
