package org.ovswin.pipeline.verdict;

import static org.ovswin.pipeline.verdict.Verdict.dropped;
import static org.ovswin.pipeline.verdict.Verdict.sent;

import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.openflow.PortNo;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.verdict.Packet.Arp;

/** What must happen to ARP at a node, as far as it is the same whatever the node's exit. */
final class ArpRules {
  private static final MacAddress GATEWAY = NodeState.GATEWAY_MAC;
  private static final Ipv4Address NOBODY = new Ipv4Address(0);

  private final NodeState state;

  ArpRules(NodeState state) {
    this.state = state;
  }

  Verdict fromPod(Pod pod, Packet packet, Arp arp) {
    if (arp.op() != 1) {
      return dropped("pods only ask");
    }
    boolean inOwnName =
        packet.ethSrc().equals(pod.mac())
            && arp.sha().equals(pod.mac())
            && (pod.addresses().contains(arp.spa()) || arp.spa().equals(NOBODY));
    if (!inOwnName) {
      return dropped("asks in another's name");
    }
    if (pod.addresses().contains(arp.tpa())) {
      return dropped("asks for its own address");
    }
    return isGateway(arp.tpa()) || isPod(arp.tpa())
        ? answer(pod.port(), packet, arp)
        : dropped("asks for an address that this node does not answer for");
  }

  /** From a host that forwards, which has the gateways' addresses itself. */
  Verdict fromHost(Packet packet, Arp arp) {
    return arp.op() == 1 && isPod(arp.tpa())
        ? answer(PortNo.LOCAL, packet, arp)
        : dropped("the host only asks, and only for pods");
  }

  static Verdict answer(int port, Packet question, Arp arp) {
    return sent(
        port,
        new Packet(
            GATEWAY, question.ethSrc(), new Arp(2, GATEWAY, arp.tpa(), arp.sha(), arp.spa())));
  }

  private boolean isGateway(IpAddress address) {
    return state.blocks().stream().anyMatch(block -> NodeState.gateway(block).equals(address));
  }

  private boolean isPod(IpAddress address) {
    return state.pods().stream().anyMatch(pod -> pod.addresses().contains(address));
  }
}
