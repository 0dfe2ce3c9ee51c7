package org.ovswin.pipeline;

import static org.ovswin.pipeline.Steps.outputTo;

import java.util.Optional;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.openflow.Match;
import org.ovswin.pipeline.NodeState.Exit;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.NodeState.Uplink;

/**
 * Out, by the port that an earlier table chose.
 *
 * <p>Where no port of the node's address is left for a connection, or its protocol has none to
 * choose from (the userspace datapath changes no echo's identifier), the packet comes here with the
 * pod's address still in it. It ends here: the world cannot answer it, and must not see it.
 *
 * <p>For a pod that may only receive so much there is one flow more, {@code priority=105,reg1=0x3
 * actions=meter:N,output:NXM_NX_REG1[]}.
 *
 * <pre>{@code
 * priority=110,ct_state=+new+trk,ip,reg0=0x10/0x10,nw_src=CLUSTER actions=drop
 * priority=110,ct_state=+new+trk,ipv6,reg0=0x10/0x10,ipv6_src=CLUSTER6 actions=drop
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
  private static final int LIMITED = 105;
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
  public void pod(Exit exit, Pod pod, FlowSink out) {
    Meters.toPod(pod)
        .ifPresent(
            meter ->
                out.flow(
                    LIMITED,
                    Matches.with(Matches.any(), Registers.OUT_PORT, pod.port()),
                    Steps.metered(Optional.of(meter), outputTo(Registers.OUT_PORT))));
  }

  @Override
  public void range(Uplink uplink, IpPrefix range, FlowSink out) {
    if (uplink.translates(range.network())) {
      Match.Builder begins = Matches.tracked(Matches.any(), Matches.NEW, Matches.NEW);
      Match.Builder leaving = Matches.with(begins, Registers.SNAT, 1);
      out.flow(UNTRANSLATED, Matches.from(leaving, range));
    }
  }
}
