package org.ovswin.pipeline.verdict;

import static org.ovswin.pipeline.verdict.Verdict.dropped;
import static org.ovswin.pipeline.verdict.Verdict.sent;

import java.util.Optional;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.openflow.PortNo;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.NodeState.Peer;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.NodeState.Uplink;
import org.ovswin.pipeline.verdict.Packet.Icmpv6;
import org.ovswin.pipeline.verdict.Packet.Ipv6;
import org.ovswin.pipeline.verdict.Packet.LinkLayer;
import org.ovswin.pipeline.verdict.Packet.Neighbor;

/**
 * What must happen to IPv6 at a node whose link has none: {@link ReferenceNode}'s part for it. It
 * has no state.
 */
final class Ipv6Rules implements Ipv6OfUplink {
  private static final MacAddress GATEWAY = NodeState.GATEWAY_MAC;
  private static final IpPrefix LINK_LOCAL = IpPrefix.parse("fe80::/10");

  /** Router, solicited, override. */
  private static final int ANSWERED = 0xe000_0000;

  private final NodeState state;

  Ipv6Rules(NodeState state) {
    this.state = state;
  }

  // ---- From the node

  @Override
  public Verdict fromNode(Packet packet, Ipv6 ip) {
    return isInCluster(ip.dst())
        ? dropped("the node has no IPv6 to pods")
        : sent(uplink().port(), packet);
  }

  // ---- From the link

  @Override
  public Verdict fromLink(Packet packet, Ipv6 ip) {
    boolean toNode = packet.ethDst().equals(uplink().mac());
    if (toNode && isInCluster(ip.dst())) {
      return toPod(packet, ip);
    }
    if (isInCluster(ip.src())) {
      return dropped("pods of other nodes have no IPv6 to this node");
    }
    return toNode || packet.ethDst().isMulticast()
        ? sent(PortNo.LOCAL, packet)
        : dropped("addressed to another on the link");
  }

  private Verdict toPod(Packet packet, Ipv6 ip) {
    if (peerOf(ip.src()).filter(peer -> peer.mac().equals(packet.ethSrc())).isEmpty()) {
      return dropped("not from a pod, or not by way of its node");
    }
    return podAt(ip.dst())
        .map(pod -> sent(pod.port(), packet.withEth(GATEWAY, pod.mac())))
        .orElseGet(() -> dropped("nothing goes back to the link"));
  }

  // ---- From a pod

  @Override
  public Verdict fromPod(Pod pod, Packet packet, Ipv6 ip) {
    if (pod.ipv6().isEmpty()) {
      return dropped("the pod has no IPv6 address");
    }
    Ipv6Address own = pod.ipv6().get();
    Optional<Verdict> onLink = neighborDiscovery(pod, own, packet, ip);
    if (onLink.isPresent()) {
      return onLink.get();
    }
    boolean honest =
        packet.ethSrc().equals(pod.mac())
            && packet.ethDst().equals(GATEWAY)
            && ip.src().equals(own);
    return honest ? forward(own, packet, ip) : dropped("forged source, or not for the gateway");
  }

  private Verdict forward(Ipv6Address own, Packet packet, Ipv6 ip) {
    Optional<Pod> here = podAt(ip.dst());
    if (here.isPresent()) {
      return ip.dst().equals(own)
          ? dropped("nothing leaves by the port it came from")
          : sent(here.get().port(), packet.withEth(GATEWAY, here.get().mac()));
    }
    Optional<Peer> peer = peerOf(ip.dst());
    if (peer.isEmpty()) {
      return dropped("nobody's, or the world's");
    }
    return ip.hopLimit() <= 1
        ? dropped("its hops are used up")
        : sent(
            uplink().port(),
            packet
                .withEth(uplink().mac(), peer.get().mac())
                .with(ip.withHopLimit(ip.hopLimit() - 1)));
  }

  // ---- Neighbour discovery

