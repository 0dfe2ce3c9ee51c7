package org.ovswin.ipam.block.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.Claim;
import org.ovswin.ipam.block.ClaimHistory;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.NodeUsage;
import org.ovswin.ipam.block.RangeChange;
import org.ovswin.ipam.block.RecordJson;
import org.ovswin.ipam.block.Registration;
import org.ovswin.ipam.block.StoreOptions;

/**
 * Every write, force, link, rename and deletion of the file store goes wrong once: the process dies
 * before or after it, or it fails. Then another process goes on, with what is in the page cache or
 * after a power cut. Whatever anybody was told must still be so, judged by the history.
 */
class FileBlockStoreCrashTest {
  private static final long SEED = 20261123;
  private static final ClusterRange SCARCE = new ClusterRange(IpPrefix.parse("10.244.0.0/22"), 24);
  private static final ClusterRange LATER = new ClusterRange(IpPrefix.parse("10.245.0.0/23"), 24);
  private static final List<String> NODES = List.of("a", "b", "c");
  private static final int CALLS = 25;

  @TempDir Path directory;

  /** What was told of nodes and ranges, beside what the history knows of blocks. */
  private final class Scenario {
    private final SimulatedDisk disk = new SimulatedDisk();
    private final Random random;
    private final ClaimHistory history = new ClaimHistory();
    private final Map<String, NodeRecord> registered = new HashMap<>();
    private final Set<ClusterRange> ranges = new HashSet<>();
    private Instant now = Instant.parse("2026-11-01T12:00:00Z");

    Scenario(long seed) {
      this.random = new Random(seed);
    }

    FileBlockStore open() throws IOException {
      StoreOptions options =
          new StoreOptions(ClusterRanges.of(SCARCE), Duration.ofSeconds(3), () -> now);
      return FileBlockStore.open(disk, directory, options);
    }

    /** One call; an exception that it throws is of the fault. */
    void call(FileBlockStore store, int number) throws IOException {
      now = now.plusSeconds(1);
      ClaimHistory.Client client = history.client(store);
      String node = NODES.get(random.nextInt(NODES.size()));
      UUID owner = owner(node);
      switch (random.nextInt(8)) {
        case 0, 1, 2, 3 -> {
          NodeRecord record = ClaimingProcess.record(node, owner, Integer.toString(number));
          registered.remove(node);
          if (store.register(record) instanceof Registration.Registered(NodeRecord told)) {
            registered.put(node, told);
          }
          var _ = client.claim(node, owner, Family.IPV4, 1 + random.nextInt(2));
        }
        case 4 -> {
          List<BlockRecord> held = store.view().blocksOf(node);
          if (!held.isEmpty()) {
            var _ = client.release(held.getFirst().block());
          }
        }
        case 5 -> {
          registered.remove(node);
          var _ = client.releaseNode(node);
        }
        case 6 -> {
          if (random.nextBoolean()) {
            if (store.addRange(LATER) instanceof RangeChange.Changed) {
              ranges.add(LATER);
            }
          } else {
            ranges.remove(LATER);
            var _ = store.removeRange(LATER.prefix());
          }
        }
        default -> store.report(new NodeUsage(node, List.of(), now));
      }
    }

    /** Asks for all that may be so already. */
    void tell() throws IOException {
      try (FileBlockStore store = open()) {
        ClaimHistory.Client client = history.client(store);
        for (String node : NODES) {
          NodeRecord record = ClaimingProcess.record(node, owner(node), "again");
          if (store.register(record) instanceof Registration.Registered(NodeRecord told)) {
            registered.put(node, told);
          }
          var _ = client.claim(node, owner(node), Family.IPV4, 1);
        }
        for (BlockRecord block : store.view().blocks()) {
          if (!block.isHeld()) {
            var _ = client.release(block.block());
          }
        }
        if (store.addRange(LATER) instanceof RangeChange.Changed) {
          ranges.add(LATER);
        }
        var _ = client.view();
      }
    }

    /** Whether what was told is so, and everybody can go on. */
    void goesOn(String how) throws IOException {
      try (FileBlockStore store = open()) {
        ClusterView view = history.client(store).view();
        assertThat(view.unreadable()).as(how).isEmpty();
        assertThat(view.ranges().ranges()).as(how).contains(SCARCE).containsAll(ranges);
        for (NodeRecord told : registered.values()) {
          assertThat(view.node(told.node())).as(how).contains(told);
        }
        for (String node : NODES) {
          assertThat(view.blocksOf(node)).as(how).hasSizeLessThanOrEqualTo(2);
        }
        for (int number = 0; number < CALLS; number++) {
          call(store, 1000 + number);
        }
        // Nothing was lost on the way: all blocks can be had.
        for (String node : NODES) {
          var _ = history.client(store).releaseNode(node);
        }
        now = now.plusSeconds(60);
        store.register(ClaimingProcess.record("z", owner("z"), "1"));
        int all = (int) store.view().ranges().blockCount(Family.IPV4);
        assertThat(history.client(store).claim("z", owner("z"), Family.IPV4, all))
            .as(how)
            .isInstanceOf(Claim.Claimed.class);
      }
      assertThat(history.violations()).as(how).isEmpty();
    }

