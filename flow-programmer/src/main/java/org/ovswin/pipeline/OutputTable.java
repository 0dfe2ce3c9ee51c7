package org.ovswin.pipeline;

import static org.ovswin.pipeline.Steps.outputTo;

import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.openflow.Match;
import org.ovswin.pipeline.NodeState.Exit;
import org.ovswin.pipeline.NodeState.Uplink;

/**
 * Out, by the port that an earlier table chose.
 *
 * <p>Where no port of the node's address is left for a connection, or its protocol has none to
 * choose from (the userspace datapath changes no echo's identifier), the packet comes here with the
 * pod's address still in it. It ends here: the world cannot answer it, and must not see it.
 *
 * <pre>{@code
 * priority=110,ct_state=+new+trk,ip,reg0=0x10/0x10,nw_src=CLUSTER actions=drop
 * priority=100,ip actions=output:NXM_NX_REG1[]
 * priority=100,ipv6 actions=output:NXM_NX_REG1[]
 * }</pre>
 *
 * <p>With a gateway nothing is translated here:
 *
 * <pre>{@code
 * priority=100,ip actions=output:NXM_NX_REG1[]
 * priority=100,ipv6 actions=output:NXM_NX_REG1[]
 * }</pre>
 */
final class OutputTable implements FlowTable {
  private static final int UNTRANSLATED = 110;
  private static final int ALL = 100;

  @Override
  public TableId id() {
    return TableId.OUTPUT;
  }

  @Override
  public void node(Exit exit, FlowSink out) {
    out.flow(ALL, Matches.ip(), outputTo(Registers.OUT_PORT));
    out.flow(ALL, Matches.ipv6(), outputTo(Registers.OUT_PORT));
  }

  @Override
  public void range(Uplink uplink, IpPrefix range, FlowSink out) {
    if (range.network() instanceof Ipv4Address) {
      Match.Builder leaving =
          Matches.with(Matches.tracked(Matches.NEW, Matches.NEW), Registers.SNAT, 1);
      out.flow(UNTRANSLATED, Matches.from(leaving, range));
    }
  }
}
