package org.ovswin.ipam.block.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.Watch;

/** Nodes whose Node is deleted. */
class GoneNodesTest extends KubernetesFixture {
  private static final Duration ALWAYS = Duration.ofMillis(1);

  private volatile List<String> seen = List.of();

  private void see(ClusterView view) {
    seen = view.nodes().stream().map(NodeRecord::node).toList();
  }

  private void putNode(String name) {
    server.objects().create("nodes", StrictApiServer.kubernetesNode(name));
  }

  private void deleteNode(String name) {
    server.objects().delete("nodes", name, JsonNodeFactory.instance.objectNode());
  }

  private static List<String> heldBy(KubernetesBlockStore store, String node) throws IOException {
    return store.view().blocksOf(node).stream().map(block -> block.block().toString()).toList();
  }

  private void awaitSeen(String... nodes) {
    await().until(() -> seen.equals(List.of(nodes)));
  }

  @Test
  void nodeDeleted_releasedAndTheGraceRuns() throws IOException {
    putNode("a");
    putNode("b");
    try (KubernetesBlockStore store = open(RANGE);
        Watch _ = store.watch(this::see)) {
      join(store, "a");
      join(store, "b");
      awaitSeen("a", "b");
      GoneNodes ofB = store.goneNodes("b", ALWAYS);
      ofB.look();
      assertThat(heldBy(store, "a")).hasSize(1);

      deleteNode("a");
      ofB.look();
      assertThat(store.view().nodes()).extracting(NodeRecord::node).containsExactly("b");
      assertThat(store.view().blocks())
          .filteredOn(block -> !block.isHeld())
          .extracting(BlockRecord::node)
          .containsExactly("a");
      awaitSeen("b");
      ofB.look();
    }
  }

  @Test
  void nodeDeletedAndBackInTheGrace_hasTheSameBlock() throws IOException {
    putNode("a");
    putNode("b");
    try (KubernetesBlockStore store = open(RANGE);
        Watch _ = store.watch(this::see)) {
      join(store, "b");
      assertThat(join(store, "a")).containsExactly("10.244.1.0/24");
      awaitSeen("a", "b");
      deleteNode("a");
      store.goneNodes("b", ALWAYS).look();
      putNode("a");
      join(store, "c");
      assertThat(join(store, "a")).containsExactly("10.244.1.0/24");
    }
  }

  @Test
  void nodeRecreatedBeforeAnybodyLooks_isLeftAlone() throws IOException {
    putNode("a");
    putNode("b");
    try (KubernetesBlockStore store = open(RANGE);
        Watch _ = store.watch(this::see)) {
      join(store, "a");
      join(store, "b");
      awaitSeen("a", "b");
      deleteNode("a");
      putNode("a");
      store.goneNodes("b", ALWAYS).look();
      assertThat(heldBy(store, "a")).hasSize(1);
    }
  }

  @Test
  void nodeThatTheClusterNeverHad_isLeftAlone() throws IOException {
    putNode("b");
    try (KubernetesBlockStore store = open(RANGE);
        Watch _ = store.watch(this::see)) {
      join(store, "outside");
      join(store, "b");
      awaitSeen("b", "outside");
      store.goneNodes("b", ALWAYS).look();
      assertThat(heldBy(store, "outside")).hasSize(1);
    }
  }

  @Test
  void serverThatCannotTell_isNotBelieved() throws IOException {
    putNode("a");
    putNode("b");
    try (KubernetesBlockStore store = open(RANGE);
        Watch _ = store.watch(this::see)) {
      join(store, "a");
      join(store, "b");
      awaitSeen("a", "b");
      GoneNodes ofB = store.goneNodes("b", ALWAYS);
      for (int code : new int[] {403, 404, 500}) {
        // 404 without the name of the Node: as of a proxy, or an API that is not served.
        server.fail("get nodes", code);
        assertThatThrownBy(ofB::look).hasMessageContaining("get nodes: " + code);
      }
      server.heal("get nodes");
      server.stop();
      assertThatThrownBy(ofB::look).hasMessageContaining("(expected: an answer)");
      server.start();
      assertThat(heldBy(store, "a")).hasSize(1);
    }
  }

  @Test
  void nodeThatRegistersMeanwhile_isLeftAlone() throws IOException {
    putNode("a");
    putNode("b");
    try (StrictApiServer peerServer = new StrictApiServer(server.objects());
        KubernetesBlockStore store = open(RANGE);
        KubernetesBlockStore peer =
            KubernetesBlockStore.open(peerServer.options(directory), options(RANGE));
        Watch _ = store.watch(this::see)) {
      join(peer, "a");
      join(store, "b");
      awaitSeen("a", "b");
      deleteNode("a");
      NodeRecord a = node("a");
      NodeRecord renewed =
          new NodeRecord(
              "a", a.owner(), a.addresses(), a.mac(), a.os(), a.tunnelEndpoint(), "0.2.0", NOW);
      server.before(
          "update ovswinnodes",
          () -> {
            try {
              peer.register(renewed);
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
      store.goneNodes("b", ALWAYS).look();
      assertThat(heldBy(store, "a")).hasSize(1);
      assertThat(store.view().node("a")).contains(renewed.renewing(a));
    }
  }

  @Test
  void looks_goRoundAllOthersBeginningAfterOneself() throws IOException {
    for (String name : List.of("a", "b", "c", "d")) {
      putNode(name);
    }
    try (KubernetesBlockStore store = open(RANGE);
        Watch _ = store.watch(this::see)) {
      for (String name : List.of("a", "b", "c", "d")) {
        join(store, name);
      }
      awaitSeen("a", "b", "c", "d");
      deleteNode("a");
      deleteNode("c");
      GoneNodes ofB = store.goneNodes("b", ALWAYS);
      ofB.look();
      assertThat(store.view().nodes()).extracting(NodeRecord::node).containsExactly("a", "b", "d");
      awaitSeen("a", "b", "d");
      // Now a and d are left: which is looked at first depends on the looks so far.
      ofB.look();
      ofB.look();
      assertThat(store.view().nodes()).extracting(NodeRecord::node).containsExactly("b", "d");
    }
  }

  @Test
  void started_looksByItself() throws IOException {
    putNode("a");
    putNode("b");
    try (KubernetesBlockStore store = open(RANGE);
        Watch _ = store.watch(this::see)) {
      join(store, "a");
      join(store, "b");
      GoneNodes ofB = store.goneNodes("b", ALWAYS);
      ofB.start();
      awaitSeen("a", "b");
      deleteNode("a");
      awaitSeen("b");
      ofB.close();
    }
  }

  @Test
  void releaseThatWasBegunAndNotEnded_isEnded() throws IOException {
    putNode("b");
    try (KubernetesBlockStore store = open(RANGE);
        Watch _ = store.watch(this::see)) {
      join(store, "a");
      join(store, "b");
      awaitSeen("a", "b");
      server.forbid("list ovswinblocks");
      assertThatThrownBy(() -> store.releaseNode("a")).hasMessageContaining("403");
      server.allow("list ovswinblocks");
      GoneNodes ofB = store.goneNodes("b", ALWAYS);
      await()
          .until(
              () -> {
                ofB.look();
                return !server.objects().has("ovswinnodes", "a");
              });
      assertThat(heldBy(store, "a")).isEmpty();
    }
  }
}
