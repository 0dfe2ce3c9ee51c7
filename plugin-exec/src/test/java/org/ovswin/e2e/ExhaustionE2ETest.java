package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.Pod;

/** A cluster of one block of five addresses, one of them reserved: what is full, and what helps. */
class ExhaustionE2ETest {
  private static final String CONTAINER = "c0ffee";

  @RegisterExtension final Cluster cluster = Cluster.ofNodes(2).notStarted();

  @Test
  void add_withoutAFreeAddress_saysWhatIsFullAndWhatWouldFreeIt() {
    LabNode node = cluster.node(1);
    for (LabNode each : cluster.lab().nodes()) {
      cluster.edit(
          each,
          Settings.all(
              Settings.ranges("10.244.0.0/29 /29"), Settings.ipam("{reserved: [10.244.0.6]}")));
      each.startOvs();
      each.startAgent();
    }
    cluster.rememberEmpty(node);
    List<Pod> pods = cluster.pods(1, Cluster.names("pod", 4));
    Footprint full = Footprint.of(cluster, "node1");
    Path netns = cluster.lab().addSandbox("more");
    Cni cni = Cni.on(node);

    Cni.Answer refused = cni.add(CONTAINER, netns);
    assertThat(refused.code()).as(refused.out()).isEqualTo(11);
    assertThat(refused.json().path("msg").asText())
        .contains("10.244.0.0/29 is full", "4 addresses in use", "ipam block add");
    assertThat(refused.json().path("details").asText())
        .contains("node1", "10.244.0.0/29", "add a range");
    Cni.Answer status = cni.status();
    assertThat(status.code()).as(status.out()).isEqualTo(50);
    assertThat(status.out()).contains("10.244.0.0/29");
    assertThat(Footprint.of(cluster, "node1")).isEqualTo(full);

    theOtherNodeHasNoBlock();
    cluster.delete(pods.getFirst());
    Cluster.eventually().until(() -> cni.status().succeeded());
    assertThat(cni.add(CONTAINER, netns).address()).isEqualTo(pods.getFirst().address());
    assertThat(cni.del(CONTAINER, netns).succeeded()).isTrue();
    cluster.allTalk(pods.get(1), pods.get(2));
  }

  private void theOtherNodeHasNoBlock() {
    Path netns = cluster.lab().addSandbox("none");
    Cni.Answer refused = Cni.on(cluster.node(2)).add(CONTAINER, netns);
    assertThat(refused.code()).as(refused.out()).isEqualTo(11);
    assertThat(refused.out()).contains("no IPv4 block", "node2", "10.244.0.0/29", "add a range");
    assertThat(Cni.on(cluster.node(2)).status().code()).isEqualTo(50);
  }
}
