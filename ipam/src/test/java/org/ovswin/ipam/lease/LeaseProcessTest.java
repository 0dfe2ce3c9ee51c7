package org.ovswin.ipam.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.ipam.testing.JavaProcess;

/** The lease database beside and after a real process. */
class LeaseProcessTest {
  private static final long SEED = 20261123;

  @TempDir Path directory;

  private LeaseDatabase open() throws IOException {
    return LeaseDatabase.open(directory, LeaseOptions.of(InstantSource.system()));
  }

  @Test
  void open_heldByAnotherProcess_isRefusedWithItsPid() throws Exception {
    try (JavaProcess holder = JavaProcess.start(AllocatingProcess.class, directory.toString())) {
      assertThat(holder.line()).isEqualTo("ready");
      assertThatThrownBy(this::open)
          .isInstanceOf(JournalException.class)
          .hasMessageContaining(directory + ": is in use by process " + holder.pid());
      assertThat(LeaseDatabase.read(directory).used()).isZero();
      holder.killAfter(0);
      open().close();
    }
  }

  @Test
  void killedAtRandomPoints_everyLeaseToldIsThereAndNoReleasedOne() throws Exception {
    Random random = new Random(SEED);
    Set<String> told = new LinkedHashSet<>();
    int releases = 0;
    for (int round = 0; round < 5; round++) {
      Set<String> uncertain = new LinkedHashSet<>();
      try (JavaProcess process = JavaProcess.start(AllocatingProcess.class, directory.toString())) {
        assertThat(process.line()).isEqualTo("ready");
        process.go();
        process.killAfter(50 + random.nextInt(150));
        for (String line : process.remainingLines()) {
          String[] words = line.split(" ", 2);
          uncertain.clear();
          if (words[0].equals("given")) {
            told.add(words[1]);
          } else {
            told.remove(words[1]);
            uncertain.add(words[1]);
            releases++;
          }
        }
      }
      try (LeaseDatabase database = open()) {
        Set<String> held = new LinkedHashSet<>();
        database
            .leases()
            .forEach(lease -> held.add(lease.attachment().containerId().replace("container-", "")));
        assertThat(held).as("seed %d round %d", SEED, round).containsAll(told);
        held.removeAll(told);
        held.removeAll(uncertain);
        // At most the one lease that was synced and not yet told.
        assertThat(held).as("seed %d round %d", SEED, round).hasSizeLessThanOrEqualTo(1);
        told.clear();
        database
            .leases()
            .forEach(lease -> told.add(lease.attachment().containerId().replace("container-", "")));
      }
    }
    assertThat(LeaseCheck.check(directory)).isEmpty();
    assertThat(endings()).as("seed %d", SEED).isBetween(releases - 5, releases);
  }

  /** Tenures that the history tells the end of; none of them may reach into the next. */
  private int endings() throws IOException {
    int endings = 0;
    for (int i = 0; i < 16; i++) {
      Instant next = Instant.MAX;
      for (Tenure tenure : LeaseHistory.read(directory, LeaseScenario.BLOCK.address(i))) {
        assertThat(tenure.until().orElse(tenure.from())).isBeforeOrEqualTo(next);
        next = tenure.from();
        endings += tenure.until().isPresent() ? 1 : 0;
      }
    }
    return endings;
  }
}
