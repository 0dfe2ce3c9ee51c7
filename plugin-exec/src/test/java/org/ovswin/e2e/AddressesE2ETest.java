package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.Pod;

/** A cluster that has one block of five addresses, for two nodes and six pods. */
class AddressesE2ETest {
  @RegisterExtension
  final Cluster cluster =
      Cluster.ofNodes(2)
          .configured(
              text ->
                  text.replace("cidr: 10.244.0.0/16", "cidr: 10.244.0.0/29")
                      .replace("blockPrefixLength: 24", "blockPrefixLength: 29"))
          .notStarted();

  @Test
  void rangeAndBlockExhausted_areRefusedAndServeAgainWhenSomethingIsFreed() {
    LabNode node = cluster.node(1);
    node.startOvs();
    node.startAgent();
    cluster.rememberEmpty(node);
    secondNodeServesWithoutABlock(node);
    List<Pod> five = cluster.pods(1, Cluster.names("pod", 5));
    Footprint full = Footprint.of(cluster, "node1");
    Path netns = cluster.lab().addSandbox("sixth");
    Cni.Answer sixth = Cni.on(node).add("c0ffee", netns);
    assertThat(sixth.code()).as(sixth.out()).isEqualTo(11);
    assertThat(sixth.out()).contains("10.244.0.0/29", "5");
    assertThat(Footprint.of(cluster, "node1")).isEqualTo(full);

    cluster.delete(five.getFirst());
    Cni.Answer again = Cni.on(node).add("c0ffee", netns);
    assertThat(again.address()).as(again.out()).isEqualTo(five.getFirst().address());
    cluster.allTalk(five.get(1), five.get(4));
    assertThat(Cni.on(node).del("c0ffee", netns).succeeded()).isTrue();
  }

  private void secondNodeServesWithoutABlock(LabNode first) {
    Footprint before = Footprint.of(cluster, first.name());
    LabNode second = cluster.node(2);
    second.startOvs();
    second.startAgent();
    Path netns = cluster.lab().addSandbox("none");
    Cni.Answer refused = Cni.on(second).add("c0ffee", netns);
    assertThat(refused.code()).as(refused.out()).isEqualTo(11);
    assertThat(refused.out()).contains("10.244.0.0/29", "are taken", "expected");
    second.stopAgent();
    assertThat(Footprint.of(cluster, first.name())).isEqualTo(before);
  }
}
