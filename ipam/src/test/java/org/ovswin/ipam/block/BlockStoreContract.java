package org.ovswin.ipam.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;

/**
 * What every block store does. A store's own test class extends this.
 *
 * <p>"Within a second" is awaited for ten: the bound is promised for a machine that has something
 * to spare, and a test must not fail on one that has not.
 */
public abstract class BlockStoreContract {
  protected static final ClusterRange RANGE = new ClusterRange(IpPrefix.parse("10.244.0.0/16"), 24);
  protected static final ClusterRange FOUR_BLOCKS =
      new ClusterRange(IpPrefix.parse("10.245.0.0/22"), 24);
  protected static final ClusterRange IPV6 = new ClusterRange(IpPrefix.parse("fd00:244::/48"), 64);
  protected static final Duration GRACE = Duration.ofMinutes(10);
  protected static final Instant NOW = Instant.parse("2026-11-01T12:00:00.123456789Z");

  private static final long CHAOS_SEED = 20261123;

  private final AtomicReference<Instant> now = new AtomicReference<>(NOW);

  /** A new handle on the one store of this test, as each agent has its own. */
  protected abstract BlockStore open(StoreOptions options) throws IOException;

  /** Puts something that is no record where the record of this block is, past the store. */
  protected abstract void damage(IpPrefix block) throws IOException;

  protected final BlockStore open(ClusterRange... ranges) throws IOException {
    return open(new StoreOptions(ClusterRanges.of(ranges), GRACE, clock()));
  }

  /** The time of all stores of the test; stands still until {@link #pass}. */
  protected final InstantSource clock() {
    return now::get;
  }

  protected final void pass(Duration time) {
    now.updateAndGet(instant -> instant.plus(time));
  }

  protected static UUID owner(String name) {
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
  }

  protected static NodeRecord node(String name) {
    return node(name, owner(name), "0.1.0");
  }

  protected static NodeRecord node(String name, UUID owner, String version) {
    return new NodeRecord(
        name,
        owner,
        List.of(IpAddress.parse("192.168.1.11"), IpAddress.parse("fd00::11")),
        MacAddress.parse("52:54:00:00:00:0b"),
        "linux",
        Optional.of(IpAddress.parse("192.168.2.11")),
        version,
        NOW);
  }

  protected static IpPrefix block(String text) {
    return IpPrefix.parse(text);
  }

  /** Registers a node and lets it hold this many IPv4 blocks; what it holds then. */
  protected static List<IpPrefix> join(BlockStore store, String name, int count)
      throws IOException {
    assertThat(store.register(node(name))).isInstanceOf(Registration.Registered.class);
    return held(store.claim(name, owner(name), Family.IPV4, count));
  }

  /** As {@link #join(BlockStore, String, int)}, one block. */
  protected static IpPrefix join(BlockStore store, String name) throws IOException {
    return join(store, name, 1).getLast();
  }

  protected static List<IpPrefix> held(Claim claim) {
    return switch (claim) {
      case Claim.Claimed(List<BlockRecord> held) -> held.stream().map(BlockRecord::block).toList();
      case Claim.Exhausted refused -> throw new AssertionError(refused.message());
      case Claim.NameTaken refused -> throw new AssertionError(refused.message());
      case Claim.BlockTaken refused -> throw new AssertionError(refused.message());
      case Claim.Denied refused -> throw new AssertionError(refused.message());
    };
  }

  // Nodes.

  @Test
  void register_newNode_isSeenByOthersAsItIs() throws IOException {
    try (BlockStore store = open(RANGE);
        BlockStore peer = open(RANGE)) {
      assertThat(store.register(node("a"))).isEqualTo(new Registration.Registered(node("a")));
      assertThat(peer.view())
          .isEqualTo(
              new ClusterView(ClusterRanges.of(RANGE), List.of(node("a")), List.of(), List.of()));
    }
  }

