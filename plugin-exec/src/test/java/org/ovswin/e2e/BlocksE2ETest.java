package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.lab.LabException;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.Pod;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Blocks of 13 addresses that nodes claim, outgrow, give back and get again. */
class BlocksE2ETest {
  private static final Logger LOG = LoggerFactory.getLogger(BlocksE2ETest.class);
  private static final Duration MEMBERSHIP_BOUND = Duration.ofSeconds(10);

  /** Pods that fit into one block. */
  private static final int BLOCK = 13;

  @RegisterExtension final Cluster cluster = Cluster.ofNodes(3).notStarted();

  private LabNode start(int number, UnaryOperator<String> settings) {
    LabNode node = cluster.node(number);
    cluster.edit(node, settings);
    node.startOvs();
    node.startAgent();
    return node;
  }

  private static String block(Pod pod) {
    return IpPrefix.of(IpAddress.parse(pod.address()), 28).toString();
  }

  @Test
  void nodeThatOutgrowsItsBlock_claimsASecond_andPodsOfBothReachEverybody() {
    start(1, Settings.ranges("10.244.0.0/16 /28"));
    start(2, Settings.ranges("10.244.0.0/16 /28"));
    Pod far = cluster.pod(2, "far");
    List<Pod> pods = cluster.pods(1, Cluster.names("pod", BLOCK + 5));
    Set<String> blocks = pods.stream().map(BlocksE2ETest::block).collect(Collectors.toSet());
    assertThat(blocks).hasSize(2).doesNotContain(block(far));
    Pod first = pods.getFirst();
    Pod other = pods.stream().filter(p -> !block(p).equals(block(first))).findFirst().orElseThrow();
    cluster.eventuallyAllTalk(first, other, far);
    cluster.eventuallyAllTalk(far, other, first);

    cluster.node(1).restartAgent();
    cluster.allTalk(first, other, far);
    assertThat(OvsWin.on(cluster.node(2), "ipam", "show", "--output", "json").out())
        .contains(blocks);
  }

  @Test
  void rangeAddedAtRuntime_isUsedByTheAgentsThatRun() {
    LabNode node = start(1, Settings.ranges("10.244.0.0/28 /28"));
    long agent = node.agentProcess().orElseThrow().pid();
    List<Pod> pods = cluster.pods(1, Cluster.names("pod", BLOCK));
    Path netns = cluster.lab().addSandbox("more");
    Cni cni = Cni.on(node);
    Cni.Answer refused = cni.add("c0ffee", netns);
    assertThat(refused.code()).as(refused.out()).isEqualTo(11);
    assertThat(refused.out()).contains("10.244.0.0/28", "add a range");

    OvsWin added =
        OvsWin.on(node, "ipam", "range", "add", "10.99.0.0/24", "--block-prefix-length", "28");
    assertThat(added.exitCode()).as(added.err()).isZero();
    Cluster.eventually()
        .untilAsserted(
            () -> {
              Cni.Answer answer = cni.add("c0ffee", netns);
              assertThat(answer.succeeded()).as(answer.out()).isTrue();
              assertThat(answer.address()).startsWith("10.99.0.");
            });
    String address = cni.add("c0ffee", netns).address();
    Cluster.holds(
        cluster.probes().ping("into the range", pods.getFirst().host(), address),
        cluster.probes().ping("to the world", pods.getLast().host(), external()));
    assertThat(
            node.shell()
                .in(netns)
                .outcome("ping", "-n", "-c", "2", "-i", "0.05", "-w", "5", external())
                .text())
        .as("out of the range")
        .contains(" 2 received");
    assertThat(node.agentProcess().orElseThrow().pid()).isEqualTo(agent);
    assertThat(cni.del("c0ffee", netns).succeeded()).isTrue();
    OvsWin inUse = OvsWin.on(node, "ipam", "range", "remove", "10.99.0.0/24");
    assertThat(inUse.exitCode()).isEqualTo(1);
    assertThat(inUse.err()).contains("10.99.0.0", "node1");
  }

  private String external() {
    return cluster.lab().external().address();
  }

