package org.ovswin.ipam.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.ipam.testing.JavaProcess;

/** The file store under real processes: racing, and killed with signal 9 at any point. */
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
    assertThat(blocks).hasSize(4).doesNotHaveDuplicates().doesNotContain("exhausted");
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
      for (int i = 0; i < racers.size(); i++) {
        // Once all classes are loaded, the kill lands in the middle of the churn.
        assertThat(racers.get(i).line()).startsWith("holds ");
        racers.get(i).killAfter(random.nextInt(60));
      }
      try (BlockStore store =
          FileBlockStore.open(directory, BlockStoreContract.RANGE, InstantSource.system())) {
        assertThat(store.unreadable()).as("seed %d round %d", SEED, round).isEmpty();
        List<NodeRecord> nodes = store.nodes();
        assertThat(nodes).extracting(NodeRecord::node).doesNotHaveDuplicates();
        for (int i = 0; i < racers.size(); i++) {
          List<String> said = racers.get(i).remainingLines();
          String name = "node-" + i;
          if (!said.isEmpty() && said.getLast().startsWith("holds ")) {
            // Told that it holds a block, and no release begun: it must be there.
            String block = said.getLast().substring("holds ".length());
            assertThat(nodes)
                .as("seed %d round %d", SEED, round)
                .anySatisfy(
                    node -> {
                      assertThat(node.node()).isEqualTo(name);
                      assertThat(node.block()).hasToString(block);
                    });
          }
          // A restart of the same agent goes on, with what it holds if it holds something.
          NodeRecord again =
              BlockStoreContract.claimed(store, BlockStoreContract.node(name, owners.get(i)));
          assertThat(nodes).filteredOn(node -> node.node().equals(name)).isSubsetOf(again);
        }
        assertThat(store.nodes()).hasSize(owners.size());
      }
      assertThat(directory.resolve("tmp")).isEmptyDirectory();
    }
  }
}
