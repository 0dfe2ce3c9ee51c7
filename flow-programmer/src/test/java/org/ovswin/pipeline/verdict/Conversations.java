package org.ovswin.pipeline.verdict;

import java.util.ArrayList;
import java.util.List;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.openflow.PortNo;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.NodeState.Peer;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.RandomStates;
import org.ovswin.pipeline.verdict.Cases.Case;
import org.ovswin.pipeline.verdict.Packet.Ipv4;
import org.ovswin.pipeline.verdict.Packet.Tcp;
import org.ovswin.pipeline.verdict.Packet.Transport;
import org.ovswin.pipeline.verdict.Packet.Udp;

/**
 * The first packets of conversations at a node: between its pods, its peers' pods, the nodes, the
 * world, and of these to the host ports. No two have the same source port.
 */
final class Conversations {
  private static final int TTL = 64;
  private static final int SERVED = 7;
  private static final int FIRST_PORT = 1024;
  private static final int LAST_PORT = 60_000;
  private static final Ipv4Address WORLD = Ipv4Address.parse("203.0.113.7");

  private int port = FIRST_PORT;

  private record Host(int port, MacAddress mac, MacAddress nextHop, Ipv4Address address) {}

  /** Some of everybody with everybody, as this state would have them sent. */
  List<Case> firstPackets(NodeState state) {
    Ipv4Address node = state.uplink().address();
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
    return cases;
  }

  private static Case first(Host from, Ipv4Address to, Transport transport) {
    Ipv4 ip = new Ipv4(from.address(), to, TTL, transport);
    return new Case(from.port(), new Packet(from.mac(), from.nextHop(), ip));
  }

  private static List<Host> hosts(NodeState state) {
    MacAddress mac = state.uplink().mac();
    int link = state.uplink().port();
    List<Host> hosts = new ArrayList<>();
    for (Pod pod : state.pods()) {
      hosts.add(new Host(pod.port(), pod.mac(), NodeState.GATEWAY_MAC, pod.ipv4().orElseThrow()));
    }
    for (Peer peer : state.peers().byAddress()) {
      hosts.add(new Host(link, peer.mac(), mac, (Ipv4Address) peer.blocks().getFirst().address(9)));
      hosts.add(new Host(link, peer.mac(), mac, peer.address()));
    }
    hosts.add(new Host(link, Nodes.LINK_GATEWAY_MAC, mac, WORLD));
    hosts.add(new Host(PortNo.LOCAL, mac, NodeState.GATEWAY_MAC, state.uplink().address()));
    return hosts;
  }

  private int nextPort() {
    port = port == LAST_PORT ? FIRST_PORT : port + 1;
    return port;
  }

  /** The answer of whoever was sent this packet. */
  static Case answer(int port, Packet received) {
    Ipv4 ip = (Ipv4) received.content();
    Ipv4 back = Tuple.of(ip).reverse().applyTo(ip).withTtl(TTL);
    MacAddress answering = received.ethDst();
    MacAddress asking = received.ethSrc();
    return new Case(port, new Packet(answering, asking, back));
  }
}
