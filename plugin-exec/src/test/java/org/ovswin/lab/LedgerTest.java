package org.ovswin.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
  private static final Ledger.Entry.Owner OWNER =
      new Ledger.Entry.Owner(new ProcessId(12, 3456), "b0075-1d");

  @TempDir Path directory;

  @Test
  void read_whatWasWritten_isTheSame() throws Exception {
    Ledger.Entry child = new Ledger.Entry.Child(new ProcessId(7, 8), "node1/ovs-vswitchd");
    Ledger.Entry namespace = new Ledger.Entry.Namespace("ow000001-node1");
    try (Ledger ledger = Ledger.create(directory, OWNER)) {
      ledger.make(namespace, () -> {});
      ledger.record(child);
      ledger.record(new Ledger.Entry.Kept());
    }
    assertThat(Ledger.read(directory))
        .containsExactly(OWNER, namespace, child, new Ledger.Entry.Kept());
  }

  @Test
  void read_lastLineCutOff_isLeftOut() throws Exception {
    Ledger.create(directory, OWNER).close();
    Files.writeString(directory.resolve(Ledger.FILE), "namespace ow00", StandardOpenOption.APPEND);
    assertThat(Ledger.read(directory)).containsExactly(OWNER);
  }

  @Test
  void read_noFile_isEmptyAndAbandoned() throws Exception {
    assertThat(Ledger.read(directory)).isEmpty();
    assertThat(Teardown.standing(Ledger.read(directory)))
        .isInstanceOf(Teardown.Standing.Abandoned.class);
  }

  @Test
  void parse_unknownWord_namesIt() {
    assertThatThrownBy(() -> Ledger.parse("interface eth0"))
        .isInstanceOf(LabException.class)
        .hasMessageContaining("interface eth0 (expected:");
  }

  @Test
  void make_afterSeal_isRefused() throws Exception {
    try (Ledger ledger = Ledger.create(directory, OWNER)) {
      ledger.seal();
      assertThatThrownBy(() -> ledger.make(new Ledger.Entry.Namespace("late"), () -> {}))
          .isInstanceOf(LabException.class);
    }
    assertThat(Ledger.read(directory)).containsExactly(OWNER);
  }

  @Test
  void standing_ownerOfOtherBootWithOurPid_isAbandoned() throws Exception {
    Ledger.Entry.Owner us = new Ledger.Entry.Owner(ProcessId.current(), "another-boot");
    Ledger.create(directory, us).close();
    assertThat(Teardown.standing(Ledger.read(directory)))
        .isInstanceOf(Teardown.Standing.Abandoned.class);
  }

  @Test
  void parse_statOfCommandWithParentheses_findsTheStartTime() {
    String stat = "42 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 9876 20 21";
    assertThat(ProcessId.parse(42, stat)).isEqualTo(Optional.of(new ProcessId(42, 9876)));
    assertThat(ProcessId.parse(42, stat.replace(" S ", " Z "))).isEmpty();
  }
}
