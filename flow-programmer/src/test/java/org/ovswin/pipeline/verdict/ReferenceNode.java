package org.ovswin.pipeline.verdict;

import static org.ovswin.pipeline.verdict.Verdict.dropped;
import static org.ovswin.pipeline.verdict.Verdict.sent;

import java.util.Optional;
import java.util.function.Function;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.openflow.PortNo;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.NodeState.HostPort;
import org.ovswin.pipeline.NodeState.Peer;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.NodeState.Uplink;
import org.ovswin.pipeline.verdict.Connections.Tracked;
import org.ovswin.pipeline.verdict.Packet.Arp;
import org.ovswin.pipeline.verdict.Packet.Ipv4;
import org.ovswin.pipeline.verdict.Packet.Ipv6;
import org.ovswin.pipeline.verdict.Packet.Other;
import org.ovswin.pipeline.verdict.Packet.Ports;
import org.ovswin.pipeline.verdict.Packet.Sctp;
import org.ovswin.pipeline.verdict.Verdict.Sent;
import org.ovswin.pipeline.verdict.Verdict.SourcePort;

/**
 * What must happen to each packet at a node, by the rules of the network. It is written from the
 * rules alone, as a router that asks one question after the other, and shares nothing with the
 * tables but the state: where both are wrong, they are not wrong in the same way.
 *
 * <p>It is stateful: a packet that begins a connection is remembered.
 */
final class ReferenceNode implements Rules {
  private static final MacAddress GATEWAY = NodeState.GATEWAY_MAC;

  /** Multicast, reserved and broadcast addresses begin here (RFC 1112, 4; RFC 919, 7). */
  private static final Ipv4Address FIRST_GROUP = Ipv4Address.parse("224.0.0.0");

  private static final int IPV6 = 0x86dd;

  private final NodeState state;
  private final Uplink uplink;
  private final Connections connections = new Connections();

  /** What pods ask of themselves by a port of the node, as they see it. */
  private final Connections hairpins = new Connections();

  private final ArpRules arpRules;
  private final Ipv6OfUplink ipv6;

  ReferenceNode(NodeState state) {
    this.state = state;
    this.uplink = state.uplink().orElseThrow();
    this.arpRules = new ArpRules(state);
    this.ipv6 = uplink.ipv6().isPresent() ? new Ipv6LinkRules(state) : new Ipv6Rules(state);
  }

  /** Who sent a packet. */
  private sealed interface Sender {
    record OfPod(Pod pod) implements Sender {}

    record Link() implements Sender {}

    record Node() implements Sender {}
  }

  @Override
  public Verdict judge(int port, Packet packet) {
    return judge(port, packet, connections::track);
  }

  /**
   * As above, for a packet of which connection tracking says this.
   *
   * @param tracking asked for IPv4 that is let in
   */
  Verdict judge(int port, Packet packet, Function<Ipv4, Tracked> tracking) {
    Optional<Sender> sender = sender(port);
    if (sender.isEmpty()) {
      return dropped("the port is nobody's");
    }
    if (packet.vlan().isPresent()) {
      return otherProtocol(sender.get(), packet);
    }
    return switch (packet.content()) {
      case Arp arp -> arp(sender.get(), packet, arp);
      case Ipv4 ip -> ip(sender.get(), packet, ip, tracking);
      case Ipv6 ip ->
          switch (sender.get()) {
            case Sender.OfPod(Pod pod) -> ipv6.fromPod(pod, packet, ip);
            case Sender.Link _ -> ipv6.fromLink(packet, ip);
            case Sender.Node _ -> ipv6.fromNode(packet, ip);
          };
      case Other other ->
          isBrokenIpv6(packet, other)
              ? dropped("what is no IPv6 belongs to no connection and begins none")
              : otherProtocol(sender.get(), packet);
    };
  }

  /** What connection tracking says of this packet. */
  Tracked track(Ipv4 ip) {
    return connections.track(ip);
  }

