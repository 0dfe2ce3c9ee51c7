package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.lab.ContinuousPing;
import org.ovswin.lab.HostPort;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.LabSpec;
import org.ovswin.lab.Pod;

/** What befalls a node whose own stack forwards, and what its pods notice of it. */
class GatewayLifeE2ETest {
  private static final Duration OFTEN = Duration.ofMillis(10);

  @RegisterExtension final Cluster cluster = Cluster.ofNodes(2).gateway();

  @Test
  void agentKilled_traffic_losesNothing() throws Exception {
    Pod a = cluster.pod(1, "a", HostPort.tcp(30080, 8080));
    Pod b = cluster.pod(1, "b");
    Pod c = cluster.pod(2, "c");
    LabNode node = cluster.node(1);
    Footprint before = Footprint.of(cluster, node.name());
    String routes = node.shell().run("ip", "route");
    String rules = node.shell().run("nft", "list", "ruleset");
    try (ContinuousPing near = cluster.probes().pingEvery(OFTEN, a.host(), b.address());
        ContinuousPing far = cluster.probes().pingEvery(OFTEN, c.host(), a.address());
        ContinuousPing out =
            cluster.probes().pingEvery(OFTEN, a.host(), cluster.lab().external().address());
        Conversation across = Conversation.between(c.host(), a.host());
        Conversation world = Conversation.between(b.host(), cluster.lab().external())) {
      node.restartAgent();
      across.goesOn();
      world.goesOn();
      assertThat(List.of(near.stop().lost(), far.stop().lost(), out.stop().lost())).containsOnly(0);
    }
    assertThat(Footprint.of(cluster, node.name())).isEqualTo(before);
    assertThat(node.shell().run("ip", "route")).isEqualTo(routes);
    assertThat(node.shell().run("nft", "list", "ruleset")).isEqualTo(rules);
    cluster.delete(b);
    cluster.allTalk(a, c, cluster.pod(1, "d"));
  }

  @Test
  void vswitchdKilled_podsTalkAgain() {
    Pod a = cluster.pod(1, "a", HostPort.tcp(30080, 8080), HostPort.udp(30053, 53));
    Pod b = cluster.pod(2, "b");
    cluster.node(1).killVswitchd();
    cluster.node(1).startOvs();
    cluster.eventuallyAllTalk(a, b);
    cluster.allTalk(a, b, cluster.pod(1, "c"));
  }

  /** Waits for a look at the rules, which comes every 30 s. */
  @Test
  void rulesFlushedAndRoutesDeleted_comeBack() {
    Pod a = cluster.pod(1, "a", HostPort.tcp(30080, 8080));
    Pod b = cluster.pod(2, "b");
    LabNode node = cluster.node(1);
    node.shell().run("nft", "flush", "ruleset");
    node.shell().run("ip", "route", "flush", "proto", "111");
    cluster.eventuallyAllTalk(a, b);
  }

  @Test
  void hostPortOfADeletedPod_leadsNowhere_andIsGivenToTheNext() {
    HostPort port = HostPort.udp(30053, 53);
    Pod a = cluster.pod(1, "a", port);
    cluster.allTalk(a);
    cluster.delete(a);
    LabNode node = cluster.node(1);
    assertThat(node.shell().run("nft", "list", "table", "inet", "ovs-win")).doesNotContain("30053");
    cluster.allTalk(cluster.pod(1, "b", port));
  }

  @Test
  void nodeOfAnotherExit_podsTalk_alsoAfterTheNodeChanges() {
    LabNode changing = cluster.node(1);
    Pod a = cluster.pod(1, "a", HostPort.tcp(30080, 8080));
    Pod b = cluster.pod(2, "b", HostPort.tcp(30080, 8080));
    cluster.allTalk(a, b);
    change(changing, LabSpec.Exit.GATEWAY, LabSpec.Exit.UPLINK);
    assertThat(changing.shell().run("nft", "list", "tables")).doesNotContain("ovs-win");
    assertThat(changing.shell().run("ip", "route", "show", "proto", "111")).isEmpty();
    assertThat(changing.vsctl("list-ports", LabNode.BRIDGE)).contains("eth0");
    cluster.eventuallyAllTalk(a, b);
    cluster.allTalk(a, b, cluster.pod(1, "c"));
    change(changing, LabSpec.Exit.UPLINK, LabSpec.Exit.GATEWAY);
    assertThat(changing.vsctl("list-ports", LabNode.BRIDGE)).doesNotContain("eth0");
    assertThat(changing.shell().run("ip", "address", "show", "dev", "eth0"))
        .contains(changing.address() + "/24");
    cluster.eventuallyAllTalk(a, b);
    cluster.allTalk(a, b, cluster.pod(1, "d"));
  }

  private void change(LabNode node, LabSpec.Exit from, LabSpec.Exit to) {
    node.stopAgent();
    cluster.edit(node, text -> text.replace(node.exitText(from), node.exitText(to)));
    node.startAgent();
  }
}
