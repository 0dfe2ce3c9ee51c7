package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.ovswin.lab.Host;
import org.ovswin.lab.HostPort;
import org.ovswin.lab.Ipv6Frames;
import org.ovswin.lab.Ipv6Frames.Ends;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.Pod;
import org.ovswin.lab.Probes;
import org.ovswin.lab.Proof;
import org.ovswin.pipeline.NodeState;
import org.ovswin.sandbox.MacAddress;
import org.ovswin.sandbox.linux.PacketSocket;

/**
 * What must hold in a cluster and a world of both families, however packets leave the nodes. A
 * subclass has the cluster, of two nodes.
 */
abstract class BothFamiliesScenarios {
  private static final Pattern GLOBAL = Pattern.compile("inet6 ([0-9a-f:]+)/64 scope global");

  private static final Duration BOUND = Duration.ofSeconds(5);
  private static final String WORLD = "2001:db8:dead::1";
  private static final String LINK_LOCAL = "fe80::1";
  private static final MacAddress INVENTED = MacAddress.parse("02:de:ad:be:ef:01");
  private static final MacAddress GATEWAY_MAC = MacAddress.parse(NodeState.GATEWAY_MAC.toString());

  abstract Cluster cluster();

  /** Whether the node itself may ask by its own ports: only where its own stack translates. */
  abstract List<Host> nodeAsks(Host node);

  final Probes probes() {
    return cluster().probes();
  }

  /** The pod at its IPv6 address, as its own kernel has it. */
  final Host ipv6(Pod pod) {
    return ipv6(cluster(), pod);
  }

  /** As above, in another cluster. */
  static Host ipv6(Cluster cluster, Pod pod) {
    String shown =
        cluster
            .node(1)
            .shell()
            .in(pod.host().netns())
            .run("ip", "-6", "-o", "address", "show", "dev", Pod.IF_NAME);
    Matcher address = GLOBAL.matcher(shown);
    assertThat(address.find()).as(shown).isTrue();
    return pod.host().at(address.group(1));
  }

  static Host ipv6(LabNode node) {
    return node.host().at(node.ipv6Address());
  }

  private static List<Host> with(List<Host> some, Host... others) {
    return Stream.concat(some.stream(), Stream.of(others)).toList();
  }

  @Test
  void pods_talkByBothFamilies_andKeepTheirAddresses() {
    Pod a = cluster().pod(1, "a");
    Pod b = cluster().pod(1, "b");
    Pod c = cluster().pod(2, "c");
    for (Pod from : List.of(a, b, c)) {
      for (Pod to : List.of(a, b, c)) {
        if (!from.equals(to)) {
          Cluster.holds(
              probes().ping("IPv4", from.host(), to.address()),
              probes().seenAs("IPv4", from.host(), to.host(), from.address()),
              probes().ping("IPv6", from.host(), ipv6(to).address()),
              probes().seenAs("IPv6", ipv6(from), ipv6(to), ipv6(from).address()),
              probes().transfer("IPv6", ipv6(from), ipv6(to)));
        }
      }
    }
  }

  @Test
  void pods_reachTheWorld_asTheirNode() {
    Pod a = cluster().pod(1, "a");
    Pod c = cluster().pod(2, "c");
    for (Pod pod : List.of(a, c)) {
      var node = cluster().lab().node(pod.node());
      Host world = cluster().lab().external();
      Host world6 = cluster().lab().externalIpv6();
      Cluster.holds(
          probes().ping("IPv4", pod.host(), world.address()),
          probes().seenAs("IPv4", pod.host(), world, node.address()),
          probes().transfer("IPv4", pod.host(), world),
          probes().ping("IPv6", pod.host(), world6.address()),
          probes().seenAs("IPv6", ipv6(pod), world6, node.ipv6Address()),
          probes().transfer("IPv6", ipv6(pod), world6));
    }
  }

  @Test
  void pods_reachNodes_andNodesPods() {
    Pod a = cluster().pod(1, "a");
    Host own = cluster().node(1).host();
    Host other = cluster().node(2).host();
    Cluster.holds(
        probes().transfer("own node to pod", own, a.host()),
        probes().transfer("other node to pod", other, a.host()),
        probes().transfer("pod to own node", a.host(), own),
        probes().transfer("pod to other node", a.host(), other),
        probes().transfer("own node to pod, IPv6", ipv6(cluster().node(1)), ipv6(a)),
        probes().transfer("other node to pod, IPv6", ipv6(cluster().node(2)), ipv6(a)),
        probes().transfer("pod to own node, IPv6", ipv6(a), ipv6(cluster().node(1))),
        probes().transfer("pod to other node, IPv6", ipv6(a), ipv6(cluster().node(2))));
  }

