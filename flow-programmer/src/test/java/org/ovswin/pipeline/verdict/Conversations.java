package org.ovswin.pipeline.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.openflow.PortNo;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.NodeState.Peer;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.RandomStates;
import org.ovswin.pipeline.verdict.Cases.Case;
import org.ovswin.pipeline.verdict.Packet.Arp;
import org.ovswin.pipeline.verdict.Packet.Content;
import org.ovswin.pipeline.verdict.Packet.Ipv4;
import org.ovswin.pipeline.verdict.Packet.Ipv6;
import org.ovswin.pipeline.verdict.Packet.LinkLayer;
import org.ovswin.pipeline.verdict.Packet.Neighbor;
import org.ovswin.pipeline.verdict.Packet.Other;
import org.ovswin.pipeline.verdict.Packet.Tcp;
import org.ovswin.pipeline.verdict.Packet.Transport;
import org.ovswin.pipeline.verdict.Packet.Udp;

/**
 * The first packets of conversations at a node: between its pods, its peers' pods, the nodes, the
 * world, and of these to the host ports. No two have the same source port.
 */
final class Conversations {
  private static final int TTL = 64;
  private static final int ON_LINK = 255;
  private static final int SERVED = 7;
  private static final int FIRST_PORT = 1024;
  private static final int LAST_PORT = 60_000;
  private static final Ipv4Address WORLD = Ipv4Address.parse("203.0.113.7");

  private int port = FIRST_PORT;

  private record Ipv6Host(int port, MacAddress mac, MacAddress nextHop, Ipv6Address address) {}

  private record Host(int port, MacAddress mac, MacAddress nextHop, Ipv4Address address) {}

  /** Some of everybody with everybody, as this state would have them sent. */
  List<Case> firstPackets(NodeState state) {
    Ipv4Address node = state.uplink().orElseThrow().address();
    List<Host> hosts = hosts(state);
    List<Case> cases = new ArrayList<>();
    for (Host from : hosts) {
      for (Host to : hosts) {
        cases.add(first(from, to.address(), new Udp(nextPort(), SERVED)));
      }
      for (int hostPort : RandomStates.HOST_PORTS) {
        cases.add(first(from, node, new Udp(nextPort(), hostPort)));
        cases.add(first(from, node, new Tcp(nextPort(), hostPort, Tcp.SYN, 1, 0)));
      }
    }
    ipv6(state, cases);
    return cases;
  }

  /** Pods of both nodes with each other, and the questions that come first. */
  private void ipv6(NodeState state, List<Case> cases) {
    List<Ipv6Host> hosts = ipv6Hosts(state);
    for (Ipv6Host from : hosts) {
      for (Ipv6Host to : hosts) {
        Udp udp = new Udp(nextPort(), SERVED);
        Ipv6 ip = new Ipv6(from.address(), to.address(), TTL, udp);
        cases.add(new Case(from.port(), new Packet(from.mac(), from.nextHop(), ip)));
        LinkLayer own = new LinkLayer(LinkLayer.SOURCE, from.mac());
        Neighbor question =
            new Neighbor(Neighbor.SOLICITATION, 0, 0, to.address(), Optional.of(own));
        Ipv6 asked = new Ipv6(from.address(), to.address(), ON_LINK, question);
        cases.add(new Case(from.port(), new Packet(from.mac(), from.nextHop(), asked)));
      }
    }
  }

  private static List<Ipv6Host> ipv6Hosts(NodeState state) {
    List<Ipv6Host> hosts = new ArrayList<>();
    for (Pod pod : state.pods()) {
      pod.ipv6()
          .ifPresent(
              address ->
                  hosts.add(new Ipv6Host(pod.port(), pod.mac(), NodeState.GATEWAY_MAC, address)));
    }
    for (Peer peer : state.peers().byAddress()) {
      for (IpPrefix block : peer.blocks()) {
        if (block.address(9) instanceof Ipv6Address address) {
          hosts.add(
              new Ipv6Host(
                  state.uplink().orElseThrow().port(),
                  peer.mac(),
                  state.uplink().orElseThrow().mac(),
                  address));
        }
      }
    }
    return hosts;
  }

  private static Case first(Host from, Ipv4Address to, Transport transport) {
    Ipv4 ip = new Ipv4(from.address(), to, TTL, transport);
    return new Case(from.port(), new Packet(from.mac(), from.nextHop(), ip));
  }

  private static List<Host> hosts(NodeState state) {
    MacAddress mac = state.uplink().orElseThrow().mac();
    int link = state.uplink().orElseThrow().port();
    List<Host> hosts = new ArrayList<>();
    for (Pod pod : state.pods()) {
      pod.ipv4()
          .ifPresent(
              address ->
                  hosts.add(new Host(pod.port(), pod.mac(), NodeState.GATEWAY_MAC, address)));
    }
    for (Peer peer : state.peers().byAddress()) {
      for (IpPrefix block : peer.blocks()) {
        if (block.address(9) instanceof Ipv4Address address) {
          hosts.add(new Host(link, peer.mac(), mac, address));
        }
      }
      hosts.add(new Host(link, peer.mac(), mac, peer.address()));
    }
    hosts.add(new Host(link, Nodes.LINK_GATEWAY_MAC, mac, WORLD));
    hosts.add(
        new Host(PortNo.LOCAL, mac, NodeState.GATEWAY_MAC, state.uplink().orElseThrow().address()));
    return hosts;
  }

  private int nextPort() {
    port = port == LAST_PORT ? FIRST_PORT : port + 1;
    return port;
  }

  /** The answer of whoever was sent this packet. */
  static Case answer(int port, Packet received) {
    MacAddress answering = received.ethDst();
    MacAddress asking = received.ethSrc();
    return new Case(port, new Packet(answering, asking, back(received.content())));
  }

  private static Content back(Content received) {
    return switch (received) {
      case Ipv4 ip -> Tuple.of(ip).reverse().applyTo(ip).withTtl(TTL);
      case Ipv6(Ipv6Address asking, Ipv6Address asked, int _, Udp(int from, int to)) ->
          new Ipv6(asked, asking, TTL, new Udp(to, from));
      // Neighbour discovery's answer has none itself.
      case Ipv6 ip -> ip;
      case Arp _, Other _ -> throw new IllegalArgumentException("no conversation: " + received);
    };
  }
}
