package org.ovswin.ipam.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;

/** What every block store does. A store's own test class extends this. */
abstract class BlockStoreContract {
  static final ClusterRange RANGE = new ClusterRange(IpPrefix.parse("10.244.0.0/16"), 24);
  static final ClusterRange FOUR_BLOCKS = new ClusterRange(IpPrefix.parse("10.244.0.0/22"), 24);
  static final Instant NOW = Instant.parse("2026-11-01T12:00:00.123456789Z");

  /** A new handle on the one store of this test, as each agent has its own. */
  abstract BlockStore open(ClusterRange range, InstantSource clock) throws IOException;

  BlockStore open(ClusterRange range) throws IOException {
    return open(range, () -> NOW);
  }

  static NodeClaim node(String name) {
    return node(
        name, UUID.nameUUIDFromBytes(name.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  static NodeClaim node(String name, UUID owner) {
    return new NodeClaim(
        name,
        owner,
        IpAddress.parse("192.168.1.11"),
        MacAddress.parse("52:54:00:00:00:0b"),
        "linux",
        "0.1.0");
  }

  static NodeRecord claimed(BlockStore store, NodeClaim claim) throws IOException {
    return switch (store.claim(claim)) {
      case Claim.Claimed(NodeRecord record) -> record;
      case Claim.Exhausted exhausted -> throw new AssertionError(exhausted.message());
      case Claim.NameTaken taken -> throw new AssertionError(taken.message());
      case Claim.BlockTaken taken -> throw new AssertionError(taken.message());
    };
  }

  @Test
  void claimOfOneBlock_free_getsItAndAgain() throws IOException {
    IpPrefix wanted = IpPrefix.parse("10.244.7.0/24");
    try (BlockStore store = open(RANGE)) {
      Claim first = store.claim(node("a"), wanted);

      assertThat(first).isEqualTo(new Claim.Claimed(node("a").holding(wanted, NOW)));
      assertThat(store.claim(node("a"), wanted)).isEqualTo(first);
      assertThat(store.claim(node("a"))).isEqualTo(first);
    }
  }

  @Test
  void claimOfOneBlock_heldByAnother_isTaken() throws IOException {
    try (BlockStore store = open(RANGE)) {
      NodeRecord holder = claimed(store, node("a"));

      assertThat(store.claim(node("b"), holder.block()))
          .isEqualTo(new Claim.BlockTaken(holder.block(), holder));
      assertThat(store.nodes()).containsExactly(holder);
    }
  }

  @Test
  void claimOfOneBlock_whileHoldingAnother_isTaken() throws IOException {
    try (BlockStore store = open(RANGE)) {
      NodeRecord holder = claimed(store, node("a"));
      IpPrefix wanted = IpPrefix.parse("10.244.7.0/24");

      assertThat(store.claim(node("a"), wanted)).isEqualTo(new Claim.BlockTaken(wanted, holder));
      assertThat(store.nodes()).containsExactly(holder);
    }
  }

  @Test
  void claimOfOneBlock_ofAnotherOwner_isNameTaken() throws IOException {
    IpPrefix wanted = IpPrefix.parse("10.244.7.0/24");
    try (BlockStore store = open(RANGE)) {
      NodeRecord holder = claimed(store, node("a"));
      NodeClaim other = node("a", new UUID(1, 2));

      assertThat(store.claim(other, wanted)).isEqualTo(new Claim.NameTaken(holder, other.owner()));
    }
  }

  @Test
  void claimOfOneBlock_outsideTheRange_isRefused() throws IOException {
    try (BlockStore store = open(RANGE)) {
      assertThatThrownBy(() -> store.claim(node("a"), IpPrefix.parse("10.245.0.0/24")))
          .hasMessageContaining("block: 10.245.0.0/24 (expected: one of 10.244.0.0/16");
    }
  }

  @Test
  void claim_emptyStore_getsTheBlocksInOrder() throws IOException {
    try (BlockStore store = open(RANGE)) {
      assertThat(claimed(store, node("a")))
          .isEqualTo(node("a").holding(IpPrefix.parse("10.244.0.0/24"), NOW));
      assertThat(claimed(store, node("b")).block()).hasToString("10.244.1.0/24");
      assertThat(store.nodes()).extracting(NodeRecord::node).containsExactly("a", "b");
      assertThat(store.range()).isEqualTo(RANGE);
    }
  }

  @Test
  void claim_sameNameAndOwner_getsTheSameRecordAgain() throws IOException {
    NodeRecord first;
    try (BlockStore store = open(RANGE)) {
      first = claimed(store, node("a"));
    }
    try (BlockStore store = open(RANGE, () -> NOW.plusSeconds(60))) {
      assertThat(claimed(store, node("a"))).isEqualTo(first);
      assertThat(store.nodes()).containsExactly(first);
    }
  }

  @Test
  void claim_sameNameOtherOwner_isTaken() throws IOException {
    UUID other = UUID.randomUUID();
    try (BlockStore store = open(RANGE)) {
      NodeRecord first = claimed(store, node("a"));
      Claim second = store.claim(node("a", other));
      assertThat(second).isEqualTo(new Claim.NameTaken(first, other));
      assertThat(((Claim.NameTaken) second).message())
          .contains("node name a", first.owner().toString(), other.toString(), "192.168.1.11");
      assertThat(store.nodes()).containsExactly(first);
    }
  }

  @Test
  void claim_allBlocksHeld_isExhausted() throws IOException {
    try (BlockStore store = open(FOUR_BLOCKS)) {
      for (String name : List.of("a", "b", "c", "d")) {
        claimed(store, node(name));
      }
      Claim fifth = store.claim(node("e"));
      assertThat(fifth).isEqualTo(new Claim.Exhausted(FOUR_BLOCKS, 4));
      assertThat(((Claim.Exhausted) fifth).message())
          .contains("10.244.0.0/22", "/24", "all 4 blocks", "release a node");
      assertThat(claimed(store, node("c")).block()).hasToString("10.244.2.0/24");
      assertThat(store.nodes()).hasSize(4);
    }
  }

  @Test
  void release_heldBlock_isTheNextOneClaimed() throws IOException {
    try (BlockStore store = open(FOUR_BLOCKS)) {
      claimed(store, node("a"));
      NodeRecord b = claimed(store, node("b"));
      claimed(store, node("c"));
      assertThat(store.release("b")).contains(b);
      assertThat(store.nodes()).extracting(NodeRecord::node).containsExactly("a", "c");
      assertThat(store.release("b")).isEmpty();
      assertThat(claimed(store, node("d")).block()).isEqualTo(b.block());
      assertThat(claimed(store, node("b", UUID.randomUUID())).block()).hasToString("10.244.3.0/24");
    }
  }

  @Test
  void release_notANodeName_isRefused() throws IOException {
    try (BlockStore store = open(RANGE)) {
      assertThatThrownBy(() -> store.release("../a"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("node: \"../a\" (expected: ");
    }
  }

  @Test
  void publish_ownBlock_isSeenByOthers() throws IOException {
    try (BlockStore store = open(RANGE);
        BlockStore peer = open(RANGE)) {
      NodeRecord before = claimed(store, node("a"));
      NodeRecord after =
          new NodeRecord(
              "a",
              before.owner(),
              before.block(),
              IpAddress.parse("fd00::7"),
              MacAddress.parse("52:54:00:00:00:77"),
              "windows",
              "0.2.0",
              before.claimedAt());
      store.publish(after);
      assertThat(peer.nodes()).containsExactly(after);
      assertThat(claimed(store, node("a"))).isEqualTo(after);
    }
  }

  @Test
  void publish_blockOfAnotherNodeOwnerOrNobody_isRefusedAndChangesNothing() throws IOException {
    try (BlockStore store = open(RANGE)) {
      NodeRecord a = claimed(store, node("a"));
      NodeRecord b = claimed(store, node("b"));
      for (NodeRecord foreign :
          List.of(
              node("a").holding(b.block(), NOW),
              node("a").holding(IpPrefix.parse("10.244.9.0/24"), NOW),
              node("a", UUID.randomUUID()).holding(a.block(), NOW),
              node("c").holding(a.block(), NOW))) {
        assertThatThrownBy(() -> store.publish(foreign))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("does not hold it");
      }
      assertThat(store.nodes()).containsExactly(a, b);
    }
  }

  @Test
  void watch_changesOfAPeer_deliversTheFullListEachTime() throws IOException {
    List<List<String>> deliveries = new CopyOnWriteArrayList<>();
    try (BlockStore store = open(RANGE);
        BlockStore peer = open(RANGE)) {
      claimed(store, node("a"));
      try (BlockStore.Watch _ =
          store.watch(
              nodes -> deliveries.add(nodes.stream().map(n -> n.node() + n.version()).toList()))) {
        await().until(() -> deliveries.equals(List.of(List.of("a0.1.0"))));
        NodeRecord b = claimed(peer, node("b"));
        await().until(() -> deliveries.getLast().equals(List.of("a0.1.0", "b0.1.0")));
        peer.publish(
            new NodeClaim("b", b.owner(), b.address(), b.mac(), b.os(), "2")
                .holding(b.block(), b.claimedAt()));
        await().until(() -> deliveries.getLast().equals(List.of("a0.1.0", "b2")));
        peer.release("a");
        await().until(() -> deliveries.getLast().equals(List.of("b2")));
      }
    }
  }

  @Test
  void watch_emptyStore_deliversTheEmptyList() throws IOException {
    List<List<NodeRecord>> deliveries = new CopyOnWriteArrayList<>();
    try (BlockStore store = open(RANGE);
        BlockStore.Watch _ = store.watch(deliveries::add)) {
      await().until(() -> deliveries.equals(List.of(List.of())));
    }
  }

  @Test
  void watch_consumerThatThrows_isCalledAgain() throws IOException {
    List<Integer> sizes = new CopyOnWriteArrayList<>();
    try (BlockStore store = open(RANGE);
        BlockStore.Watch _ =
            store.watch(
                nodes -> {
                  sizes.add(nodes.size());
                  throw new IllegalStateException("thrown by the test");
                })) {
      await().until(() -> sizes.equals(List.of(0)));
      claimed(store, node("a"));
      await().until(() -> sizes.equals(List.of(0, 1)));
    }
  }

  @Test
  void watch_closed_deliversNoMore() throws IOException {
    List<Integer> closed = new CopyOnWriteArrayList<>();
    List<Integer> open = new CopyOnWriteArrayList<>();
    try (BlockStore store = open(RANGE);
        BlockStore.Watch _ = store.watch(nodes -> open.add(nodes.size()))) {
      BlockStore.Watch watch = store.watch(nodes -> closed.add(nodes.size()));
      await().until(() -> closed.equals(List.of(0)));
      watch.close();
      watch.close();
      claimed(store, node("a"));
      await().until(() -> open.contains(1));
      assertThat(closed).containsExactly(0);
    }
  }

  @Test
  void claim_manyAtOnce_noBlockHasTwoHolders() throws Exception {
    List<Callable<NodeRecord>> claims = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      NodeClaim claim = node("node-" + i);
      claims.add(
          () -> {
            try (BlockStore store = open(RANGE)) {
              return claimed(store, claim);
            }
          });
    }
    List<NodeRecord> records = runAll(claims);
    assertThat(records).extracting(NodeRecord::block).doesNotHaveDuplicates();
    try (BlockStore store = open(RANGE)) {
      assertThat(store.nodes()).containsExactlyInAnyOrderElementsOf(records);
      // No gaps: the lowest free one was taken each time.
      assertThat(store.nodes().getLast().block()).hasToString("10.244.23.0/24");
    }
  }

  @Test
  void claim_oneNameManyOwnersAtOnce_oneWins() throws Exception {
    List<Callable<Claim>> claims = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      claims.add(
          () -> {
            try (BlockStore store = open(RANGE)) {
              return store.claim(node("a", UUID.randomUUID()));
            }
          });
    }
    List<Claim> results = runAll(claims);
    assertThat(results).filteredOn(Claim.Claimed.class::isInstance).hasSize(1);
    assertThat(results).filteredOn(Claim.NameTaken.class::isInstance).hasSize(15);
    try (BlockStore store = open(RANGE)) {
      assertThat(store.nodes()).hasSize(1);
    }
  }

  private static <T> List<T> runAll(List<Callable<T>> tasks) throws Exception {
    try (ExecutorService executor = Executors.newFixedThreadPool(8)) {
      List<T> results = new ArrayList<>();
      for (Future<T> future : executor.invokeAll(tasks)) {
        results.add(future.get());
      }
      return results;
    }
  }
}