  @Test
  void hostPorts_leadToThePod_fromEverywhere() {
    HostPort tcp = HostPort.tcp(30080, 8080);
    HostPort udp = HostPort.udp(30053, 5353);
    Pod a = cluster().pod(1, "a", tcp, udp);
    Pod b = cluster().pod(1, "b");
    Pod c = cluster().pod(2, "c");
    Host node = cluster().node(1).host();
    Host node6 = node.at(cluster().node(1).ipv6Address());
    List<Proof> proofs = new ArrayList<>();
    for (Host client :
        with(
            nodeAsks(node),
            cluster().lab().external(),
            b.host(),
            c.host(),
            a.host(),
            cluster().node(2).host())) {
      proofs.add(probes().hostPortTcp("TCP", client, node, tcp, a.host()));
      proofs.add(probes().hostPortUdp("UDP", client, node, udp, a.host()));
    }
    for (Host client :
        with(
            nodeAsks(node6),
            cluster().lab().externalIpv6(),
            ipv6(b),
            ipv6(c),
            ipv6(a),
            cluster().node(2).host().at(cluster().node(2).ipv6Address()))) {
      proofs.add(probes().hostPortTcp("TCP over IPv6", client, node6, tcp, ipv6(a)));
      proofs.add(probes().hostPortUdp("UDP over IPv6", client, node6, udp, ipv6(a)));
    }
    Cluster.holds(proofs.toArray(Proof[]::new));
  }

  @Test
  void forgeries_arriveNowhere() {
    Pod liar = cluster().pod(1, "liar");
    Pod near = cluster().pod(1, "near");
    Pod far = cluster().pod(2, "far");
    List<Proof> proofs = new ArrayList<>();
    proofs.addAll(
        probes().forgeries(liar.host(), near.host(), far.address(), far.mac(), liar.gateway()));
    proofs.addAll(
        probes().forgeries(liar.host(), far.host(), near.address(), near.mac(), liar.gateway()));
    Cluster.holds(proofs.toArray(Proof[]::new));
  }

  /**
   * In another's name, or as a router or neighbour would speak: neither on the node nor beyond. An
   * honest datagram sent after them arrives.
   */
  @Test
  void forgedIpv6_arrivesNowhere() throws IOException {
    Pod liar = cluster().pod(1, "liar");
    Pod near = cluster().pod(1, "near");
    Pod far = cluster().pod(2, "far");
    for (Pod victim : List.of(near, far)) {
      String token = token();
      String honest = token();
      MacAddress own = MacAddress.parse(liar.mac());
      String to = ipv6(victim).address();
      try (PacketSocket out = PacketSocket.open(liar.host().netns(), Pod.IF_NAME);
          PacketSocket in = PacketSocket.open(victim.host().netns(), Pod.IF_NAME)) {
        for (String name :
            List.of(
                WORLD,
                ipv6(victim.equals(near) ? far : near).address(),
                cluster().node(1).ipv6Address(),
                LINK_LOCAL)) {
          out.send(Ipv6Frames.udp(new Ends(GATEWAY_MAC, own, name, to), token));
        }
        Ends invented = new Ends(GATEWAY_MAC, INVENTED, ipv6(liar).address(), to);
        out.send(Ipv6Frames.udp(invented, token));
        for (Ends ends :
            List.of(
                new Ends(Ipv6Frames.ALL_NODES_MAC, own, LINK_LOCAL, Ipv6Frames.ALL_NODES),
                new Ends(GATEWAY_MAC, own, ipv6(liar).address(), to))) {
          out.send(Ipv6Frames.routerAdvertisement(ends, own, token));
          out.send(Ipv6Frames.redirect(ends, WORLD, ipv6(liar).address(), token));
          out.send(Ipv6Frames.neighborAdvertisement(ends, to, own, token));
        }
        out.send(Ipv6Frames.udp(new Ends(GATEWAY_MAC, own, ipv6(liar).address(), to), honest));
        requireOnlyHonest(in, token, honest);
      }
    }
  }

  private static void requireOnlyHonest(PacketSocket in, String token, String honest)
      throws IOException {
    while (true) {
      Optional<byte[]> frame = in.receive(BOUND);
      assertThat(frame).as("the honest datagram, sent last").isPresent();
      String text = new String(frame.get(), StandardCharsets.ISO_8859_1);
      assertThat(text).doesNotContain(token);
      if (text.contains(honest)) {
        return;
      }
    }
  }

  private static String token() {
    return UUID.randomUUID().toString().substring(0, Ipv6Frames.TOKEN_LENGTH);
  }
}