  /** Whether the agent is told of this packet: it learns the MAC of the link's gateway. */
  boolean tellsAgent(int port, Packet packet) {
    return port == uplink.port()
        && packet.vlan().isEmpty()
        && switch (packet.content()) {
          case Arp arp -> arp.op() == 2 && arp.spa().equals(uplink.gateway());
          case Ipv6 ip -> ipv6.tellsAgent(packet, ip);
          case Ipv4 _, Other _ -> false;
        };
  }

  /** Takes notice of the port that the switch chose for a connection where it had the choice. */
  @Override
  public void learn(Packet sent, Packet seen) {
    connections.remember(Tuple.of((Ipv4) sent.content()), Tuple.of((Ipv4) seen.content()));
  }

  /** Whether no connection has the source port that the switch chose. */
  @Override
  public boolean isUnused(Packet seen) {
    return connections.isFree(Tuple.of((Ipv4) seen.content()));
  }

  @Override
  public void forgetConnections() {
    connections.forget();
    hairpins.forget();
  }

  private Optional<Sender> sender(int port) {
    if (port == uplink.port()) {
      return Optional.of(new Sender.Link());
    }
    if (port == PortNo.LOCAL) {
      return Optional.of(new Sender.Node());
    }
    return state.pods().stream()
        .filter(pod -> pod.port() == port)
        .findFirst()
        .map(Sender.OfPod::new);
  }

  // ---- What is neither IP nor ARP, or tagged: the node's own affair.

  /** Where connections of IPv6 are tracked. What goes to a group belongs to none. */
  private boolean isBrokenIpv6(Packet packet, Other other) {
    return uplink.ipv6().isPresent() && other.etherType() == IPV6 && !packet.ethDst().isMulticast();
  }

  private Verdict otherProtocol(Sender sender, Packet packet) {
    return switch (sender) {
      case Sender.OfPod _ -> dropped("pods speak IP and ARP only, untagged");
      case Sender.Node _ -> sent(uplink.port(), packet);
      case Sender.Link _ ->
          packet.ethDst().equals(uplink.mac()) || packet.ethDst().isMulticast()
              ? sent(PortNo.LOCAL, packet)
              : dropped("addressed to another on the link");
    };
  }

  // ---- ARP

  private Verdict arp(Sender sender, Packet packet, Arp arp) {
    return switch (sender) {
      case Sender.OfPod(Pod pod) -> arpRules.fromPod(pod, packet, arp);
      case Sender.Link _ -> sent(PortNo.LOCAL, packet);
      case Sender.Node _ ->
          arp.op() == 1 && isGateway(arp.tpa())
              ? ArpRules.answer(PortNo.LOCAL, packet, arp)
              : sent(uplink.port(), packet);
    };
  }

  // ---- IPv4

  private Verdict ip(Sender sender, Packet packet, Ipv4 ip, Function<Ipv4, Tracked> tracking) {
    Optional<String> refusal = refusal(sender, packet, ip);
    if (refusal.isPresent()) {
      return dropped(refusal.get());
    }
    if (packet.ethDst().isMulticast()) {
      // Only the node and its link get here with a group's address: no connection is tracked.
      return sent(sender instanceof Sender.Node ? uplink.port() : PortNo.LOCAL, packet);
    }
    Ipv4 asked = sender instanceof Sender.OfPod ? withoutHairpin(ip) : ip;
    return switch (tracking.apply(asked)) {
      case Tracked.Invalid _ -> dropped("belongs to no connection and begins none");
      case Tracked.Known(Ipv4 translated) -> forward(sender, packet, translated);
      case Tracked.New _ -> first(sender, packet, asked);
    };
  }

  /** To whom a pod answers that asked itself. */
  private Ipv4 withoutHairpin(Ipv4 ip) {
    return ip.dst().equals(NodeState.HAIRPIN)
            && hairpins.track(ip) instanceof Tracked.Known(Ipv4 translated)
        ? translated
        : ip;
  }

