package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.lab.ContinuousPing;
import org.ovswin.lab.Host;
import org.ovswin.lab.Pod;

/** Nodes with an adapter of both families in the bridge: the switch translates them alike. */
class UplinkIpv6E2ETest extends BothFamiliesScenarios {
  private static final Duration OFTEN = Duration.ofMillis(20);

  @RegisterExtension
  static final Cluster cluster =
      Cluster.ofNodes(2)
          .dualWires()
          .configured(Settings.ranges("10.244.0.0/16 /24", "fd00:10:244::/56 /64"));

  @Override
  Cluster cluster() {
    return cluster;
  }

  @Override
  List<Host> nodeAsks(Host node) {
    return List.of();
  }

  @Test
  void agentKilled_ipv6ToTheWorldAndBetweenNodes_losesNothing() throws Exception {
    Pod a = cluster.pod(1, "a");
    Pod b = cluster.pod(2, "b");
    String world = cluster.lab().externalIpv6().address();
    try (ContinuousPing out = probes().pingEvery(OFTEN, a.host(), world);
        ContinuousPing across = probes().pingEvery(OFTEN, b.host(), ipv6(a).address())) {
      cluster.node(1).restartAgent();
      assertThat(List.of(out.stop().lost(), across.stop().lost())).containsOnly(0);
    }
  }

  /** The router lets less through than the pod's own link: it says so, and the pod sends less. */
  @Test
  void packetTooBig_ofARouter_reachesThePod() {
    Pod a = cluster.pod(1, "a");
    Host world = cluster.lab().externalIpv6();
    var fabric = cluster.node(1).shell().in(cluster.lab().fabric().netns());
    fabric.run("ip", "-6", "route", "add", world.address(), "dev", "ext0", "mtu", "lock", "1300");
    try {
      Cluster.holds(probes().transfer("through a narrow link", ipv6(a), world));
      assertThat(
              cluster
                  .node(1)
                  .shell()
                  .in(a.host().netns())
                  .run("ip", "-6", "route", "get", world.address()))
          .contains("mtu 1300");
    } finally {
      fabric.run("ip", "-6", "route", "del", world.address(), "dev", "ext0");
    }
  }
}
