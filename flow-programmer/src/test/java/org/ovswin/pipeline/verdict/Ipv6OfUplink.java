package org.ovswin.pipeline.verdict;

import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.verdict.Packet.Ipv6;

/** What must happen to IPv6 at a node with an adapter in the bridge, by who sent it. */
interface Ipv6OfUplink {
  Verdict fromNode(Packet packet, Ipv6 ip);

  Verdict fromLink(Packet packet, Ipv6 ip);

  Verdict fromPod(Pod pod, Packet packet, Ipv6 ip);

  /** Whether the agent is told of this packet from the link. */
  default boolean tellsAgent(Packet packet, Ipv6 ip) {
    return false;
  }
}
