package org.ovswin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.ipam.lease.LeaseDatabase;
import org.ovswin.ipam.lease.LeaseView;
import picocli.CommandLine;

/** The verbs that work on disk while no agent runs. */
final class IpamDiskVerbsTest {
  private static final Instant START = Instant.parse("2026-01-02T03:00:00Z");

  @TempDir private Path directory;
  private NodeFiles node = new NodeFiles(Path.of("/"), "");
  private Instant now = START;

  @BeforeEach
  void writeConfig() throws IOException {
    node = NodeFiles.create(directory, "node1", 1);
  }

  private InstantSource clock() {
    return () -> now;
  }

  /** web-0 had 10.244.0.2 for ten minutes; web-1 has 10.244.0.3. */
  private void someLeases() throws IOException {
    try (LeaseDatabase leases = node.open(clock())) {
      var _ = NodeFiles.lease(leases, "c0ffee", Optional.of("web-0"));
      now = START.plusSeconds(60);
      var _ = NodeFiles.lease(leases, "decaf", Optional.of("web-1"));
      now = START.plusSeconds(600);
      var _ = leases.withdraw(new Attachment("c0ffee", "eth0"));
      var _ = leases.release(new Attachment("c0ffee", "eth0"));
      leases.sync();
    }
  }

  @Test
  void reserve_whileNoAgentRuns_isWrittenToDisk() throws IOException {
    someLeases();
    Invocation reserved = node.ipam("reserve", "10.244.0.128/28", "--reason", "printers");
    assertThat(reserved.err()).isEmpty();
    assertThat(reserved.exitCode()).isZero();
    assertThat(reserved.out())
        .isEqualToIgnoringNewLines(
            "reserved 10.244.0.128-10.244.0.143: printers (on disk: the agent does not run)\n");
    LeaseView view = LeaseDatabase.read(node.leases());
    assertThat(view.reservations())
        .extracting(entry -> entry.range().toString())
        .containsExactly("10.244.0.128-10.244.0.143");

    Invocation json = node.ipam("unreserve", "10.244.0.128-10.244.0.143", "--output", "json");
    assertThat(new ObjectMapper().readTree(json.out()).toString())
        .isEqualTo(
            "{\"unreserved\":\"10.244.0.128-10.244.0.143\",\"reason\":\"printers\","
                + "\"agent\":\"down\"}");
    assertThat(LeaseDatabase.read(node.leases()).reservations()).isEmpty();
  }