  /** What is only for the link, if the packet is. */
  private Optional<Verdict> neighborDiscovery(Pod pod, Ipv6Address own, Packet packet, Ipv6 ip) {
    if (ip.upper() instanceof Neighbor neighbor) {
      return Optional.of(question(pod, own, packet, ip, neighbor));
    }
    return isNeighborDiscovery(ip)
        ? Optional.of(dropped("pods are no routers, and need none"))
        : Optional.empty();
  }

  static boolean isNeighborDiscovery(Ipv6 ip) {
    return ip.upper() instanceof Neighbor
        || (ip.upper() instanceof Icmpv6 message
            && message.type() >= Icmpv6.ROUTER_SOLICITATION
            && message.type() <= Icmpv6.REDIRECT);
  }

  private Verdict question(Pod pod, Ipv6Address own, Packet packet, Ipv6 ip, Neighbor neighbor) {
    if (!isQuestionOf(pod.mac(), packet, ip, neighbor)) {
      return dropped("pods only ask, and only on their link and with their own MAC");
    }
    if (!ip.src().equals(own) && !LINK_LOCAL.contains(ip.src())) {
      return dropped("asks in another's name, or in none");
    }
    Ipv6Address target = neighbor.target();
    return target.equals(own) || (!isGateway(target) && podAt(target).isEmpty())
        ? dropped("its own address, or one that this node does not answer for")
        : answer(pod.port(), packet, ip, target);
  }

  static boolean isQuestionOf(MacAddress asker, Packet packet, Ipv6 ip, Neighbor neighbor) {
    return neighbor.type() == Neighbor.SOLICITATION
        && neighbor.code() == 0
        && ip.hopLimit() == 255
        && packet.ethSrc().equals(asker)
        && neighbor.option().equals(Optional.of(new LinkLayer(LinkLayer.SOURCE, asker)));
  }

  static Verdict answer(int port, Packet packet, Ipv6 ip, Ipv6Address target) {
    return sent(
        port,
        new Packet(
            GATEWAY,
            packet.ethSrc(),
            new Ipv6(
                target,
                ip.src(),
                255,
                new Neighbor(
                    Neighbor.ADVERTISEMENT,
                    0,
                    ANSWERED,
                    target,
                    Optional.of(new LinkLayer(LinkLayer.TARGET, GATEWAY))))));
  }

  // ---- Where the host forwards

  /** What of it is only for the link; nothing if it is to be forwarded. */
  Optional<Verdict> onLinkOfPod(Pod pod, Packet packet, Ipv6 ip) {
    return pod.ipv6().isEmpty()
        ? Optional.of(dropped("the pod has no IPv6 address"))
        : neighborDiscovery(pod, pod.ipv6().get(), packet, ip);
  }

  /** As above, for the host, which has the gateways' addresses itself. */
  Optional<Verdict> onLinkOfHost(Packet packet, Ipv6 ip) {
    if (!isNeighborDiscovery(ip)) {
      return Optional.empty();
    }
    return Optional.of(
        ip.upper() instanceof Neighbor neighbor
                && isQuestionOf(NodeState.GATEWAY_PORT_MAC, packet, ip, neighbor)
                && podAt(neighbor.target()).isPresent()
            ? answer(PortNo.LOCAL, packet, ip, neighbor.target())
            : dropped("the host only asks, and only for pods"));
  }

  // ---- Who is where

  private Uplink uplink() {
    return state.uplink().orElseThrow();
  }

  private boolean isInCluster(IpAddress address) {
    return state.cluster().stream().anyMatch(range -> range.contains(address));
  }

  private boolean isGateway(IpAddress address) {
    return state.blocks().stream().anyMatch(block -> block.address(1).equals(address));
  }

  private Optional<Pod> podAt(IpAddress address) {
    return state.pods().stream().filter(pod -> pod.addresses().contains(address)).findFirst();
  }

  private Optional<Peer> peerOf(IpAddress address) {
    return state.peers().byAddress().stream()
        .filter(peer -> peer.blocks().stream().anyMatch(block -> block.contains(address)))
        .findFirst();
  }
}
