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
import org.ovswin.pipeline.NodeState.HostPort;
import org.ovswin.pipeline.NodeState.Link;
import org.ovswin.pipeline.NodeState.Peer;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.NodeState.Protocol;
import org.ovswin.pipeline.NodeState.Uplink;
import org.ovswin.pipeline.verdict.Packet.Icmpv6;
import org.ovswin.pipeline.verdict.Packet.Icmpv6Error;
import org.ovswin.pipeline.verdict.Packet.Ipv6;
import org.ovswin.pipeline.verdict.Packet.Neighbor;
import org.ovswin.pipeline.verdict.Packet.Ports;
import org.ovswin.pipeline.verdict.Packet.Tcp;
import org.ovswin.pipeline.verdict.Packet.Udp;
import org.ovswin.pipeline.verdict.Packet.Upper;

/**
 * What must happen to IPv6 at a node whose link has it: {@link ReferenceNode}'s part for it, for
 * packets that each begin a connection of their own. It has no state.
 */
final class Ipv6LinkRules implements Ipv6OfUplink {
  private static final MacAddress GATEWAY = NodeState.GATEWAY_MAC;
  private static final IpPrefix GROUPS = IpPrefix.parse("ff00::/8");
  private static final IpPrefix LINK_LOCAL = IpPrefix.parse("fe80::/10");
  private static final int ON_LINK = 255;

  private final NodeState state;
  private final Uplink uplink;
  private final Link link;
  private final Ipv6Rules onLink;

  Ipv6LinkRules(NodeState state) {
    this.state = state;
    this.uplink = state.uplink().orElseThrow();
    this.link = uplink.ipv6().orElseThrow();
    this.onLink = new Ipv6Rules(state);
  }

  @Override
  public Verdict fromNode(Packet packet, Ipv6 ip) {
    if (ip.upper() instanceof Neighbor neighbor
        && Ipv6Rules.isQuestionOf(uplink.mac(), packet, ip, neighbor)
        && isGateway(neighbor.target())) {
      return Ipv6Rules.answer(PortNo.LOCAL, packet, ip, neighbor.target());
    }
    if (packet.ethDst().isMulticast() || Ipv6Rules.isNeighborDiscovery(ip)) {
      return sent(uplink.port(), packet);
    }
    if (!begins(ip.upper())) {
      return dropped("begins no connection");
    }
    Ipv6 asked = toHostPort(ip);
    if (isInCluster(asked.dst())) {
      return toCluster(packet, asked);
    }
    return packet.ethDst().equals(GATEWAY)
        ? dropped("the pods' gateway is for the cluster only")
        : sent(uplink.port(), packet);
  }

  @Override
  public Verdict fromLink(Packet packet, Ipv6 ip) {
    boolean ofPods = isInCluster(ip.src());
    boolean ofNode = ip.src().equals(link.address());
    if (packet.ethDst().isMulticast()) {
      boolean advertises =
          ip.upper() instanceof Neighbor neighbor
              && neighbor.type() == Neighbor.ADVERTISEMENT
              && neighbor.code() == 0;
      return (ofPods || ofNode) && !advertises
          ? dropped("a group is asked in the name of pods or of this node")
          : sent(PortNo.LOCAL, packet);
    }
    if (!packet.ethDst().equals(uplink.mac())) {
      return dropped("addressed to another on the link");
    }
    if (Ipv6Rules.isNeighborDiscovery(ip)) {
      return sent(PortNo.LOCAL, packet);
    }
    boolean byItsNode =
        peerOf(ip.src()).filter(peer -> peer.mac().equals(packet.ethSrc())).isPresent();
    if (ofNode || (ofPods && !byItsNode)) {
      return dropped("forged");
    }
    if (!begins(ip.upper())) {
      return dropped("begins no connection");
    }
    Ipv6 asked = toHostPort(ip);
    if (podAt(asked.dst()).isPresent()) {
      return toPod(podAt(asked.dst()).get(), packet, asked);
    }
    return isInCluster(asked.dst())
        ? dropped("nothing goes back to the link")
        : sent(PortNo.LOCAL, packet);
  }

