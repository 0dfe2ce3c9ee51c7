package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.agent.admin.AdminClient;
import org.ovswin.agent.admin.AdminException;
import org.ovswin.agent.admin.AgentHealth;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.Pod;

/** The cluster's store goes away and comes back: who has a block goes on with it. */
class StoreOutageE2ETest {
  private static final String CLUSTER_KEY = "/ovs-win/cluster";

  /** Pods that fit into one block. */
  private static final int BLOCK = 13;

  @RegisterExtension
  final Cluster cluster =
      Cluster.ofNodes(2).configured(Settings.ranges("10.244.0.0/16 /28")).notStarted();

  private void startNodes() {
    cluster.lab().startNodes();
    eachIs(AgentHealth.Reach.REACHABLE);
  }

  /** A file in its place: as a mount that is gone, and nobody can begin a new store there. */
  private void takeStoreAway() throws IOException {
    Files.move(store(), away());
    Files.writeString(store(), "not a directory\n");
    eachIs(AgentHealth.Reach.UNREACHABLE);
  }

  private void bringStoreBack() throws IOException {
    Files.delete(store());
    Files.move(away(), store());
    eachIs(AgentHealth.Reach.REACHABLE);
    Cluster.eventually()
        .untilAsserted(
            () -> {
              for (LabNode node : cluster.lab().nodes()) {
                assertThat(health(node).problems()).as(node.name()).isEmpty();
              }
            });
  }

  private Path store() {
    return cluster.lab().directory().resolve("store");
  }

  private Path away() {
    return cluster.lab().directory().resolve("store.away");
  }

  private void eachIs(AgentHealth.Reach reach) {
    Cluster.eventually()
        .untilAsserted(
            () -> {
              for (LabNode node : cluster.lab().nodes()) {
                assertThat(health(node).store().reach()).as(node.name()).isEqualTo(reach);
              }
            });
  }

  private static AgentHealth health(LabNode node) throws AdminException {
    return AdminClient.at(node.socketDirectory().resolve("admin.sock")).health();
  }

  private static String block(Pod pod) {
    return IpPrefix.of(IpAddress.parse(pod.address()), 28).toString();
  }

  @Test
  void storeAway_podsComeAndGo_andItIsSaid() throws Exception {
    startNodes();
    Pod a = cluster.pod(1, "a");
    Pod b = cluster.pod(2, "b");
    cluster.eventuallyAllTalk(a, b);
    takeStoreAway();
    Pod c = cluster.pod(1, "c");
    cluster.delete(a);
    Pod d = cluster.pod(2, "d");
    cluster.allTalk(b, c, d);
    assertThat(Cni.on(cluster.node(1)).status().succeeded()).isTrue();
    assertThat(health(cluster.node(1)).problems())
        .anySatisfy(problem -> assertThat(problem).contains("store", "unreachable since"));

    bringStoreBack();
    cluster.allTalk(b, c, d, cluster.pod(1, "e"));
  }

  @Test
  void storeAway_agentsRestart_trafficAndPodsGoOn() throws Exception {
    startNodes();
    Pod a = cluster.pod(1, "a");
    Pod b = cluster.pod(2, "b");
    cluster.eventuallyAllTalk(a, b);
    takeStoreAway();
    try (Conversation talk = Conversation.between(a.host(), b.host())) {
      cluster.lab().nodes().forEach(LabNode::restartAgent);
      talk.goesOn();
    }
    eachIs(AgentHealth.Reach.UNREACHABLE);
    Pod c = cluster.pod(1, "c");
    cluster.allTalk(a, b, c);

    bringStoreBack();
    cluster.allTalk(a, b, c, cluster.pod(2, "d"));
  }

  @Test
  void storeAway_blockIsFull_saysSo_andGrowsWhenTheStoreIsBack() throws Exception {
    startNodes();
    takeStoreAway();
    LabNode node = cluster.node(1);
    List<Pod> full = cluster.pods(1, Cluster.names("pod", BLOCK));
    assertThat(full.stream().map(StoreOutageE2ETest::block).collect(Collectors.toSet())).hasSize(1);
    Path netns = cluster.lab().addSandbox("more");
    Cni cni = Cni.on(node);
    Cni.Answer refused = cni.add("c0ffee", netns);
    assertThat(refused.code()).as(refused.out()).isEqualTo(11);
    assertThat(refused.out())
        .contains(block(full.getFirst()), "full", "store", "unreachable since");
    Cni.Answer status = cni.status();
    assertThat(status.code()).as(status.out()).isEqualTo(50);
    assertThat(status.out()).contains("unreachable since");

    bringStoreBack();
    Cluster.eventually()
        .untilAsserted(
            () -> {
              Cni.Answer answer = cni.add("c0ffee", netns);
              assertThat(answer.succeeded()).as(answer.out()).isTrue();
            });
    assertThat(cni.status().succeeded()).isTrue();
    Cluster.holds(
        cluster
            .probes()
            .ping("the second block", full.getFirst().host(), cni.add("c0ffee", netns).address()));
    assertThat(cni.del("c0ffee", netns).succeeded()).isTrue();
  }

