package org.ovswin.ipam.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;

/** The contract of a cluster's ranges, and of records that cannot be read. */
interface RangeContract extends StoreUnderTest {

  @Test
  default void addRange_whileOthersAreOpenAndWatch_isSeenAndUsed() throws IOException {
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
  default void addRange_overlappingOne_isRefused() throws IOException {
    try (BlockStore store = open(RANGE)) {
      for (String prefix : List.of("10.244.0.0/16", "10.244.128.0/17", "10.0.0.0/8")) {
        ClusterRange wanted = new ClusterRange(block(prefix), 26);
        assertThat(store.addRange(wanted)).isEqualTo(new RangeChange.Overlaps(wanted, RANGE));
      }
      assertThat(store.view().ranges()).isEqualTo(ClusterRanges.of(RANGE));
    }
  }

  @Test
  default void removeRange_inUse_isRefusedUntilTheGraceIsOver() throws IOException {
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
  default void removeRange_unknown_isRefused() throws IOException {
    try (BlockStore store = open(RANGE)) {
      IpPrefix inside = block("10.244.0.0/24");
      assertThat(store.removeRange(inside))
          .isEqualTo(new RangeChange.Unknown(inside, ClusterRanges.of(RANGE)));
    }
  }

  @Test
  default void unreadableRecord_keepsItsBlockAndIsNamed() throws IOException {
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
}
