package org.ovswin.pipeline;

import static org.ovswin.pipeline.Steps.commitWithDestination;
import static org.ovswin.pipeline.Steps.goTo;

import org.ovswin.ipam.address.IpAddress;
import org.ovswin.openflow.Field;
import org.ovswin.openflow.Match;
import org.ovswin.pipeline.NodeState.Exit;
import org.ovswin.pipeline.NodeState.HostPort;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.NodeState.Protocol;
import org.ovswin.pipeline.NodeState.Uplink;

/**
 * The node's ports that lead to a pod: a new connection to one is given the pod's address, and the
 * connection remembers it, so that replies come from the address that was asked.
 *
 * <pre>{@code
 * priority=100,tcp,nw_dst=NODE_IP,tp_dst=8080 actions=ct(commit,table=60,zone=28534,nat(dst=POD_IP:80))
 * priority=100,tcp6,ipv6_dst=NODE_IP6,tp_dst=8080 actions=ct(commit,table=60,zone=28534,nat(dst=[POD_IP6]:80))
 * priority=0 actions=goto_table:60
 * }</pre>
 */
final class HostPortTable implements FlowTable {
  private static final int TRANSLATE = 100;
  private static final int OTHERWISE = 0;

  @Override
  public TableId id() {
    return TableId.HOST_PORT;
  }

  @Override
  public void node(Exit exit, FlowSink out) {
    out.flow(OTHERWISE, Matches.any(), goTo(TableId.ROUTE));
  }

  @Override
  public void pod(Exit exit, Pod pod, FlowSink out) {
    if (exit instanceof Uplink uplink) {
      for (IpAddress address : pod.addresses()) {
        for (HostPort port : uplink.hostPorts(pod, address)) {
          lead(uplink.addressBeside(address).orElseThrow(), port, address, out);
        }
      }
    }
  }

  private static void lead(IpAddress node, HostPort port, IpAddress pod, FlowSink out) {
    Match.Builder match =
        Matches.to(Matches.any(), node)
            .ipProto(port.protocol().number())
            .field(destination(port.protocol()), port.hostPort());
    out.flow(TRANSLATE, match, commitWithDestination(pod, port.podPort(), TableId.ROUTE));
  }

  private static Field destination(Protocol protocol) {
    return switch (protocol) {
      case TCP -> Field.TCP_DST;
      case UDP -> Field.UDP_DST;
      case SCTP -> Field.SCTP_DST;
    };
  }
}