  @Test
  void register_again_isRenewedAndKeepsWhenItJoined() throws IOException {
    try (BlockStore store = open(RANGE);
        BlockStore peer = open(RANGE)) {
      store.register(node("a"));
      NodeRecord later =
          new NodeRecord(
              "a",
              owner("a"),
              List.of(IpAddress.parse("fd00::7")),
              MacAddress.parse("52:54:00:00:00:77"),
              "windows",
              Optional.empty(),
              "0.2.0",
              NOW.plusSeconds(60));
      NodeRecord kept = later.renewing(node("a"));
      assertThat(store.register(later)).isEqualTo(new Registration.Registered(kept));
      assertThat(kept.joinedAt()).isEqualTo(NOW);
      assertThat(peer.view().nodes()).containsExactly(kept);
    }
  }

  @Test
  void register_nameOfAnotherOwner_isTaken() throws IOException {
    UUID other = UUID.randomUUID();
    try (BlockStore store = open(RANGE)) {
      store.register(node("a"));
      assertThat(store.register(node("a", other, "9")))
          .isEqualTo(new Registration.NameTaken(node("a"), other));
      assertThat(store.view().nodes()).containsExactly(node("a"));
    }
  }

  @Test
  void releaseNode_endsItsBlocksAndRemovesIt() throws IOException {
    try (BlockStore store = open(RANGE)) {
      join(store, "a", 2);
      join(store, "b");
      store.report(new NodeUsage("a", List.of(), NOW));
      pass(Duration.ofSeconds(1));

      List<BlockRecord> ended = store.releaseNode("a");

      Optional<Instant> end = Optional.of(NOW.plusSeconds(1));
      assertThat(ended)
          .containsExactly(
              new BlockRecord(block("10.244.0.0/24"), "a", owner("a"), NOW, end),
              new BlockRecord(block("10.244.1.0/24"), "a", owner("a"), NOW, end));
      ClusterView view = store.view();
      assertThat(view.nodes()).containsExactly(node("b"));
      assertThat(view.blocks()).containsAll(ended).hasSize(3);
      assertThat(view.blocksOf("a")).isEmpty();
      assertThat(store.usages()).isEmpty();
      assertThat(store.releaseNode("a")).isEmpty();
      assertThat(store.register(node("a", UUID.randomUUID(), "1")))
          .isInstanceOf(Registration.Registered.class);
    }
  }

