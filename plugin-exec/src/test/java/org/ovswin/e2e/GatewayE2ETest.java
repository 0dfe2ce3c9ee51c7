package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.lab.Host;
import org.ovswin.lab.HostPort;
import org.ovswin.lab.Pod;

/** Nodes whose own stack forwards what pods send, in a cluster and a world of both families. */
class GatewayE2ETest extends BothFamiliesScenarios {
  @RegisterExtension
  static final Cluster cluster =
      Cluster.ofNodes(2)
          .gateway()
          .configured(Settings.ranges("10.244.0.0/16 /24", "fd00:10:244::/56 /64"));

  @Override
  Cluster cluster() {
    return cluster;
  }

  @Override
  List<Host> nodeAsks(Host node) {
    return List.of(node);
  }

  @Test
  void hostPorts_ofLoopback_leadToThePod() {
    HostPort tcp = HostPort.tcp(30080, 8080);
    HostPort udp = HostPort.udp(30053, 5353);
    Pod a = cluster.pod(1, "a", tcp, udp);
    Host node = cluster.node(1).host();
    Cluster.holds(
        probes().hostPortTcp("loopback", node, node.at("127.0.0.1"), tcp, a.host()),
        probes().hostPortUdp("loopback", node, node.at("127.0.0.1"), udp, a.host()));
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
}