  /** The cluster has two blocks; the third node gets the second one's when its grace is over. */
  @Test
  void nodeThatIsReleased_itsBlockIsAnothersAfterTheGrace() throws Exception {
    UnaryOperator<String> settings =
        Settings.all(Settings.ranges("10.244.0.0/27 /28"), Settings.releaseGrace("5s"));
    start(1, settings);
    LabNode second = start(2, settings);
    Pod gone = cluster.pod(2, "gone");
    String block = block(gone);
    cluster.delete(gone);
    second.stopAgent();
    try (BlockStore store = Guest.store(cluster)) {
      store.releaseNode("node2");
      Instant released = Instant.now();
      LabNode third = start(3, settings);
      Path netns = cluster.lab().addSandbox("next");
      Cni.Answer early = Cni.on(third).add("c0ffee", netns);
      // On a busy machine the third node may have come after the grace.
      if (!early.succeeded()) {
        assertThat(early.code()).as(early.out()).isEqualTo(11);
        assertThat(early.out()).contains("10.244.0.0/27", "released and kept for their nodes");
      }
      Cluster.eventually()
          .untilAsserted(() -> assertThat(store.view().blocksOf("node3")).hasSize(1));
      BlockRecord taken = store.view().blocksOf("node3").getFirst();
      assertThat(taken.block()).hasToString(block);
      assertThat(taken.claimedAt()).isAfter(released.plusSeconds(4));
    }
    Pod next = Cluster.eventually().until(() -> tryPod(3, "pod3"), Optional::isPresent).get();
    assertThat(block(next)).isEqualTo(block);
    cluster.eventuallyAllTalk(next, cluster.pod(1, "pod1"));
  }

  private Optional<Pod> tryPod(int node, String name) {
    try {
      return Optional.of(cluster.pod(node, name));
    } catch (LabException e) {
      return Optional.empty();
    }
  }

  /** As after the machine was set up anew: nothing on it knows what it had. */
  @Test
  void nodeThatComesBackUnderItsName_hasItsBlockAgain() throws Exception {
    UnaryOperator<String> settings = Settings.ranges("10.244.0.0/16 /28");
    start(1, settings);
    LabNode second = start(2, settings);
    Pod before = cluster.pod(2, "before");
    cluster.delete(before);
    second.stopAgent();
    try (BlockStore store = Guest.store(cluster)) {
      store.releaseNode("node2");
    }
    start(3, settings);
    Pod third = cluster.pod(3, "third");
    assertThat(block(third)).as("kept for node2").isNotEqualTo(block(before));
    deleteAllIn(second.stateDirectory());
    second.startAgent();
    Pod again = cluster.pod(2, "again");
    assertThat(block(again)).isEqualTo(block(before));
    cluster.eventuallyAllTalk(again, third, cluster.pod(1, "first"));
  }

  private static void deleteAllIn(Path directory) throws IOException {
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        if (!path.equals(directory)) {
          Files.delete(path);
        }
      }
    }
  }

  /** How long it takes until every node's switch has it is told in the log. */
  @Test
  void joinAndLeave_areInTheFlowsOfEveryNode() throws Exception {
    UnaryOperator<String> settings = Settings.ranges("10.244.0.0/16 /24");
    List<LabNode> nodes = List.of(start(1, settings), start(2, settings), start(3, settings));
    try (BlockStore store = Guest.store(cluster)) {
      for (int i = 1; i <= 3; i++) {
        String name = "guest" + i;
        String block = Guest.join(store, name, "172.30.0." + (200 + i));
        tellDuration("join", () -> nodes.stream().allMatch(node -> node.flows().contains(block)));
        store.releaseNode(name);
        tellDuration("leave", () -> nodes.stream().noneMatch(node -> node.flows().contains(block)));
      }
    }
  }

  private static void tellDuration(String what, Callable<Boolean> isSeenByAll) {
    long start = System.nanoTime();
    Cluster.eventually()
        .atMost(MEMBERSHIP_BOUND)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .until(isSeenByAll);
    LOG.info("{} in_flows_of_all_nodes_millis={}", what, (System.nanoTime() - start) / 1_000_000);
  }
}