  @Test
  void releaseNode_notANodeName_isRefused() throws IOException {
    try (BlockStore store = open(RANGE)) {
      assertThatThrownBy(() -> store.releaseNode("../a"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("node: \"../a\" (expected: ");
    }
  }

  // Claims by count.

  @Test
  void claim_emptyStore_getsTheLowestBlocks() throws IOException {
    try (BlockStore store = open(RANGE)) {
      assertThat(join(store, "a")).hasToString("10.244.0.0/24");
      assertThat(join(store, "b")).hasToString("10.244.1.0/24");
      assertThat(store.view().blocks())
          .containsExactly(
              BlockRecord.claimed(block("10.244.0.0/24"), "a", owner("a"), NOW),
              BlockRecord.claimed(block("10.244.1.0/24"), "b", owner("b"), NOW));
    }
  }

  @Test
  void claim_asManyAsHeld_changesNothing() throws IOException {
    ClusterView before;
    Claim first;
    try (BlockStore store = open(RANGE)) {
      join(store, "a", 2);
      first = store.claim("a", owner("a"), Family.IPV4, 1);
      before = store.view();
    }
    pass(Duration.ofMinutes(1));
    try (BlockStore store = open(RANGE)) {
      assertThat(held(first)).hasSize(2);
      assertThat(store.claim("a", owner("a"), Family.IPV4, 2)).isEqualTo(first);
      assertThat(store.view()).isEqualTo(before);
    }
  }

  @Test
  void claim_oneMoreThanHeld_getsASecondBlock() throws IOException {
    try (BlockStore store = open(RANGE)) {
      join(store, "a");
      join(store, "b");
      assertThat(held(store.claim("a", owner("a"), Family.IPV4, 2)))
          .containsExactly(block("10.244.0.0/24"), block("10.244.2.0/24"));
    }
  }

  @Test
  void claim_twoFamilies_areCountedApart() throws IOException {
    try (BlockStore store = open(RANGE, IPV6)) {
      join(store, "a");
      assertThat(held(store.claim("a", owner("a"), Family.IPV6, 1)))
          .containsExactly(block("fd00:244::/64"));
      assertThat(held(store.claim("a", owner("a"), Family.IPV4, 1)))
          .containsExactly(block("10.244.0.0/24"));
      assertThat(store.view().blocksOf("a")).hasSize(2);
      assertThat(store.view().blocksOf("a").getLast().gateway()).hasToString("fd00:244::1");
    }
  }

  @Test
  void claim_severalRanges_takesFromThemInTheOrderAdded() throws IOException {
    ClusterRange later = new ClusterRange(block("10.0.0.0/23"), 24);
    try (BlockStore store = open(FOUR_BLOCKS, later)) {
      assertThat(join(store, "a", 5).getFirst()).hasToString("10.0.0.0/24");
      assertThat(store.view().blocksOf("a"))
          .extracting(record -> record.block().toString())
          .containsExactly(
              "10.0.0.0/24", "10.245.0.0/24", "10.245.1.0/24", "10.245.2.0/24", "10.245.3.0/24");
    }
  }

  @Test
  void claim_allBlocksHeld_isExhausted() throws IOException {
    try (BlockStore store = open(FOUR_BLOCKS)) {
      join(store, "a", 3);
      join(store, "b");
      store.register(node("c"));
      Claim claim = store.claim("c", owner("c"), Family.IPV4, 1);
      assertThat(claim)
          .isEqualTo(
              new Claim.Exhausted(
                  Family.IPV4, ClusterRanges.of(FOUR_BLOCKS), 4, 0, Optional.empty()));
      assertThat(join(store, "b")).hasToString("10.245.3.0/24");
    }
  }

  @Test
  void claim_familyWithoutRange_isExhausted() throws IOException {
    try (BlockStore store = open(RANGE)) {
      store.register(node("a"));
      assertThat(store.claim("a", owner("a"), Family.IPV6, 1))
          .isEqualTo(new Claim.Exhausted(Family.IPV6, ClusterRanges.of(), 0, 0, Optional.empty()));
    }
  }

  @Test
  void claim_notRegistered_isDenied() throws IOException {
    try (BlockStore store = open(RANGE)) {
      assertThat(store.claim("a", owner("a"), Family.IPV4, 1))
          .isEqualTo(
              new Claim.Denied(
                  "node a: is not registered (expected: a registration before a claim)"));
      assertThat(store.view().blocks()).isEmpty();
    }
  }

  @Test
  void claim_nameOfAnotherOwner_isTaken() throws IOException {
    UUID other = UUID.randomUUID();
    try (BlockStore store = open(RANGE)) {
      IpPrefix present = join(store, "a");
      Claim taken = new Claim.NameTaken(node("a"), other);
      assertThat(store.claim("a", other, Family.IPV4, 1)).isEqualTo(taken);
      assertThat(store.claim("a", other, present)).isEqualTo(taken);
      assertThat(store.claim("a", other, block("10.244.7.0/24"))).isEqualTo(taken);
      assertThat(store.view().blocks()).hasSize(1);
    }
  }

  @Test
  void claim_noneOrNoName_isRefused() throws IOException {
    try (BlockStore store = open(RANGE)) {
      join(store, "a");
      assertThatThrownBy(() -> store.claim("a", owner("a"), Family.IPV4, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("count: 0 (expected: at least 1)");
      assertThatThrownBy(() -> store.claim("A", owner("a"), Family.IPV4, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("node: \"A\"");
    }
  }

  // Claims of one block.

  @Test
  void claimOfOneBlock_free_getsItAndAgain() throws IOException {
    IpPrefix wanted = block("10.244.7.0/24");
    try (BlockStore store = open(RANGE)) {
      join(store, "a");
      Claim first = store.claim("a", owner("a"), wanted);
      assertThat(held(first)).containsExactly(block("10.244.0.0/24"), wanted);
      assertThat(store.claim("a", owner("a"), wanted)).isEqualTo(first);
      assertThat(store.claim("a", owner("a"), Family.IPV4, 2)).isEqualTo(first);
    }
  }

  @Test
  void claimOfOneBlock_anothers_isTakenUntilItsGraceIsOver() throws IOException {
    try (BlockStore store = open(RANGE)) {
      IpPrefix wanted = join(store, "a");
      store.register(node("b"));
      BlockRecord holder = BlockRecord.claimed(wanted, "a", owner("a"), NOW);
      assertThat(store.claim("b", owner("b"), wanted))
          .isEqualTo(new Claim.BlockTaken(wanted, holder));

      store.release(wanted);
      pass(GRACE.minusNanos(1));
      assertThat(store.claim("b", owner("b"), wanted))
          .isEqualTo(new Claim.BlockTaken(wanted, holder.released(NOW)));

      pass(Duration.ofNanos(1));
      assertThat(held(store.claim("b", owner("b"), wanted))).containsExactly(wanted);
    }
  }

  @Test
  void claimOfOneBlock_noBlockOfTheRanges_isDenied() throws IOException {
    try (BlockStore store = open(RANGE)) {
      store.register(node("a"));
      for (String wrong : List.of("10.245.0.0/24", "10.244.0.0/25", "10.244.0.0/23", "fd00::/64")) {
        assertThat(store.claim("a", owner("a"), block(wrong)))
            .isEqualTo(
                new Claim.Denied(
                    "block: " + wrong + " (expected: one of 10.244.0.0/16 in blocks of /24)"));
      }
    }
  }

  // Release, grace and preference.

  @Test
  void release_heldBlock_endsItOnce() throws IOException {
    try (BlockStore store = open(RANGE)) {
      IpPrefix held = join(store, "a");
      pass(Duration.ofSeconds(1));
      BlockRecord ended =
          BlockRecord.claimed(held, "a", owner("a"), NOW).released(NOW.plusSeconds(1));
      assertThat(store.release(held)).contains(ended);
      pass(Duration.ofSeconds(1));
      assertThat(store.release(held)).isEmpty();
      assertThat(store.release(block("10.244.9.0/24"))).isEmpty();
      assertThat(store.view().blocks()).containsExactly(ended);
      assertThat(store.view().node("a")).isPresent();
    }
  }

  @Test
  void claim_releasedByAnother_isNotGivenWithinTheGraceAndLastAfterIt() throws IOException {
    try (BlockStore store = open(FOUR_BLOCKS)) {
      join(store, "a", 2);
      store.release(block("10.245.1.0/24"));
      pass(Duration.ofSeconds(1));
      store.release(block("10.245.0.0/24"));
      assertThat(join(store, "b", 2))
          .containsExactly(block("10.245.2.0/24"), block("10.245.3.0/24"));
      assertThat(store.claim("b", owner("b"), Family.IPV4, 3))
          .isEqualTo(
              new Claim.Exhausted(
                  Family.IPV4, ClusterRanges.of(FOUR_BLOCKS), 4, 2, Optional.of(NOW.plus(GRACE))));

      pass(GRACE);
      // The one whose grace ended longest ago first, although the other is lower.
      assertThat(held(store.claim("b", owner("b"), Family.IPV4, 3)))
          .contains(block("10.245.1.0/24"));
      assertThat(held(store.claim("b", owner("b"), Family.IPV4, 4)))
          .contains(block("10.245.0.0/24"));
    }
  }

  @Test
  void claim_graceOver_prefersBlocksNeverTaken() throws IOException {
    try (BlockStore store = open(FOUR_BLOCKS)) {
      store.release(join(store, "a"));
      pass(GRACE);
      assertThat(join(store, "b")).hasToString("10.245.1.0/24");
    }
  }

  @Test
  void claim_ownReleasedBlock_isPreferredWithinTheGraceAndAfterIt() throws IOException {
    try (BlockStore store = open(RANGE)) {
      join(store, "z");
      IpPrefix own = join(store, "a");
      for (Duration away : List.of(Duration.ofSeconds(1), GRACE.multipliedBy(100))) {
        store.releaseNode("a");
        pass(away);
        assertThat(join(store, "a")).as("after %s", away).isEqualTo(own);
        Instant claimed = clock().instant();
        assertThat(store.view().block(own))
            .contains(BlockRecord.claimed(own, "a", owner("a"), claimed));
      }
    }
  }

  @Test
  void claim_sameNameOtherOwner_getsTheBlockThatTheNameReleased() throws IOException {
    UUID reinstalled = UUID.randomUUID();
    try (BlockStore store = open(RANGE)) {
      join(store, "z");
      IpPrefix own = join(store, "a");
      store.releaseNode("a");
      store.register(node("a", reinstalled, "1"));
      assertThat(held(store.claim("a", reinstalled, Family.IPV4, 1))).containsExactly(own);
      assertThat(store.view().block(own)).contains(BlockRecord.claimed(own, "a", reinstalled, NOW));
    }
  }

  @Test
  void claim_ownReleasedBlockTakenByAnother_isGone() throws IOException {
    try (BlockStore store = open(FOUR_BLOCKS)) {
      IpPrefix own = join(store, "a");
      store.releaseNode("a");
      join(store, "b", 3);
      pass(GRACE);
      assertThat(join(store, "b", 4)).contains(own);
      store.register(node("a"));
      assertThat(store.claim("a", owner("a"), Family.IPV4, 1)).isInstanceOf(Claim.Exhausted.class);
    }
  }

  // Ranges.

  @Test
  void open_laterWithFewerRanges_findsThoseOfTheCluster() throws IOException {
    open(RANGE, IPV6).close();
    try (BlockStore store = open(RANGE)) {
      assertThat(store.view().ranges()).isEqualTo(ClusterRanges.of(RANGE, IPV6));
    }
  }

  @Test
  void open_rangeThatTheClusterLacks_isRefusedNamingBoth() throws IOException {
    open(RANGE).close();
    for (ClusterRange other :
        List.of(FOUR_BLOCKS, new ClusterRange(RANGE.prefix(), RANGE.blockLength() + 1))) {
      assertThatThrownBy(() -> open(RANGE, other))
          .isInstanceOfAny(IOException.class, IllegalArgumentException.class);
      assertThatThrownBy(() -> open(other).close())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("the cluster has 10.244.0.0/16 in blocks of /24")
          .hasMessageContaining("expected: " + other);
    }
    try (BlockStore store = open(RANGE)) {
      assertThat(store.view().ranges()).isEqualTo(ClusterRanges.of(RANGE));
    }
  }

  @Test
  void addRange_whileOthersAreOpenAndWatch_isSeenAndUsed() throws IOException {
    List<ClusterRanges> seen = new CopyOnWriteArrayList<>();
    try (BlockStore store = open(FOUR_BLOCKS);
        BlockStore peer = open(FOUR_BLOCKS);
        Watch _ = peer.watch(view -> seen.add(view.ranges()))) {
      join(peer, "a", 4);
      ClusterRanges both = ClusterRanges.of(FOUR_BLOCKS, RANGE);
      assertThat(store.addRange(RANGE)).isEqualTo(new RangeChange.Changed(both));
      await().until(() -> seen.contains(both));
      assertThat(held(peer.claim("a", owner("a"), Family.IPV4, 5)))
          .contains(block("10.244.0.0/24"));
      assertThat(store.addRange(RANGE)).isEqualTo(new RangeChange.Changed(both));
    }
  }

  @Test
  void addRange_overlappingOne_isRefused() throws IOException {
    try (BlockStore store = open(RANGE)) {
      for (String prefix : List.of("10.244.0.0/16", "10.244.128.0/17", "10.0.0.0/8")) {
        ClusterRange wanted = new ClusterRange(block(prefix), 26);
        assertThat(store.addRange(wanted)).isEqualTo(new RangeChange.Overlaps(wanted, RANGE));
      }
      assertThat(store.view().ranges()).isEqualTo(ClusterRanges.of(RANGE));
    }
  }

  @Test
  void removeRange_inUse_isRefusedUntilTheGraceIsOver() throws IOException {
    try (BlockStore store = open(FOUR_BLOCKS, RANGE)) {
      IpPrefix held = join(store, "a");
      assertThat(store.removeRange(FOUR_BLOCKS.prefix()))
          .isEqualTo(new RangeChange.InUse(FOUR_BLOCKS, List.of("10.245.0.0/24 of node a")));
      store.release(held);
      assertThat(store.removeRange(FOUR_BLOCKS.prefix()))
          .isEqualTo(
              new RangeChange.InUse(FOUR_BLOCKS, List.of("10.245.0.0/24 released by node a")));
      pass(GRACE);
      assertThat(store.removeRange(FOUR_BLOCKS.prefix()))
          .isEqualTo(new RangeChange.Changed(ClusterRanges.of(RANGE)));
      assertThat(store.view().blocks()).isEmpty();
      assertThat(store.view().unreadable()).isEmpty();
      assertThat(join(store, "a")).hasToString("10.244.0.0/24");
    }
  }

  @Test
  void removeRange_unknown_isRefused() throws IOException {
    try (BlockStore store = open(RANGE)) {
      IpPrefix inside = block("10.244.0.0/24");
      assertThat(store.removeRange(inside))
          .isEqualTo(new RangeChange.Unknown(inside, ClusterRanges.of(RANGE)));
    }
  }

  // Records that cannot be read.

  @Test
  void unreadableRecord_keepsItsBlockAndIsNamed() throws IOException {
    try (BlockStore store = open(FOUR_BLOCKS)) {
      IpPrefix damaged = join(store, "a");
      damage(damaged);
      ClusterView view = store.view();
      assertThat(view.blocks()).isEmpty();
      assertThat(view.unreadable()).hasSize(1);
      assertThat(view.unreadable().getFirst().block()).contains(damaged);
      assertThat(view.unreadable().getFirst().toString()).contains("10.245.0.0").contains(": ");
      assertThat(join(store, "b", 3)).doesNotContain(damaged);
      assertThat(store.claim("b", owner("b"), Family.IPV4, 4)).isInstanceOf(Claim.Exhausted.class);
      assertThat(store.claim("b", owner("b"), damaged)).isInstanceOf(Claim.Denied.class);
      store.releaseNode("b");
      pass(GRACE);
      assertThat(store.removeRange(FOUR_BLOCKS.prefix())).isInstanceOf(RangeChange.InUse.class);
    }
  }

  // Usage.

  @Test
  void report_replacesTheLastOneAndIsSeenByOthers() throws IOException {
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
  void watch_emptyStore_deliversTheRanges() throws IOException {
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
  void watch_everyKindOfChangeOfAPeer_isDelivered() throws IOException {
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
  void watch_reportsAndRegistrationsThatChangeNothing_areNotDelivered() throws IOException {
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
  void watch_consumerThatThrows_isCalledAgain() throws IOException {
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
  void watch_closed_deliversNoMore() throws IOException {
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
  void close_endsItsWatches() throws IOException {
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
  void health_storeThatWorks_isReachableSinceItWasOpened() throws IOException {
    try (BlockStore store = open(RANGE)) {
      pass(Duration.ofHours(1));
      join(store, "a");
      assertThat(store.health()).isEqualTo(new StoreHealth.Reachable(NOW));
      assertThat(store.description()).isNotBlank();
    }
  }

  // Many at once.

  @Test
  void claim_manyAtOnce_noBlockHasTwoHolders() throws Exception {
    List<Callable<IpPrefix>> claims = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      String name = "node-" + i;
      claims.add(
          () -> {
            try (BlockStore store = open(RANGE)) {
              return join(store, name);
            }
          });
    }
    List<IpPrefix> blocks = runAll(claims);
    assertThat(blocks).doesNotHaveDuplicates();
    try (BlockStore store = open(RANGE)) {
      assertThat(store.view().blocks())
          .extracting(BlockRecord::block)
          .containsExactlyInAnyOrderElementsOf(blocks);
      // A store may spread those that come at once; who comes alone gets the lowest free one.
      IpPrefix lowest =
          LongStream.range(0, RANGE.blockCount())
              .mapToObj(RANGE::block)
              .filter(block -> !blocks.contains(block))
              .findFirst()
              .orElseThrow();
      assertThat(join(store, "later")).isEqualTo(lowest);
    }
  }

  @Test
  void register_oneNameManyOwnersAtOnce_oneWins() throws Exception {
    List<Callable<Registration>> registrations = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      registrations.add(
          () -> {
            try (BlockStore store = open(RANGE)) {
              return store.register(node("a", UUID.randomUUID(), "1"));
            }
          });
    }
    List<Registration> results = runAll(registrations);
    assertThat(results).filteredOn(Registration.Registered.class::isInstance).hasSize(1);
    assertThat(results).filteredOn(Registration.NameTaken.class::isInstance).hasSize(15);
  }

  /** How often each of the fifty nodes claims and releases. */
  protected int chaosRounds() {
    return 6;
  }

  /** Handles that the fifty nodes share. */
  protected int chaosHandles() {
    return 8;
  }

  /** Fifty nodes with hardly enough blocks for all; no grace, so that blocks go round. */
  @Test
  void fiftyNodes_claimingAndReleasingAtOnce_neverHoldOneBlockTwice() throws Exception {
    ClusterRange scarce = new ClusterRange(block("10.244.0.0/18"), 24);
    ClaimHistory history = new ClaimHistory();
    List<BlockStore> handles = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(50)) {
      for (int i = 0; i < chaosHandles(); i++) {
        handles.add(open(new StoreOptions(ClusterRanges.of(scarce), Duration.ZERO, clock())));
      }
      List<Callable<Boolean>> nodes = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        BlockStore store = handles.get(i % handles.size());
        String name = "node-" + i;
        Random random = new Random(CHAOS_SEED + i);
        nodes.add(() -> live(history.client(store), store, name, random));
      }
      for (Future<Boolean> node : executor.invokeAll(nodes)) {
        assertThat(node.get()).isTrue();
      }
      history.client(handles.getFirst()).view();
    } finally {
      for (BlockStore handle : handles) {
        handle.close();
      }
    }
    assertThat(history.operations()).hasSizeGreaterThan(50 * chaosRounds());
    assertThat(history.violations()).as("seed %d", CHAOS_SEED).isEmpty();
  }

  private boolean live(ClaimHistory.Client client, BlockStore store, String name, Random random)
      throws IOException {
    store.register(node(name));
    for (int round = 0; round < chaosRounds(); round++) {
      Claim claim = client.claim(name, owner(name), Family.IPV4, 1 + random.nextInt(2));
      switch (random.nextInt(4)) {
        case 0 -> client.view();
        case 1 -> {
          client.releaseNode(name);
          store.register(node(name));
        }
        default -> {
          if (claim instanceof Claim.Claimed(List<BlockRecord> held)) {
            client.release(held.get(random.nextInt(held.size())).block());
          }
        }
      }
    }
    return true;
  }

  @Test
  void open_manyAtOnce_makeOneCluster() throws Exception {
    List<Callable<ClusterRanges>> opens = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      opens.add(
          () -> {
            try (BlockStore store = open(RANGE, IPV6)) {
              return store.view().ranges();
            }
          });
    }
    assertThat(runAll(opens)).containsOnly(ClusterRanges.of(RANGE, IPV6));
  }

  protected static <T> List<T> runAll(List<Callable<T>> tasks) throws Exception {
    try (ExecutorService executor = Executors.newFixedThreadPool(8)) {
      List<T> results = new ArrayList<>();
      for (Future<T> future : executor.invokeAll(tasks)) {
        results.add(future.get());
      }
      return results;
    }
  }
}
