package org.ovswin.ipam.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** The contract of what is told: reports of use, watches and the store's health. */
interface WatchContract extends StoreUnderTest {

  // Usage.

  @Test
  default void report_replacesTheLastOneAndIsSeenByOthers() throws IOException {
    NodeUsage.BlockUse use = new NodeUsage.BlockUse(block("10.244.0.0/24"), 3, 250);
    try (BlockStore store = open(RANGE);
        BlockStore peer = open(RANGE)) {
      join(store, "b");
      join(store, "a");
      assertThat(peer.usages()).isEmpty();
      store.report(new NodeUsage("b", List.of(use), NOW));
      store.report(new NodeUsage("a", List.of(), NOW));
      store.report(new NodeUsage("a", List.of(use), NOW.plusSeconds(1)));
      assertThat(peer.usages())
          .containsExactly(
              new NodeUsage("a", List.of(use), NOW.plusSeconds(1)),
              new NodeUsage("b", List.of(use), NOW));
    }
  }

  // Watches.

  @Test
  default void watch_emptyStore_deliversTheRanges() throws IOException {
    List<ClusterView> deliveries = new CopyOnWriteArrayList<>();
    try (BlockStore store = open(RANGE);
        Watch _ = store.watch(deliveries::add)) {
      await()
          .until(
              () ->
                  deliveries.equals(
                      List.of(
                          new ClusterView(
                              ClusterRanges.of(RANGE), List.of(), List.of(), List.of()))));
    }
  }

  @Test
  default void watch_everyKindOfChangeOfAPeer_isDelivered() throws IOException {
    List<ClusterView> deliveries = new CopyOnWriteArrayList<>();
    try (BlockStore store = open(RANGE);
        BlockStore peer = open(RANGE);
        Watch _ = store.watch(deliveries::add)) {
      await().until(() -> deliveries.size() == 1);
      peer.register(node("a"));
      awaitLatest(deliveries, peer);
      join(peer, "a");
      awaitLatest(deliveries, peer);
      peer.register(node("a", owner("a"), "0.2.0"));
      awaitLatest(deliveries, peer);
      assertThat(deliveries.getLast().node("a").map(NodeRecord::version)).contains("0.2.0");
      peer.release(block("10.244.0.0/24"));
      awaitLatest(deliveries, peer);
      peer.addRange(IPV6);
      awaitLatest(deliveries, peer);
      peer.removeRange(IPV6.prefix());
      awaitLatest(deliveries, peer);
      peer.releaseNode("a");
      awaitLatest(deliveries, peer);
      assertThat(deliveries.getLast().nodes()).isEmpty();
    }
  }

  private static void awaitLatest(List<ClusterView> deliveries, BlockStore peer)
      throws IOException {
    ClusterView present = peer.view();
    await().until(() -> !deliveries.isEmpty() && deliveries.getLast().equals(present));
  }

  @Test
  default void watch_reportsAndRegistrationsThatChangeNothing_areNotDelivered() throws IOException {
    List<ClusterView> deliveries = new CopyOnWriteArrayList<>();
    try (BlockStore store = open(RANGE);
        BlockStore peer = open(RANGE);
        Watch _ = store.watch(deliveries::add)) {
      join(peer, "a");
      awaitLatest(deliveries, peer);
      int before = deliveries.size();
      for (int used = 0; used < 20; used++) {
        NodeUsage.BlockUse use = new NodeUsage.BlockUse(block("10.244.0.0/24"), used, 9);
        peer.report(new NodeUsage("a", List.of(use), NOW));
        peer.register(node("a"));
      }
      peer.register(node("b"));
      awaitLatest(deliveries, peer);
      assertThat(deliveries).hasSize(before + 1);
    }
  }

  @Test
  default void watch_consumerThatThrows_isCalledAgain() throws IOException {
    List<Integer> sizes = new CopyOnWriteArrayList<>();
    try (BlockStore store = open(RANGE);
        Watch _ =
            store.watch(
                view -> {
                  sizes.add(view.nodes().size());
                  throw new IllegalStateException("thrown by the test");
                })) {
      await().until(() -> sizes.equals(List.of(0)));
      store.register(node("a"));
      await().until(() -> sizes.equals(List.of(0, 1)));
    }
  }

  @Test
  default void watch_closed_deliversNoMore() throws IOException {
    List<Integer> closed = new CopyOnWriteArrayList<>();
    List<Integer> open = new CopyOnWriteArrayList<>();
    try (BlockStore store = open(RANGE);
        Watch _ = store.watch(view -> open.add(view.nodes().size()))) {
      Watch watch = store.watch(view -> closed.add(view.nodes().size()));
      await().until(() -> closed.equals(List.of(0)));
      watch.close();
      watch.close();
      store.register(node("a"));
      await().until(() -> open.contains(1));
      assertThat(closed).containsExactly(0);
    }
  }

  @Test
  default void close_endsItsWatches() throws IOException {
    List<Integer> closed = new CopyOnWriteArrayList<>();
    List<Integer> open = new CopyOnWriteArrayList<>();
    BlockStore ending = open(RANGE);
    try (BlockStore store = open(RANGE);
        Watch _ = store.watch(view -> open.add(view.nodes().size()))) {
      var _ = ending.watch(view -> closed.add(view.nodes().size()));
      await().until(() -> closed.equals(List.of(0)));
      ending.close();
      ending.close();
      store.register(node("a"));
      await().until(() -> open.contains(1));
      assertThat(closed).containsExactly(0);
    } finally {
      ending.close();
    }
  }

  // Health.

  @Test
  default void health_storeThatWorks_isReachableSinceItWasOpened() throws IOException {
    try (BlockStore store = open(RANGE)) {
      pass(Duration.ofHours(1));
      join(store, "a");
      assertThat(store.health()).isEqualTo(new StoreHealth.Reachable(NOW));
      assertThat(store.description()).isNotBlank();
    }
  }
}
