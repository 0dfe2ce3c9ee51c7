package org.ovswin.pipeline.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.openflow.PortNo;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.NodeState.Peer;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.verdict.Packet.Echo;
import org.ovswin.pipeline.verdict.Packet.Ipv4;
import org.ovswin.pipeline.verdict.Packet.Transport;
import org.ovswin.pipeline.verdict.Packet.Udp;
import org.ovswin.pipeline.verdict.TestedNode.Outcome;

/**
 * Few hosts with few ports that talk all at once, so that connections collide in every way: each
 * step is a packet to anybody, or an answer to one that came out before. The reference knows what
 * each must look like.
 *
 * <p>The world asks only the node: a pod that is reached by its own address and by the node's from
 * one port of one host has two connections that look alike from where it sits, which nobody can
 * tell apart.
 */
class RandomConversationTest {
  private static final int STEPS = 6_000;
  private static final int FORGET_EVERY = 300;
  private static final int TTL = 64;
  private static final int ECHOES = 3;
  private static final NodeState STATE = Nodes.SMALL.state();
  private static final MacAddress NODE_MAC = STATE.uplink().orElseThrow().mac();
  private static final Ipv4Address NODE = STATE.uplink().orElseThrow().address();
  private static final List<Integer> PORTS = List.of(5000, 5001);
  private static final List<Integer> SERVED = List.of(7, Nodes.UDP_HOST_PORT, 5000, 5001);

  private final List<Host> hosts = new ArrayList<>();

  /** Somebody who sends: from which address, by which port, with which MAC. */
  private record Host(int port, MacAddress mac, Ipv4Address address) {}

  RandomConversationTest() {
    for (Pod pod : STATE.pods().subList(0, 3)) {
      hosts.add(new Host(pod.port(), pod.mac(), pod.ipv4().orElseThrow()));
    }
    int link = STATE.uplink().orElseThrow().port();
    for (Peer peer : STATE.peers().byAddress().subList(0, 2)) {
      hosts.add(new Host(link, peer.mac(), (Ipv4Address) peer.blocks().getFirst().address(9)));
      hosts.add(new Host(link, peer.mac(), peer.address()));
    }
    for (String world : List.of("203.0.113.7", "203.0.113.8")) {
      hosts.add(new Host(link, Nodes.LINK_GATEWAY_MAC, Ipv4Address.parse(world)));
    }
    hosts.add(new Host(PortNo.LOCAL, NODE_MAC, NODE));
  }

  @Test
  void packets_ofConnectionsThatCollide_comeOutAsTheRulesSay() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<Ipv4> delivered = new ArrayList<>();
    int sent = 0;
    try (TestedNode node = TestedNode.start(STATE)) {
      for (int step = 0; step < STEPS; step++) {
        if (step % FORGET_EVERY == 0) {
          node.forgetConnections();
          delivered.clear();
        }
        Ipv4 ip =
            delivered.isEmpty() || random.nextInt(5) < 3
                ? question(random)
                : answer(pick(delivered, random));
        Host host = hosts.stream().filter(h -> h.address().equals(ip.src())).findFirst().get();
        Outcome outcome = node.outcome(host.port(), new Packet(host.mac(), nextHop(host, ip), ip));

        assertThat(outcome.complaint()).as("seed %d, step %d", seed, step).isEmpty();
        Optional<Packet> out = outcome.seen().leaving();
        if (out.isPresent()) {
          sent++;
          delivered.add((Ipv4) out.get().content());
        }
      }
    }
    assertThat(sent)
        .as("packets of %d that came out, seed %d", STEPS, seed)
        .isGreaterThan(STEPS / 3);
  }

  private Ipv4 question(Random random) {
    Host from = pick(hosts, random);
    Host to = pick(hosts, random);
    Ipv4Address dst = from.mac().equals(Nodes.LINK_GATEWAY_MAC) ? NODE : to.address();
    Transport transport =
        random.nextInt(4) == 0
            ? new Echo(Echo.REQUEST, random.nextInt(ECHOES))
            : new Udp(pick(PORTS, random), pick(SERVED, random));
    return new Ipv4(from.address(), dst, TTL, transport);
  }

  /** From whoever received the packet to whoever it seemed to come from. */
  private static Ipv4 answer(Ipv4 received) {
    Ipv4 back = Tuple.of(received).reverse().applyTo(received).withTtl(TTL);
    return received.transport() instanceof Echo echo
        ? new Ipv4(back.src(), back.dst(), TTL, new Echo(Echo.REPLY, echo.id()))
        : back;
  }

  private static MacAddress nextHop(Host from, Ipv4 ip) {
    if (from.port() == STATE.uplink().orElseThrow().port()) {
      return NODE_MAC;
    }
    return from.port() == PortNo.LOCAL && !STATE.cluster().getFirst().contains(ip.dst())
        ? Nodes.LINK_GATEWAY_MAC
        : NodeState.GATEWAY_MAC;
  }

  private static <T> T pick(List<T> from, Random random) {
    return from.get(random.nextInt(from.size()));
  }
}