  @Override
  public Verdict fromPod(Pod pod, Packet packet, Ipv6 ip) {
    Optional<Verdict> neighbors = onLink.onLinkOfPod(pod, packet, ip);
    if (neighbors.isPresent()) {
      return neighbors.get();
    }
    boolean honest =
        packet.ethSrc().equals(pod.mac())
            && packet.ethDst().equals(GATEWAY)
            && pod.addresses().contains(ip.src());
    if (!honest) {
      return dropped("forged source, or not for the gateway");
    }
    if (!begins(ip.upper())) {
      return dropped("begins no connection");
    }
    Ipv6 asked = toHostPort(ip);
    if (pod.addresses().contains(asked.dst())) {
      return asked.equals(ip)
          ? dropped("nothing leaves by the port it came from")
          : toPod(pod, packet, from(NodeState.HAIRPIN6, asked));
    }
    if (isInCluster(asked.dst())) {
      return toCluster(packet, asked);
    }
    if (asked.dst().equals(link.address())) {
      return sent(PortNo.LOCAL, packet.withEth(GATEWAY, uplink.mac()));
    }
    Optional<Peer> node = state.peers().at(asked.dst());
    if (node.isPresent()) {
      return overLink(node.get().mac(), packet, asked);
    }
    if (GROUPS.contains(asked.dst()) || LINK_LOCAL.contains(asked.dst())) {
      return dropped("pods send to no group and to no link but their own");
    }
    return link.gatewayMac()
        .map(mac -> overLink(mac, packet, from((Ipv6Address) link.address(), asked)))
        .orElseGet(() -> dropped("the link's gateway is not known yet"));
  }

  @Override
  public boolean tellsAgent(Packet packet, Ipv6 ip) {
    return packet.ethDst().equals(uplink.mac())
        && ip.hopLimit() == ON_LINK
        && ip.upper() instanceof Neighbor neighbor
        && neighbor.type() == Neighbor.ADVERTISEMENT
        && neighbor.code() == 0
        && neighbor.target().equals(link.gateway());
  }

  private static boolean begins(Upper upper) {
    return switch (upper) {
      case Tcp tcp -> (tcp.flags() & (Tcp.SYN | Tcp.ACK)) != (Tcp.SYN | Tcp.ACK);
      case Udp _ -> true;
      case Icmpv6 message -> message.type() == Icmpv6.ECHO_REQUEST && message.code() == 0;
      case Icmpv6Error _, Neighbor _ -> false;
    };
  }

  /** As it goes on behind a host port, or as it is. */
  private Ipv6 toHostPort(Ipv6 ip) {
    if (!ip.dst().equals(link.address()) || !(ip.upper() instanceof Ports ports)) {
      return ip;
    }
    for (Pod pod : state.pods()) {
      for (HostPort port : pod.hostPorts()) {
        if (pod.ipv6().isPresent()
            && port.protocol() == ports.protocol()
            && port.hostPort() == ports.dst()) {
          Upper upper =
              ports.protocol() == Protocol.TCP
                  ? ((Tcp) ports).withPorts(ports.src(), port.podPort())
                  : ((Udp) ports).withPorts(ports.src(), port.podPort());
          return new Ipv6(ip.src(), pod.ipv6().get(), ip.hopLimit(), upper);
        }
      }
    }
    return ip;
  }

  private static Ipv6 from(Ipv6Address src, Ipv6 ip) {
    return new Ipv6(src, ip.dst(), ip.hopLimit(), ip.upper());
  }

  private Verdict toCluster(Packet packet, Ipv6 ip) {
    Optional<Pod> pod = podAt(ip.dst());
    if (pod.isPresent()) {
      return toPod(pod.get(), packet, ip);
    }
    return peerOf(ip.dst())
        .map(peer -> overLink(peer.mac(), packet, ip))
        .orElseGet(() -> dropped("an address of the cluster that nobody has"));
  }

  private static Verdict toPod(Pod pod, Packet packet, Ipv6 ip) {
    return sent(pod.port(), packet.withEth(GATEWAY, pod.mac()).with(ip));
  }

  private Verdict overLink(MacAddress nextHop, Packet packet, Ipv6 ip) {
    return ip.hopLimit() <= 1
        ? dropped("its hops are used up")
        : sent(
            uplink.port(),
            packet.withEth(uplink.mac(), nextHop).with(ip.withHopLimit(ip.hopLimit() - 1)));
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
