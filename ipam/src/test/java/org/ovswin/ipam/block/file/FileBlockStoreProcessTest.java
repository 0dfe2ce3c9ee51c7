package org.ovswin.ipam.block.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.testing.JavaProcess;

/** The file store under real processes: racing, killed at any point, on a disk that fails. */
class FileBlockStoreProcessTest {
  private static final long SEED = 20261123;

  @TempDir Path directory;
  private final List<JavaProcess> processes = new ArrayList<>();

  @AfterEach
  void end() throws Exception {
    for (JavaProcess process : processes) {
      process.close();
    }
  }

  private JavaProcess start(String mode, String node, UUID owner) throws Exception {
    JavaProcess process =
        JavaProcess.start(
            ClaimingProcess.class, mode, directory.toString(), node, owner.toString());
    processes.add(process);
    return process;
  }

  private static void letGo(List<JavaProcess> racers) throws Exception {
    for (JavaProcess racer : racers) {
      assertThat(racer.line()).isEqualTo("ready");
    }
    for (JavaProcess racer : racers) {
      racer.go();
    }
  }

  private BlockStore open() throws Exception {
    return FileBlockStore.open(directory, ClaimingProcess.OPTIONS);
  }

  @Test
  void claim_racingProcesses_haveDifferentBlocksAndOneOwnerPerName() throws Exception {
    List<JavaProcess> ownNames = new ArrayList<>();
    List<JavaProcess> sameName = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ownNames.add(start("once", "node-" + i, UUID.randomUUID()));
      sameName.add(start("once", "contested", UUID.randomUUID()));
    }
    letGo(processes);
    List<String> blocks = new ArrayList<>();
    for (JavaProcess process : ownNames) {
      blocks.add(process.line());
    }
    List<String> outcomes = new ArrayList<>();
    for (JavaProcess process : sameName) {
      outcomes.add(process.line());
    }
    assertThat(outcomes).filteredOn(outcome -> outcome.equals("taken")).hasSize(2);
    outcomes.removeIf(outcome -> outcome.equals("taken"));
    blocks.addAll(outcomes);
    assertThat(blocks).hasSize(4).doesNotHaveDuplicates();
  }

  @Test
  void churn_killedAtRandomPoints_leavesAStoreThatHoldsAndGoesOn() throws Exception {
    Random random = new Random(SEED);
    List<UUID> owners = List.of(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID());
    for (int round = 0; round < 4; round++) {
      List<JavaProcess> racers = new ArrayList<>();
      for (int i = 0; i < owners.size(); i++) {
        racers.add(start("churn", "node-" + i, owners.get(i)));
      }
      letGo(racers);
      for (JavaProcess racer : racers) {
        // Once all classes are loaded, the kill lands in the middle of the churn.
        assertThat(racer.line()).startsWith("holds ");
        racer.killAfter(random.nextInt(60));
      }
      try (BlockStore store = open()) {
        for (int i = 0; i < racers.size(); i++) {
          holdsWhatWasTold(store.view(), "node-" + i, racers.get(i).remainingLines(), round);
          goesOn(store, "node-" + i, owners.get(i));
        }
      }
      assertThat(directory.resolve("tmp")).isEmptyDirectory();
    }
  }

  /** What a node was told that it holds, and began no release of, must be there. */
  private static void holdsWhatWasTold(
      ClusterView view, String node, List<String> said, int round) {
    assertThat(view.unreadable()).as("seed %d round %d", SEED, round).isEmpty();
    List<String> told = new ArrayList<>();
    for (String line : said) {
      if (line.startsWith("holds ")) {
        told.add(line.substring("holds ".length()));
      } else if (line.equals("releasing")) {
        told.clear();
      }
    }
    assertThat(view.blocksOf(node))
        .as("seed %d round %d", SEED, round)
        .extracting(record -> record.block().toString())
        .containsAll(told)
        .hasSizeLessThanOrEqualTo(2);
  }

  /** A restart of the same agent keeps what it holds, and gets what it lacks. */
  private static void goesOn(BlockStore store, String node, UUID owner) throws Exception {
    List<BlockRecord> before = store.view().blocksOf(node);
    store.register(ClaimingProcess.record(node, owner, "again"));
    assertThat(ClaimingProcess.claimed(store, node, owner, 2)).hasSize(2).containsAll(before);
  }

  /** The kernel's own answers, counted in the thread that calls. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "fsync:error=EIO:when=7+",
        "fsync:error=ENOSPC:when=12+",
        "write:error=ENOSPC:when=40+",
        "link:error=EIO:when=2+",
        "rename:error=ENOSPC:when=5+",
        "unlink:error=EIO:when=20+",
      })
  void diskFails_everyBlockToldIsThere_andTheNextProcessGoesOn(String fault) throws Exception {
    UUID owner = UUID.randomUUID();
    JavaProcess process =
        JavaProcess.startOnFaultyDisk(
            fault,
            ClaimingProcess.class,
            "churn",
            directory.toString(),
            "node-0",
            owner.toString());
    processes.add(process);
    letGo(List.of(process));
    List<String> said = process.remainingLines();
    try (BlockStore store = open()) {
      holdsWhatWasTold(store.view(), "node-0", said, 0);
      goesOn(store, "node-0", owner);
    }
  }
}