  private Optional<String> refusal(Sender sender, Packet packet, Ipv4 ip) {
    boolean refused =
        switch (sender) {
          case Sender.OfPod(Pod pod) ->
              !packet.ethSrc().equals(pod.mac())
                  || !packet.ethDst().equals(GATEWAY)
                  || !pod.addresses().contains(ip.src());
          case Sender.Link _ ->
              packet.ethDst().isMulticast()
                  ? isOfOurs(ip.src())
                  : !isFromTheRightNode(packet.ethSrc(), ip.src());
          case Sender.Node _ -> false;
        };
    if (refused) {
      return Optional.of("forged source, or not for the gateway");
    }
    if (sender instanceof Sender.Link
        && !packet.ethDst().isMulticast()
        && !packet.ethDst().equals(uplink.mac())) {
      return Optional.of("addressed to another on the link");
    }
    return Optional.empty();
  }

  /** Pods send to no group, and the node's own broadcast does not come back. */
  private boolean isOfOurs(Ipv4Address source) {
    return source.equals(uplink.address()) || isInCluster(source);
  }

  private boolean isFromTheRightNode(MacAddress mac, Ipv4Address source) {
    if (source.equals(uplink.address())) {
      return false;
    }
    return !isInCluster(source)
        || peerOf(source).filter(peer -> peer.mac().equals(mac)).isPresent();
  }

  private Verdict first(Sender sender, Packet packet, Ipv4 ip) {
    Tuple asSent = Tuple.of(ip);
    Optional<Tuple> toPod = hostPort(ip);
    if (toPod.isPresent()) {
      connections.remember(asSent, toPod.get());
      return forward(sender, packet, toPod.get().applyTo(ip));
    }
    Verdict verdict = forward(sender, packet, ip);
    if (!(verdict instanceof Sent leaving)) {
      return verdict;
    }
    if (!isTranslated(sender, ip, leaving)) {
      connections.remember(asSent, asSent);
      return verdict;
    }
    Tuple asSeen = asSent.withSource(uplink.address(), asSent.srcPort());
    Packet translated = leaving.packet().with(asSeen.applyTo((Ipv4) leaving.packet().content()));
    if (connections.isFree(asSeen)) {
      connections.remember(asSent, asSeen);
      return sent(leaving.port(), translated);
    }
    // Only ports can be chosen anew. An echo's identifier cannot.
    if (ip.transport() instanceof Ports && !(ip.transport() instanceof Sctp)) {
      return new Sent(leaving.port(), translated, SourcePort.ANOTHER);
    }
    return sender instanceof Sender.Node
        ? verdict
        : dropped("another connection looks the same from outside");
  }

  private Optional<Tuple> hostPort(Ipv4 ip) {
    if (!ip.dst().equals(uplink.address()) || !(ip.transport() instanceof Ports ports)) {
      return Optional.empty();
    }
    for (Pod pod : state.pods()) {
      for (HostPort port : pod.hostPorts()) {
        if (port.protocol() == ports.protocol() && port.hostPort() == ports.dst()) {
          return Optional.of(
              Tuple.of(ip).withDestination(pod.ipv4().orElseThrow(), port.podPort()));
        }
      }
    }
    return Optional.empty();
  }

  /** What leaves for the world does so under the node's address. */
  private boolean isTranslated(Sender sender, Ipv4 ip, Sent leaving) {
    if (leaving.port() != uplink.port() || isInCluster(ip.dst())) {
      return false;
    }
    return switch (sender) {
      case Sender.OfPod _ -> state.peers().at(ip.dst()).isEmpty();
      case Sender.Node _ -> ip.src().equals(uplink.address());
      case Sender.Link _ -> false;
    };
  }

