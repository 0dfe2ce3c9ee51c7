package org.ovswin.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The benchmark itself, in its quick form; whether a goal is reached is nobody's business here. */
class BenchIpamTest {
  private static final Path PARENT = Path.of("/var/tmp");

  private record Outcome(int exitCode, String out, String err) {}

  private static Outcome run(String... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command =
        Bench.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int exitCode = command.execute(words);
    return new Outcome(exitCode, out.toString(), err.toString());
  }

  @Test
  void ipam_quick_givesEveryRowAndLeavesNothing() throws Exception {
    Outcome outcome =
        run("bench", "ipam", "--quick", "--rounds", "1", "--nodes", "50", "-o", "json");

    JsonNode root = new ObjectMapper().readTree(outcome.out());
    assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(isEveryReached(root) ? 0 : 1);
    assertThat(root.path("commit").asText()).isNotEmpty();
    assertThat(root.path("machine").path("hostLocal").asText()).contains("containernetworking");
    List<String> rows = texts(root.path("rows"), "row");
    assertThat(rows).containsExactly("allocation", "callers", "full", "start", "lookup", "nodes");
    for (JsonNode row : root.path("rows")) {
      assertThat(outcome.err()).contains(row.path("row").asText() + ": round 1 of 1");
      assertThat(row.path("measurements")).as(row.toString()).isNotEmpty();
      for (JsonNode measurement : row.path("measurements")) {
        JsonNode value = measurement.path("value");
        assertThat(value.path("min").asDouble()).as(measurement.toString()).isPositive();
        assertThat(value.path("max").asDouble())
            .isGreaterThanOrEqualTo(value.path("median").asDouble());
      }
      for (JsonNode goal : row.path("goals")) {
        assertThat(goal.path("reached").isBoolean()).as(goal.toString()).isTrue();
      }
    }
    assertThat(goals(root)).hasSize(11);
    assertThat(median(root, "host-local, 60000 in use"))
        .isGreaterThan(median(root, "host-local, empty"));
    assertThat(median(root, "least -Xmx that it starts with"))
        .isGreaterThan(median(root, "heap in use after a collection"));
    try (var left = Files.newDirectoryStream(PARENT, "ovs-win-bench-ipam." + pid())) {
      assertThat(left).isEmpty();
    }
  }

  private static double median(JsonNode root, String way) {
    for (JsonNode row : root.path("rows")) {
      for (JsonNode measurement : row.path("measurements")) {
        if (measurement.path("way").asText().equals(way)) {
          return measurement.path("value").path("median").asDouble();
        }
      }
    }
    throw new AssertionError(way + ": not measured");
  }

  private static boolean isEveryReached(JsonNode root) {
    List<JsonNode> verdicts = root.path("rows").findValues("reached");
    assertThat(verdicts).isNotEmpty();
    return verdicts.stream().allMatch(JsonNode::asBoolean);
  }

  private static long pid() {
    return ProcessHandle.current().pid();
  }

  private static List<String> goals(JsonNode root) {
    return root.path("rows").findValuesAsText("goal");
  }

  private static List<String> texts(JsonNode rows, String field) {
    return StreamSupport.stream(rows.spliterator(), false)
        .map(row -> row.path(field).asText())
        .toList();
  }

  @Test
  void ipam_oneRowAsText_hasNumbersAndVerdicts() {
    Outcome outcome = run("bench", "ipam", "--quick", "--rounds", "1", "--rows", "callers");

    assertThat(outcome.exitCode())
        .as(outcome.err())
        .isEqualTo(outcome.out().contains("MISSED") ? 1 : 0);
    assertThat(outcome.out())
        .containsPattern("callers +ours +[0-9.]+ +[0-9.]+-[0-9.]+ +/s")
        .containsPattern("callers +host-local +[0-9.]+ ")
        .containsPattern("callers +ours / host-local +[0-9.]+ +\\S+ +>= 20 +(reached|MISSED)")
        .containsPattern("callers +ours / fdatasyncs +[0-9.]+ +\\S+ +>= 10 +(reached|MISSED)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--rows | speed | --rows: speed (expected: of [allocation, callers, full, start, lookup,"
            + " nodes])",
        "--rounds | 0 | --rounds: 0 (expected: 1 to 100)",
        "--nodes | 1001 | --nodes: 1001 (expected: 1 to 1000)",
        "--rounds | 101 | --rounds: 101 (expected: 1 to 100)",
        "--directory | /nowhere | --directory: /nowhere (expected: a directory that can be"
            + " written)",
        "--directory | /dev/shm | --directory: /dev/shm is on tmpfs, which is memory (expected: on"
            + " a disk)",
      })
  void ipam_badOption_saysWhichAndWhatIsExpected(String option, String value, String expected) {
    Outcome outcome = run("bench", "ipam", option, value);

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err().strip()).isEqualTo("ovs-win: " + expected);
  }

  @Test
  void help_namesIpam() {
    assertThat(run("bench", "--help").out()).contains("ipam");
    assertThat(run("bench", "ipam", "--help").out()).contains("--quick", "--rows", "Example:");
  }
}