  /** As a directory that is not mounted at boot: a cluster begun there would be a second one. */
  @Test
  void storeIsEmpty_agentThatRestarts_beginsNoNewCluster() throws Exception {
    startNodes();
    Pod a = cluster.pod(1, "a");
    Pod b = cluster.pod(2, "b");
    Files.move(store(), away());
    Files.createDirectory(store());
    cluster.lab().nodes().forEach(LabNode::restartAgent);
    eachIs(AgentHealth.Reach.UNREACHABLE);
    awaitProblem("no cluster (expected: cluster ", "mounted", "delete cluster-view.json");
    cluster.allTalk(a, b, cluster.pod(1, "c"));
    assertThat(store()).isEmptyDirectory();

    bringStoreBack();
    cluster.allTalk(a, b, cluster.pod(2, "d"));
  }

  /** As after somebody deleted the keys, or began another cluster with them. */
  @Test
  void etcdIsEmptied_agentsThatRestart_beginNoNewClusterAndJoinNoOther() throws Exception {
    try (EtcdMembers etcd = EtcdMembers.start(cluster.lab())) {
      for (LabNode node : cluster.lab().nodes()) {
        cluster.edit(node, Settings.etcd(etcd.endpoints()));
      }
      startNodes();
      Pod a = cluster.pod(1, "a");
      Pod b = cluster.pod(2, "b");
      cluster.eventuallyAllTalk(a, b);
      Map<String, String> content = etcd.content();
      etcd.empty();
      cluster.lab().nodes().forEach(LabNode::restartAgent);
      eachIs(AgentHealth.Reach.UNREACHABLE);
      awaitProblem("no cluster (expected: cluster ", "delete cluster-view.json");
      Pod c = cluster.pod(1, "c");
      cluster.delete(a);
      cluster.allTalk(b, c);
      assertThat(etcd.content()).isEmpty();

      UUID other = UUID.randomUUID();
      String record = content.getOrDefault(CLUSTER_KEY, "");
      etcd.put(CLUSTER_KEY, record.replaceFirst("\"id\":\"[^\"]*", "\"id\":\"" + other));
      awaitProblem("cluster " + other + " (expected: cluster ", "delete cluster-view.json");
      assertThat(etcd.content()).containsOnlyKeys(CLUSTER_KEY);

      content.forEach(etcd::put);
      eachIs(AgentHealth.Reach.REACHABLE);
      cluster.eventuallyAllTalk(b, c, cluster.pod(2, "d"));
      cluster.lab().pods().forEach(cluster::delete);
    }
  }

  private void awaitProblem(String... parts) {
    Cluster.eventually()
        .untilAsserted(
            () -> {
              for (LabNode node : cluster.lab().nodes()) {
                assertThat(health(node).problems())
                    .as(node.name())
                    .anySatisfy(problem -> assertThat(problem).contains(parts));
              }
            });
  }

  /** One node has lost all three members; the other goes on with them. */
  @Test
  void etcdOutOfReachOfOneNode_itGoesOnAndLearnsWhatItMissed() throws Exception {
    try (EtcdMembers etcd = EtcdMembers.start(cluster.lab())) {
      for (LabNode node : cluster.lab().nodes()) {
        cluster.edit(node, Settings.etcd(etcd.endpoints()));
      }
      startNodes();
      LabNode cut = cluster.node(1);
      LabNode other = cluster.node(2);
      Pod a = cluster.pod(1, "a");
      Pod b = cluster.pod(2, "b");
      cluster.eventuallyAllTalk(a, b);

      etcd.cutOff(cut);
      awaitReach(cut, AgentHealth.Reach.UNREACHABLE);
      Pod c = cluster.pod(1, "c");
      cluster.delete(a);
      talk(b, c);
      List<Pod> grown = cluster.pods(2, Cluster.names("pod", BLOCK));
      Pod second = grown.stream().filter(p -> !block(p).equals(block(b))).findFirst().orElseThrow();
      assertThat(cut.flows()).doesNotContain(block(second));
      assertThat(health(other).store().reach()).isEqualTo(AgentHealth.Reach.REACHABLE);

      etcd.reconnect(cut);
      awaitReach(cut, AgentHealth.Reach.REACHABLE);
      Cluster.eventually().untilAsserted(() -> talk(c, second));
      assertThat(health(cut).problems()).isEmpty();
      cluster.lab().pods().forEach(cluster::delete);
    }
  }

  private void awaitReach(LabNode node, AgentHealth.Reach reach) {
    Cluster.eventually()
        .untilAsserted(() -> assertThat(health(node).store().reach()).isEqualTo(reach));
  }

  /** Without the world, which a node that is cut off has no way to either. */
  private void talk(Pod one, Pod other) {
    Cluster.holds(cluster.probes().transfer("TCP between pods", one.host(), other.host()));
  }
}
