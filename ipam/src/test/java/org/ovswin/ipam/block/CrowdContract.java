package org.ovswin.ipam.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;

/** The contract of many that come at once. */
interface CrowdContract extends StoreUnderTest {
  long CHAOS_SEED = 20261123;

  @Test
  default void claim_manyAtOnce_noBlockHasTwoHolders() throws Exception {
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
  default void register_oneNameManyOwnersAtOnce_oneWins() throws Exception {
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
  default int chaosRounds() {
    return 6;
  }

  /** Handles that the fifty nodes share. */
  default int chaosHandles() {
    return 8;
  }

  /** Fifty nodes with hardly enough blocks for all; no grace, so that blocks go round. */
  @Test
  default void fiftyNodes_claimingAndReleasingAtOnce_neverHoldOneBlockTwice() throws Exception {
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

  static <T> List<T> runAll(List<Callable<T>> tasks) throws Exception {
    try (ExecutorService executor = Executors.newFixedThreadPool(8)) {
      List<T> results = new ArrayList<>();
      for (Future<T> future : executor.invokeAll(tasks)) {
        results.add(future.get());
      }
      return results;
    }
  }
}