    private static UUID owner(String node) {
      return new UUID(7, node.charAt(0));
    }
  }

  /** What happens after the fault. */
  private enum Cut {
    NONE,
    POWER,
    /** Another process tells what it finds in the page cache before the power fails. */
    POWER_LATER
  }

  @ParameterizedTest
  @EnumSource(SimulatedDisk.Fault.class)
  void eachChangeGoingWrong_loseNothingThatWasToldAndNoBlock(SimulatedDisk.Fault fault)
      throws IOException {
    for (Cut cut : Cut.values()) {
      boolean reached = true;
      int n = 0;
      while (reached) {
        n++;
        String how = "seed %d, change %d %s, cut %s".formatted(SEED, n, fault, cut);
        Scenario scenario = new Scenario(SEED + n % 7);
        reached = runUntilFault(scenario, n, fault);
        switch (cut) {
          case NONE -> scenario.disk.restartProcess();
          case POWER -> scenario.disk.cutPower(new Random(SEED + n));
          case POWER_LATER -> {
            scenario.disk.restartProcess();
            scenario.tell();
            scenario.disk.cutPower(new Random(SEED + n));
          }
        }
        scenario.goesOn(how);
      }
      assertThat(n).isGreaterThan(100);
    }
  }

  /** Whether there was a change that could go wrong. */
  private static boolean runUntilFault(Scenario scenario, int n, SimulatedDisk.Fault fault) {
    scenario.disk.faultAt(n, fault);
    try (FileBlockStore store = scenario.open()) {
      for (int number = 0; number < CALLS; number++) {
        try {
          scenario.call(store, number);
        } catch (IOException e) {
          assertThat(e).hasMessageContaining("simulated ");
        }
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("simulated ");
    }
    return scenario.disk.changes() >= n;
  }

  @Test
  void powerCutsAtRandom_loseNothingThatWasTold() throws IOException {
    for (long seed = SEED; seed < SEED + 40; seed++) {
      Scenario scenario = new Scenario(seed);
      for (int cut = 0; cut < 5; cut++) {
        try (FileBlockStore store = scenario.open()) {
          for (int number = 0; number < CALLS; number++) {
            scenario.call(store, number);
          }
        }
        scenario.disk.cutPower(scenario.random);
      }
      scenario.goesOn("seed " + seed);
    }
  }

  /** Five thousand nodes: reads and writes of a call are counted, since time is the machine's. */
  @Test
  void fiveThousandNodes_viewReadsEachRecordOnce_andClaimsWriteAFewFiles() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    Instant now = Instant.parse("2026-11-01T12:00:00Z");
    ClusterRange range = new ClusterRange(IpPrefix.parse("10.0.0.0/8"), 24);
    StoreOptions options =
        new StoreOptions(ClusterRanges.of(range), Duration.ofMinutes(10), () -> now);
    List<Long> readsOfClaims = new ArrayList<>();
    try (FileBlockStore store = FileBlockStore.open(disk, directory, options)) {
      RecordFiles files = new RecordFiles(disk, directory.resolve("tmp"));
      StoreDirectory layout = new StoreDirectory(disk, directory);
      for (int size : new int[] {2_500, 5_000}) {
        for (int i = size - 2_500; i < size - 1; i++) {
          NodeRecord node = ClaimingProcess.record("node-" + i, new UUID(1, i), "1");
          BlockRecord block = BlockRecord.claimed(range.block(i), node.node(), node.owner(), now);
          files.replace(layout.node(node.node()), RecordJson.write(node));
          files.create(layout.block(block.block()), RecordJson.write(block));
        }
        UUID owner = new UUID(1, size - 1);
        store.register(ClaimingProcess.record("node-" + (size - 1), owner, "1"));
        long before = disk.reads();
        disk.faultAt(0, SimulatedDisk.Fault.FAILS);
        assertThat(ClaimingProcess.claimed(store, "node-" + (size - 1), owner, 1))
            .extracting(BlockRecord::block)
            .containsExactly(range.block(size - 1));
        readsOfClaims.add(disk.reads() - before);
        assertThat(disk.changes()).isLessThan(10);
      }
      long before = disk.reads();
      ClusterView view = store.view();
      assertThat(view.nodes()).hasSize(5_000);
      assertThat(view.heldByNode()).hasSize(5_000);
      // Two directories and the cluster's record beside them.
      assertThat(disk.reads() - before).isEqualTo(2 * 5_000 + 3);
    }
    assertThat(readsOfClaims.getFirst()).isLessThan(2 * 2_500 + 10);
    assertThat(readsOfClaims.getLast()).isLessThan(2 * 5_000 + 10);
  }
}