  private Verdict forward(Sender sender, Packet packet, Ipv4 ip) {
    Optional<Pod> pod = podAt(ip.dst());
    if (pod.isPresent()) {
      return sender instanceof Sender.OfPod(Pod self) && self.equals(pod.get())
          ? toItself(self, packet, ip)
          : sent(pod.get().port(), packet.withEth(GATEWAY, pod.get().mac()).with(ip));
    }
    return switch (sender) {
      case Sender.Link _ ->
          isInCluster(ip.dst())
              ? dropped("nothing goes back to the link")
              : sent(PortNo.LOCAL, packet.with(ip));
      case Sender.Node _ -> fromNode(packet, ip);
      case Sender.OfPod _ -> fromPod(packet, ip);
    };
  }

  /** Only by a port of the node, and then from neither's address that it has itself. */
  private Verdict toItself(Pod pod, Packet packet, Ipv4 ip) {
    Packet back = packet.withEth(GATEWAY, pod.mac()).with(ip);
    if (ip.src().equals(uplink.address())) {
      return sent(pod.port(), back);
    }
    if (((Ipv4) packet.content()).dst().equals(ip.dst())) {
      return dropped("nothing leaves by the port it came from");
    }
    Tuple asked = Tuple.of(ip);
    Tuple seen = asked.withSource(NodeState.HAIRPIN, asked.srcPort());
    if (hairpins.track(ip) instanceof Tracked.Known(Ipv4 known)) {
      return sent(pod.port(), back.with(known));
    }
    hairpins.remember(asked, seen);
    return sent(pod.port(), back.with(seen.applyTo(ip)));
  }

  private Verdict fromNode(Packet packet, Ipv4 ip) {
    if (isInCluster(ip.dst())) {
      return peerOf(ip.dst())
          .map(peer -> overLink(peer.mac(), packet, ip))
          .orElseGet(() -> dropped("an address of the cluster that nobody has"));
    }
    return packet.ethDst().equals(GATEWAY)
        ? dropped("the pods' gateway is for the cluster only")
        : sent(uplink.port(), packet.with(ip));
  }

  private Verdict fromPod(Packet packet, Ipv4 ip) {
    if (isInCluster(ip.dst())) {
      return peerOf(ip.dst())
          .map(peer -> overLink(peer.mac(), packet, ip))
          .orElseGet(() -> dropped("an address of the cluster that nobody has"));
    }
    if (ip.dst().equals(uplink.address())) {
      return sent(PortNo.LOCAL, packet.withEth(GATEWAY, uplink.mac()).with(ip));
    }
    for (Peer peer : state.peers().byAddress()) {
      if (peer.address().equals(ip.dst())) {
        return overLink(peer.mac(), packet, ip);
      }
    }
    if (ip.dst().compareTo(FIRST_GROUP) >= 0) {
      return dropped("pods send to no group");
    }
    return uplink
        .gatewayMac()
        .map(gateway -> overLink(gateway, packet, ip))
        .orElseGet(() -> dropped("the link's gateway is not known yet"));
  }

  private Verdict overLink(MacAddress nextHop, Packet packet, Ipv4 ip) {
    return ip.ttl() <= 1
        ? dropped("its time to live is over")
        : sent(uplink.port(), packet.withEth(uplink.mac(), nextHop).with(ip.withTtl(ip.ttl() - 1)));
  }

  private boolean isInCluster(IpAddress address) {
    return state.cluster().stream().anyMatch(range -> range.contains(address));
  }

  private boolean isGateway(IpAddress address) {
    return state.blocks().stream().anyMatch(block -> NodeState.gateway(block).equals(address));
  }

  private Optional<Pod> podAt(Ipv4Address address) {
    return state.pods().stream().filter(pod -> pod.addresses().contains(address)).findFirst();
  }

  private Optional<Peer> peerOf(Ipv4Address address) {
    return state.peers().byAddress().stream()
        .filter(peer -> peer.blocks().stream().anyMatch(block -> block.contains(address)))
        .findFirst();
  }
}
