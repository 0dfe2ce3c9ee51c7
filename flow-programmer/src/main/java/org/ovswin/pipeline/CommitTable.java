package org.ovswin.pipeline;

import static org.ovswin.pipeline.Steps.commit;
import static org.ovswin.pipeline.Steps.commitWithSource;
import static org.ovswin.pipeline.Steps.goTo;

import org.ovswin.openflow.Match;
import org.ovswin.pipeline.NodeState.Link;
import org.ovswin.pipeline.NodeState.Uplink;

/**
 * Remembers new connections. One that leaves the cluster is given the node's address, and a port of
 * it that no other connection to the same peer has.
 *
 * <pre>{@code
 * priority=110,ct_state=+new+trk,ip,reg0=0x10/0x10 actions=ct(commit,table=90,zone=28534,nat(src=NODE_IP))
 * priority=110,ct_state=+new+trk,ipv6,reg0=0x10/0x10 actions=ct(commit,table=90,zone=28534,nat(src=NODE_IP6))
 * priority=100,ct_state=+new+trk,ip actions=ct(commit,zone=28534),goto_table:90
 * priority=100,ct_state=+new+trk,ipv6 actions=ct(commit,zone=28534),goto_table:90
 * priority=0 actions=goto_table:90
 * }</pre>
 */
final class CommitTable implements FlowTable {
  private static final int TRANSLATE = 110;
  private static final int REMEMBER = 100;
  private static final int OTHERWISE = 0;

  @Override
  public TableId id() {
    return TableId.COMMIT;
  }

  @Override
  public void uplink(Uplink uplink, FlowSink out) {
    for (Link link : uplink.links()) {
      out.flow(
          TRANSLATE,
          Matches.with(begins(link), Registers.SNAT, 1),
          commitWithSource(link.address(), TableId.OUTPUT));
      out.flow(REMEMBER, begins(link), commit(), goTo(TableId.OUTPUT));
    }
    out.flow(OTHERWISE, Matches.any(), goTo(TableId.OUTPUT));
  }

  private static Match.Builder begins(Link link) {
    return Matches.tracked(Matches.ip(link.address()), Matches.NEW, Matches.NEW);
  }
}
