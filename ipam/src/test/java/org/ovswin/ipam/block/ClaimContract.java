package org.ovswin.ipam.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;

/** The contract of nodes, of their claims, and of blocks that are given back. */
interface ClaimContract extends StoreUnderTest {

  // Nodes.

  @Test
  default void register_newNode_isSeenByOthersAsItIs() throws IOException {
    try (BlockStore store = open(RANGE);
        BlockStore peer = open(RANGE)) {
      assertThat(store.register(node("a"))).isEqualTo(new Registration.Registered(node("a")));
      assertThat(peer.view())
          .isEqualTo(
              new ClusterView(ClusterRanges.of(RANGE), List.of(node("a")), List.of(), List.of()));
    }
  }

  @Test
  default void register_again_isRenewedAndKeepsWhenItJoined() throws IOException {
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
  default void register_nameOfAnotherOwner_isTaken() throws IOException {
    UUID other = UUID.randomUUID();
    try (BlockStore store = open(RANGE)) {
      store.register(node("a"));
      assertThat(store.register(node("a", other, "9")))
          .isEqualTo(new Registration.NameTaken(node("a"), other));
      assertThat(store.view().nodes()).containsExactly(node("a"));
    }
  }

  @Test
  default void releaseNode_endsItsBlocksAndRemovesIt() throws IOException {
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
  default void releaseNode_notANodeName_isRefused() throws IOException {
    try (BlockStore store = open(RANGE)) {
      assertThatThrownBy(() -> store.releaseNode("../a"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("node: \"../a\" (expected: ");
    }
  }

  // Claims by count.

  @Test
  default void claim_emptyStore_getsTheLowestBlocks() throws IOException {
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
  default void claim_asManyAsHeld_changesNothing() throws IOException {
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
  default void claim_oneMoreThanHeld_getsASecondBlock() throws IOException {
    try (BlockStore store = open(RANGE)) {
      join(store, "a");
      join(store, "b");
      assertThat(held(store.claim("a", owner("a"), Family.IPV4, 2)))
          .containsExactly(block("10.244.0.0/24"), block("10.244.2.0/24"));
    }
  }

  @Test
  default void claim_twoFamilies_areCountedApart() throws IOException {
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
  default void claim_severalRanges_takesFromThemInTheOrderAdded() throws IOException {
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
  default void claim_allBlocksHeld_isExhausted() throws IOException {
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
  default void claim_familyWithoutRange_isExhausted() throws IOException {
    try (BlockStore store = open(RANGE)) {
      store.register(node("a"));
      assertThat(store.claim("a", owner("a"), Family.IPV6, 1))
          .isEqualTo(new Claim.Exhausted(Family.IPV6, ClusterRanges.of(), 0, 0, Optional.empty()));
    }
  }

  @Test
  default void claim_notRegistered_isDenied() throws IOException {
    try (BlockStore store = open(RANGE)) {
      assertThat(store.claim("a", owner("a"), Family.IPV4, 1))
          .isEqualTo(
              new Claim.Denied(
                  "node a: is not registered (expected: a registration before a claim)"));
      assertThat(store.view().blocks()).isEmpty();
    }
  }

  @Test
  default void claim_nameOfAnotherOwner_isTaken() throws IOException {
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
  default void claim_noneOrNoName_isRefused() throws IOException {
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
  default void claimOfOneBlock_free_getsItAndAgain() throws IOException {
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
  default void claimOfOneBlock_anothers_isTakenUntilItsGraceIsOver() throws IOException {
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
  default void claimOfOneBlock_noBlockOfTheRanges_isDenied() throws IOException {
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
  default void release_heldBlock_endsItOnce() throws IOException {
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
  default void claim_releasedByAnother_isNotGivenWithinTheGraceAndLastAfterIt() throws IOException {
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
  default void claim_graceOver_prefersBlocksNeverTaken() throws IOException {
    try (BlockStore store = open(FOUR_BLOCKS)) {
      store.release(join(store, "a"));
      pass(GRACE);
      assertThat(join(store, "b")).hasToString("10.245.1.0/24");
    }
  }

  @Test
  default void claim_ownReleasedBlock_isPreferredWithinTheGraceAndAfterIt() throws IOException {
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
  default void claim_sameNameOtherOwner_getsTheBlockThatTheNameReleased() throws IOException {
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
  default void claim_ownReleasedBlockTakenByAnother_isGone() throws IOException {
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
}
