package org.ovswin.pipeline;

import static org.ovswin.pipeline.Steps.goTo;

import org.ovswin.openflow.Match;
import org.ovswin.pipeline.NodeState.Link;
import org.ovswin.pipeline.NodeState.Uplink;

/**
 * Sorts new connections, which may be for a host port, from known ones. What belongs to no
 * connection and cannot begin one is dropped: delivered untranslated it would make the node answer
 * with a reset for a pod's connection.
 *
 * <pre>{@code
 * priority=110,ct_state=+inv+trk,ip actions=drop
 * priority=100,ct_state=+new+trk,ip actions=goto_table:40
 * priority=100,ct_state=-new+trk,ip actions=goto_table:60
 * priority=110,ct_state=+inv+trk,ipv6 actions=drop
 * priority=100,ct_state=+new+trk,ipv6 actions=goto_table:40
 * priority=100,ct_state=-new+trk,ipv6 actions=goto_table:60
 * }</pre>
 */
final class ConntrackStateTable implements FlowTable {
  private static final int REFUSE = 110;
  private static final int SORT = 100;

  @Override
  public TableId id() {
    return TableId.CONNTRACK_STATE;
  }

  @Override
  public void uplink(Uplink uplink, FlowSink out) {
    for (Link link : uplink.links()) {
      out.flow(REFUSE, state(link, Matches.INVALID, Matches.INVALID));
      out.flow(SORT, state(link, Matches.NEW, Matches.NEW), goTo(TableId.HOST_PORT));
      out.flow(SORT, state(link, 0, Matches.NEW), goTo(TableId.ROUTE));
    }
  }

  private static Match.Builder state(Link link, int value, int mask) {
    return Matches.tracked(Matches.ip(link.address()), value, mask);
  }
}
