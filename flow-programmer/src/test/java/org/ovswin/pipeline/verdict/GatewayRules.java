package org.ovswin.pipeline.verdict;

import static org.ovswin.pipeline.verdict.Verdict.dropped;
import static org.ovswin.pipeline.verdict.Verdict.sent;

import java.util.List;
import java.util.Optional;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.openflow.PortNo;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.verdict.Packet.Arp;
import org.ovswin.pipeline.verdict.Packet.Ipv4;
import org.ovswin.pipeline.verdict.Packet.Ipv6;
import org.ovswin.pipeline.verdict.Packet.Other;

/**
 * What must happen to each packet at a node whose host forwards: as {@link ReferenceNode}, from the
 * rules alone. There are the pods and the host, and nothing is remembered.
 */
final class GatewayRules implements Rules {
  private static final MacAddress GATEWAY = NodeState.GATEWAY_MAC;

  /** Groups and broadcast, the link itself, and the host's own loopback. */
  private static final List<IpPrefix> NEVER_FOR_THE_HOST =
      List.of(
          IpPrefix.parse("224.0.0.0/4"),
          IpPrefix.parse("240.0.0.0/4"),
          IpPrefix.parse("127.0.0.0/8"),
          IpPrefix.parse("ff00::/8"),
          IpPrefix.parse("fe80::/10"));

  private final NodeState state;
  private final ArpRules arp;
  private final Ipv6Rules ipv6;

  GatewayRules(NodeState state) {
    this.state = state;
    this.arp = new ArpRules(state);
    this.ipv6 = new Ipv6Rules(state);
  }

  @Override
  public Verdict judge(int port, Packet packet) {
    Optional<Pod> pod = state.pods().stream().filter(one -> one.port() == port).findFirst();
    if (pod.isEmpty() && port != PortNo.LOCAL) {
      return dropped("the port is nobody's");
    }
    if (packet.vlan().isPresent()) {
      return dropped("nothing is tagged");
    }
    return switch (packet.content()) {
      case Arp message ->
          pod.map(sender -> arp.fromPod(sender, packet, message))
              .orElseGet(() -> arp.fromHost(packet, message));
      case Ipv4 ip ->
          pod.map(sender -> fromPod(sender, packet, ip.src(), ip.dst()))
              .orElseGet(() -> fromHost(packet, ip.src(), ip.dst()));
      case Ipv6 ip ->
          pod.map(sender -> ipv6.onLinkOfPod(sender, packet, ip))
              .orElseGet(() -> ipv6.onLinkOfHost(packet, ip))
              .orElseGet(
                  () ->
                      pod.map(sender -> fromPod(sender, packet, ip.src(), ip.dst()))
                          .orElseGet(() -> fromHost(packet, ip.src(), ip.dst())));
      case Other _ -> dropped("only IP and ARP are spoken");
    };
  }

  private Verdict fromPod(Pod sender, Packet packet, IpAddress src, IpAddress dst) {
    boolean honest =
        packet.ethSrc().equals(sender.mac())
            && packet.ethDst().equals(GATEWAY)
            && sender.addresses().contains(src);
    if (!honest) {
      return dropped("forged source, or not for the gateway");
    }
    Optional<Pod> receiver = podAt(dst);
    if (receiver.isPresent()) {
      return receiver.get().equals(sender)
          ? dropped("nothing leaves by the port it came from")
          : toPod(receiver.get(), packet);
    }
    if (isOfBlock(dst) && !isGateway(dst)) {
      return dropped("an address of the node's that nobody has");
    }
    return NEVER_FOR_THE_HOST.stream().anyMatch(range -> range.contains(dst))
        ? dropped("a group, the link or the host's loopback")
        : sent(PortNo.LOCAL, packet.withEth(GATEWAY, NodeState.GATEWAY_PORT_MAC));
  }

  private Verdict fromHost(Packet packet, IpAddress src, IpAddress dst) {
    if (!packet.ethDst().equals(GATEWAY)) {
      return dropped("the host has one MAC for all pods");
    }
    if (isOfBlock(src) && !isGateway(src)) {
      return dropped("in the name of a pod");
    }
    return podAt(dst).map(pod -> toPod(pod, packet)).orElseGet(() -> dropped("no pod's"));
  }

  private static Verdict toPod(Pod pod, Packet packet) {
    return sent(pod.port(), packet.withEth(GATEWAY, pod.mac()));
  }

  private boolean isOfBlock(IpAddress address) {
    return state.blocks().stream().anyMatch(block -> block.contains(address));
  }

  private boolean isGateway(IpAddress address) {
    return state.blocks().stream().anyMatch(block -> block.address(1).equals(address));
  }

  private Optional<Pod> podAt(IpAddress address) {
    return state.pods().stream().filter(pod -> pod.addresses().contains(address)).findFirst();
  }
}
