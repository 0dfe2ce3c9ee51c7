package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.Pod;

/** Nodes that come, go, come back different, or leave a wrong record behind. */
class MembershipE2ETest {
  @RegisterExtension final Cluster cluster = Cluster.ofNodes(3).notStarted();

  private void start(int number) {
    LabNode node = cluster.node(number);
    node.startOvs();
    node.startAgent();
  }

  @Test
  void nodeJoinsLater_isReachedFromTheOthersPods() {
    start(1);
    start(2);
    Pod a = cluster.pod(1, "a");
    Pod b = cluster.pod(2, "b");
    start(3);
    Pod c = cluster.pod(3, "c");
    cluster.eventuallyAllTalk(a, b, c);
  }

  @Test
  void nodeComesBackWithAnotherMac_isFollowed() {
    start(1);
    start(2);
    Pod a = cluster.pod(1, "a");
    Pod b = cluster.pod(2, "b");
    cluster.allTalk(a, b);
    LabNode second = cluster.node(2);
    second.killAgent();
    second.killOvs();
    second.shell().run("ip", "link", "set", "eth0", "address", "02:00:00:00:77:02");
    second.startOvs();
    second.startAgent();
    assertThat(Footprint.of(cluster, "node1").records().toString()).contains("02:00:00:00:77:02");
    cluster.eventuallyAllTalk(a, b);
    assertThat(cluster.node(1).flows()).contains("02:00:00:00:77:02");
  }

  @Test
  void nodeLeaves_itsFlowsGo_theRestGoesOn() throws Exception {
    start(1);
    start(2);
    Pod a = cluster.pod(1, "a");
    Pod b = cluster.pod(2, "b");
    cluster.allTalk(a, b);
    cluster.delete(b);
    cluster.node(2).stopAgent();
    String block = b.address().replaceFirst("[0-9]+$", "0/24");
    assertThat(cluster.node(1).flows()).contains(block);
    try (BlockStore store = Guest.store(cluster)) {
      store.releaseNode("node2");
    }
    Cluster.eventually()
        .untilAsserted(() -> assertThat(cluster.node(1).flows()).doesNotContain(block));
    cluster.allTalk(a, cluster.pod(1, "c"));
  }

  /** As after machines were given other names: their old records claim their addresses too. */
  @Test
  void olderRecordsOfTheSameAddresses_harmNobody() throws Exception {
    try (BlockStore store = Guest.store(cluster)) {
      var _ = Guest.join(store, "ghost1", cluster.node(1).address());
      var _ = Guest.join(store, "ghost2", cluster.node(2).address());
    }
    start(1);
    start(2);
    Pod a = cluster.pod(1, "a");
    Pod b = cluster.pod(2, "b");
    cluster.eventuallyAllTalk(a, b);
    cluster.node(1).restartAgent();
    cluster.allTalk(a, b, cluster.pod(1, "c"));
  }

  /** Two machines with one address cannot both be reached; everybody else must be. */
  @Test
  void newerRecordOfANodesAddress_thatNodesAgentAndTheOthersGoOn() throws Exception {
    start(1);
    start(2);
    try (BlockStore store = Guest.store(cluster)) {
      var _ = Guest.join(store, "ghost1", cluster.node(1).address());
    }
    Cluster.eventually()
        .untilAsserted(
            () -> assertThat(cluster.lab().logTails()).contains("peer left out: node ghost1"));
    start(3);
    cluster.eventuallyAllTalk(cluster.pod(2, "b"), cluster.pod(3, "c"));
    cluster.eventuallyAllTalk(cluster.pod(1, "a1"), cluster.pod(1, "a2"));
  }
}
