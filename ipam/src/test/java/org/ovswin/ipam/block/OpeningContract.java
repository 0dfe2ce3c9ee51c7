package org.ovswin.ipam.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** The contract of which cluster is opened, and of who makes it. */
interface OpeningContract extends StoreUnderTest {
  private BlockStore open(WantedCluster wanted, ClusterRange... ranges) throws IOException {
    return open(new StoreOptions(ClusterRanges.of(ranges), GRACE, clock(), wanted));
  }

  private void refuses(WantedCluster wanted, String message) throws IOException {
    Map<String, String> before = content();
    assertThatThrownBy(() -> open(wanted, RANGE).close())
        .isInstanceOf(NoClusterException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("cluster-view.json in its state directory");
    assertThat(content()).isEqualTo(before);
  }

  @Test
  default void open_oneThatMustExistOrIsKnown_makesNoneInAnEmptyStore() throws IOException {
    refuses(
        new WantedCluster.Existing(),
        ": no cluster (expected: one; is the directory mounted, or the prefix right?");
    refuses(
        new WantedCluster.Known(new UUID(0, 7)),
        ": no cluster (expected: cluster 00000000-0000-0000-0000-000000000007; is the directory"
            + " mounted, or the prefix right?");
    assertThat(content()).isEmpty();
  }

  @Test
  default void open_oneOfAnotherId_isRefusedAndLeftAlone() throws IOException {
    UUID present;
    try (BlockStore store = open(RANGE)) {
      join(store, "a");
      present = store.clusterId();
    }
    refuses(
        new WantedCluster.Known(new UUID(0, 7)),
        ": cluster "
            + present
            + " (expected: cluster 00000000-0000-0000-0000-000000000007; the store was emptied or"
            + " is another one");
  }

  @Test
  default void open_theOneThatIsThere_isTheSameForAll() throws IOException {
    try (BlockStore first = open(RANGE)) {
      join(first, "a");
      for (WantedCluster wanted :
          List.of(
              new WantedCluster.FirstCome(),
              new WantedCluster.Existing(),
              new WantedCluster.Known(first.clusterId()))) {
        try (BlockStore store = open(wanted, RANGE)) {
          assertThat(store.clusterId()).as("%s", wanted).isEqualTo(first.clusterId());
          assertThat(store.view()).isEqualTo(first.view());
        }
      }
      assertThatThrownBy(() -> open(new WantedCluster.Existing(), FOUR_BLOCKS).close())
          .isInstanceOf(WrongClusterException.class);
      try (BlockStore store = open(new WantedCluster.Existing())) {
        assertThat(store.view().ranges()).isEqualTo(ClusterRanges.of(RANGE));
      }
    }
  }

  @Test
  default void open_laterWithFewerRanges_findsThoseOfTheCluster() throws IOException {
    open(RANGE, IPV6).close();
    try (BlockStore store = open(RANGE)) {
      assertThat(store.view().ranges()).isEqualTo(ClusterRanges.of(RANGE, IPV6));
    }
  }

  @Test
  default void open_rangeThatTheClusterLacks_isRefusedNamingBoth() throws IOException {
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
  default void open_manyAtOnce_makeOneCluster() throws Exception {
    List<Callable<UUID>> opens = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      opens.add(
          () -> {
            try (BlockStore store = open(RANGE, IPV6)) {
              assertThat(store.view().ranges()).isEqualTo(ClusterRanges.of(RANGE, IPV6));
              return store.clusterId();
            }
          });
    }
    assertThat(Set.copyOf(CrowdContract.runAll(opens))).hasSize(1);
  }
}