  @Test
  void unreserve_ofWhatIsNotReserved_saysWhatIs() throws IOException {
    someLeases();
    assertThat(node.ipam("reserve", "10.244.0.9", "--reason", "door").exitCode()).isZero();
    Invocation refused = node.ipam("unreserve", "10.244.0.8/30");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err())
        .isEqualToIgnoringNewLines(
            "ovs-win: 10.244.0.8-10.244.0.11: is not reserved (expected: one that is:"
                + " 10.244.0.9)\n");
  }

  @Test
  void reserve_onANodeThatNeverRan_isMissingAndMakesNothing() {
    Invocation refused = node.ipam("reserve", "10.244.0.9", "--reason", "door");
    assertThat(refused.exitCode()).isEqualTo(3);
    assertThat(refused.err())
        .isEqualToIgnoringNewLines(
            "ovs-win: %s: no leases yet (expected: an agent that has run once; start it with ovs-win agent --config %s)%n"
                .formatted(node.leases(), node.config()));
    assertThat(node.leases()).doesNotExist();
  }

  @Test
  void reserve_whileSomebodyHasTheDatabase_isRefusedAndNamesTheProcess() throws IOException {
    try (LeaseDatabase _ = node.open(clock())) {
      Invocation refused = node.ipam("reserve", "10.244.0.9", "--reason", "door");
      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.err()).contains("is in use by process");
    }
  }

  @Test
  void history_tellsAllTenuresNewestFirst() throws IOException {
    someLeases();
    Invocation shown = node.ipam("history", "10.244.0.2");
    assertThat(shown.err()).isEmpty();
    assertThat(shown.exitCode()).isZero();
    assertThat(shown.out())
        .isEqualToIgnoringNewLines(
            """
            FROM                  UNTIL                 POD            CONTAINER  IF    NETWORK
            2026-01-02T03:00:00Z  2026-01-02T03:10:00Z  default/web-0  c0ffee     eth0  net
            """);
    assertThat(node.ipam("history", "10.244.0.3").out())
        .contains("2026-01-02T03:01:00Z  has it now  default/web-1");
  }

  @ParameterizedTest
  @CsvSource({
    "10.244.0.2, 2026-01-02T02:59:59Z, 0",
    "10.244.0.2, 2026-01-02T03:00:00Z, 1",
    "10.244.0.2, 2026-01-02T04:09:59+01:00, 1",
    "10.244.0.2, 2026-01-02T03:10:00Z, 0",
    "10.244.0.3, -1s, 1",
    "10.244.0.9, -1s, 0"
  })
  void history_atATime_isWhoHadItThen(String address, String time, int holders) throws IOException {
    someLeases();
    Invocation shown = node.ipam("history", address, "--at", time, "--output", "json");
    assertThat(shown.err()).isEmpty();
    JsonNode tree = new ObjectMapper().readTree(shown.out());
    assertThat(tree.get("holders")).hasSize(holders);
    assertThat(tree.get("node").asText()).isEqualTo("node1");
  }

  @Test
  void history_ofNobody_saysSo() throws IOException {
    someLeases();
    Invocation shown = node.ipam("history", "10.244.0.2", "--at", "2026-01-01T00:00:00Z");
    assertThat(shown.exitCode()).isZero();
    assertThat(shown.out())
        .isEqualToIgnoringNewLines(
            "nobody had 10.244.0.2 on node1 at 2026-01-01T00:00:00Z, as far back as its history"
                + " goes\n");
  }

  @Test
  void history_ofANodeThatNeverRan_isMissing() {
    Invocation refused = node.ipam("history", "10.244.0.2");
    assertThat(refused.exitCode()).isEqualTo(3);
    assertThat(refused.err()).contains("no leases yet").contains("ovs-win agent --config");
  }

  @Test
  void check_ofGoodLeases_saysSo() throws IOException {
    someLeases();
    Invocation shown = node.ipam("check");
    assertThat(shown.exitCode()).isZero();
    assertThat(shown.out()).isEqualToIgnoringNewLines(node.leases() + ": all is as it should be\n");
  }

  @Test
  void check_ofATornTail_isSettledByTheNextStart() throws IOException {
    someLeases();
    byte[] journal = Files.readAllBytes(node.journal());
    Files.write(node.journal(), Arrays.copyOf(journal, journal.length - 3));
    Invocation shown = node.ipam("check");
    assertThat(shown.exitCode()).isZero();
    assertThat(shown.out()).contains("cut them off (the next start of the agent does)");
  }

  private void damage() throws IOException {
    someLeases();
    byte[] bytes = Files.readAllBytes(node.journal());
    bytes[bytes.length / 2] ^= 0x55;
    Files.write(node.journal(), bytes);
  }

  @Test
  void check_ofADamagedJournal_failsAndExplainsWithoutTouchingIt() throws IOException {
    damage();
    byte[] before = Files.readAllBytes(node.journal());
    Invocation shown = node.ipam("check");
    assertThat(shown.exitCode()).isEqualTo(1);
    assertThat(shown.out())
        .startsWith(node.journal() + ", byte ")
        .contains("  found:  ", "  remedy: ", "  lost:   ", "(ovs-win ipam check --repair does)");
    assertThat(Files.readAllBytes(node.journal())).isEqualTo(before);
    JsonNode json = new ObjectMapper().readTree(node.ipam("check", "-o", "json").out());
    assertThat(json.get("findings").get(0).get("by").asText()).isEqualTo("repair");
  }

  @Test
  void repair_withConsent_keepsTheOriginalAndLeavesAJournalThatCanBeRead() throws IOException {
    damage();
    byte[] before = Files.readAllBytes(node.journal());
    Invocation repaired = node.ipam("check", "--repair", "--yes");
    assertThat(repaired.out()).contains("wrote " + node.journal() + " anew");
    assertThat(repaired.exitCode()).isZero();
    assertThat(node.ipam("check").exitCode()).isZero();
    try (Stream<Path> files = Files.list(node.leases())) {
      List<byte[]> kept =
          files
              .filter(file -> file.getFileName().toString().startsWith("leases.journal."))
              .map(IpamDiskVerbsTest::read)
              .toList();
      assertThat(kept).anySatisfy(bytes -> assertThat(bytes).isEqualTo(before));
    }
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @CsvSource({"'n\n', 1", "'', 1", "'maybe\nno\n', 1", "'y\n', 0", "'what\nYES\n', 0"})
  void repair_asks_andHeedsTheAnswer(String answers, int exitCode) throws IOException {
    damage();
    byte[] before = Files.readAllBytes(node.journal());
    StringWriter err = new StringWriter();
    int code =
        new CommandLine(new IpamCheck(new StringReader(answers)))
            .setOut(new PrintWriter(new StringWriter()))
            .setErr(new PrintWriter(err))
            .execute("--config", node.config().toString(), "--repair");
    assertThat(err.toString()).contains("? [y/n] ");
    assertThat(code).isEqualTo(exitCode);
    if (exitCode == 1) {
      assertThat(Files.readAllBytes(node.journal())).isEqualTo(before);
      assertThat(err.toString()).contains("left as it is: " + node.journal());
    }
  }

  @Test
  void repair_whileAnAgentHasTheLeases_isRefusedBeforeAnythingIsAsked() throws IOException {
    try (LeaseDatabase _ = node.open(clock())) {
      Invocation refused = node.ipam("check", "--repair", "--yes");
      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.out()).isEmpty();
      assertThat(refused.err())
          .matches(
              "ovs-win: .*: is in use by process [0-9]+ \\(expected: the agent stopped; nothing was"
                  + " changed\\)\\R");
    }
  }
}
