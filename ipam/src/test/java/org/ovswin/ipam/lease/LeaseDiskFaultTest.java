package org.ovswin.ipam.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ovswin.ipam.testing.JavaProcess;

/**
 * A real process whose disk fails for real: the kernel's own answers, not those of a simulation.
 */
class LeaseDiskFaultTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fdatasync:error=EIO:when=8",
        "fdatasync:error=ENOSPC:when=11",
        "pwrite64:error=ENOSPC:when=16",
        "pwrite64:error=EIO:when=21",
      })
  void diskFails_processEnds_everyLeaseToldIsThereAndNoReleasedOne(String fault) throws Exception {
    Set<String> told = new LinkedHashSet<>();
    Set<String> uncertain = new LinkedHashSet<>();
    try (JavaProcess process =
        JavaProcess.startOnFaultyDisk(fault, AllocatingProcess.class, directory.toString())) {
      assertThat(process.line()).isEqualTo("ready");
      process.go();
      // It ends by itself: the database has failed.
      List<String> lines = process.remainingLines();
      assertThat(lines).isNotEmpty();
      for (String line : lines) {
        String[] words = line.split(" ", 2);
        uncertain.clear();
        if (words[0].equals("given")) {
          told.add("container-" + words[1]);
        } else {
          told.remove("container-" + words[1]);
          uncertain.add("container-" + words[1]);
        }
      }
    }
    try (LeaseDatabase database =
        LeaseDatabase.open(directory, LeaseOptions.of(InstantSource.system()))) {
      Set<String> held = new LinkedHashSet<>();
      database.leases().forEach(lease -> held.add(lease.attachment().containerId()));
      assertThat(held).containsAll(told);
      held.removeAll(told);
      held.removeAll(uncertain);
      // At most the one whose sync failed, which nobody was told of.
      assertThat(held).hasSizeLessThanOrEqualTo(1);
    }
    assertThat(LeaseCheck.check(directory)).isEmpty();
  }
}
