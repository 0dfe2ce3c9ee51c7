package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.lab.Host;
import org.ovswin.lab.HostPort;
import org.ovswin.lab.Pod;
import org.ovswin.lab.Probes;
import org.ovswin.lab.Proof;

/** Nodes whose own stack forwards what pods send, in a cluster and a world of both families. */
class GatewayE2ETest {
  private static final Pattern GLOBAL = Pattern.compile("inet6 ([0-9a-f:]+)/64 scope global");

  @RegisterExtension
  static final Cluster cluster =
      Cluster.ofNodes(2)
          .gateway()
          .configured(Settings.ranges("10.244.0.0/16 /24", "fd00:10:244::/56 /64"));

  /** The pod at its IPv6 address, as its own kernel has it. */
  private static Host ipv6(Pod pod) {
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

  private static Probes probes() {
    return cluster.probes();
  }

  @Test
  void pods_talkByBothFamilies_andKeepTheirAddresses() {
    Pod a = cluster.pod(1, "a");
    Pod b = cluster.pod(1, "b");
    Pod c = cluster.pod(2, "c");
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
    Pod a = cluster.pod(1, "a");
    Pod c = cluster.pod(2, "c");
    for (Pod pod : List.of(a, c)) {
      var node = cluster.lab().node(pod.node());
      Host world = cluster.lab().external();
      Host world6 = cluster.lab().externalIpv6();
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
    Pod a = cluster.pod(1, "a");
    Host own = cluster.node(1).host();
    Host other = cluster.node(2).host();
    Cluster.holds(
        probes().transfer("own node to pod", own, a.host()),
        probes().transfer("other node to pod", other, a.host()),
        probes().transfer("pod to own node", a.host(), own),
        probes().transfer("pod to other node", a.host(), other));
  }

  @Test
  void hostPorts_leadToThePod_fromEverywhere() {
    HostPort tcp = HostPort.tcp(30080, 8080);
    HostPort udp = HostPort.udp(30053, 5353);
    Pod a = cluster.pod(1, "a", tcp, udp);
    Pod b = cluster.pod(1, "b");
    Pod c = cluster.pod(2, "c");
    Host node = cluster.node(1).host();
    Host node6 = node.at(cluster.node(1).ipv6Address());
    List<Proof> proofs = new ArrayList<>();
    for (Host client :
        List.of(
            cluster.lab().external(), b.host(), c.host(), a.host(), node, cluster.node(2).host())) {
      proofs.add(probes().hostPortTcp("TCP", client, node, tcp, a.host()));
      proofs.add(probes().hostPortUdp("UDP", client, node, udp, a.host()));
    }
    for (Host client :
        List.of(
            cluster.lab().externalIpv6(),
            ipv6(b),
            ipv6(c),
            ipv6(a),
            node6,
            cluster.node(2).host().at(cluster.node(2).ipv6Address()))) {
      proofs.add(probes().hostPortTcp("TCP over IPv6", client, node6, tcp, ipv6(a)));
      proofs.add(probes().hostPortUdp("UDP over IPv6", client, node6, udp, ipv6(a)));
    }
    proofs.add(probes().hostPortTcp("loopback", node, node.at("127.0.0.1"), tcp, a.host()));
    proofs.add(probes().hostPortUdp("loopback", node, node.at("127.0.0.1"), udp, a.host()));
    Cluster.holds(proofs.toArray(Proof[]::new));
  }

  @Test
  void hostPortOfTheWorld_worldIsSeenByThePod() {
    HostPort tcp = HostPort.tcp(30080, 8080);
    cluster.pod(1, "a", tcp);
    assertThat(cluster.node(1).shell().run("nft", "list", "table", "inet", "ovs-win"))
        .contains("30080");
  }

  @Test
  void check_hostsRulesFlushed_isCode101_untilTheyAreBack() {
    Cni cni = Cni.on(cluster.node(1));
    Path netns = cluster.lab().addSandbox("raw");
    Cni.Answer added = cni.add("c0ffee", netns);
    assertThat(cni.check("c0ffee", netns, added).out()).isEmpty();
    cluster.node(1).shell().run("nft", "flush", "table", "inet", "ovs-win");
    Cni.Answer check = cni.check("c0ffee", netns, added);
    assertThat(check.code()).as(check.out()).isEqualTo(101);
    assertThat(check.out()).contains("rules of the host");

    // What it needs of the host brings all of them back.
    cluster.pod(1, "web", HostPort.tcp(30081, 80));
    assertThat(cni.check("c0ffee", netns, added).out()).isEmpty();
    assertThat(cni.del("c0ffee", netns).succeeded()).isTrue();
    cluster.lab().delSandbox("raw");
  }

  @Test
  void forgeries_arriveNowhere() {
    Pod liar = cluster.pod(1, "liar");
    Pod near = cluster.pod(1, "near");
    Pod far = cluster.pod(2, "far");
    List<Proof> proofs = new ArrayList<>();
    proofs.addAll(
        probes().forgeries(liar.host(), near.host(), far.address(), far.mac(), liar.gateway()));
    proofs.addAll(
        probes().forgeries(liar.host(), far.host(), near.address(), near.mac(), liar.gateway()));
    Cluster.holds(proofs.toArray(Proof[]::new));
  }
}
