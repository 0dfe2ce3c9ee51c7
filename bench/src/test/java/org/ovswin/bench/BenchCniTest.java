package org.ovswin.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ovswin.lab.Lab;
import picocli.CommandLine;

/** The benchmark itself, at its smallest; whether a goal is reached is nobody's business here. */
class BenchCniTest {
  private static final Path LABS = Path.of("/run/ovs-win-lab");
  private static final Pattern LAB_ID = Pattern.compile("lab (ow\\w+): fabric");

  private record Outcome(int exitCode, String out, String err) {}

  /** Tests run in their module's directory, which is not where the launcher is. */
  @BeforeAll
  static void inCheckout() {
    System.setProperty("ovswin.checkout", "..");
  }

  private static Outcome run(String... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command =
        Bench.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int exitCode = command.execute(words);
    return new Outcome(exitCode, out.toString(), err.toString());
  }

  @Test
  void cni_quick_givesEveryRowAndLeavesNothing() throws Exception {
    Outcome outcome =
        run("bench", "cni", "--quick", "--rounds", "1", "--pods", "3,6", "-o", "json");

    assertThat(outcome.out()).as(outcome.err()).isNotEmpty();
    JsonNode root = new ObjectMapper().readTree(outcome.out());
    List<JsonNode> verdicts = root.path("rows").findValues("reached");
    assertThat(outcome.exitCode())
        .as(outcome.err())
        .isEqualTo(verdicts.stream().allMatch(JsonNode::asBoolean) ? 0 : 1);
    assertThat(root.path("machine").path("openVSwitch").asText()).contains("Open vSwitch");
    assertThat(root.path("machine").path("peers").asText()).contains("containernetworking");
    assertThat(root.path("rows").findValuesAsText("row"))
        .containsExactly("first", "together", "packet", "density", "agent");
    for (String party : List.of("ours", "bridge", "bridge-ipMasq", "ptp")) {
      assertThat(median(root, party + " ADD p50")).isPositive();
      assertThat(median(root, party + " DEL p99")).isPositive();
      assertThat(median(root, party + " ADD, 8 at a time")).isPositive();
      assertThat(median(root, party + " ADD at 6 p50")).isPositive();
    }
    assertThat(median(root, "a process that does nothing"))
        .isLessThan(median(root, "bridge ADD p50"));
    assertThat(median(root, "lost of 200")).isZero();
    assertThat(median(root, "resident, after all ADDs and DELs")).isPositive();
    assertThat(verdicts).hasSize(16);
    Matcher lab = LAB_ID.matcher(outcome.err());
    assertThat(lab.find()).as(outcome.err()).isTrue();
    assertThat(Lab.leftovers(LABS, lab.group(1))).isEmpty();
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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--rows | speed | --rows: speed (expected: of [first, together, packet, density, agent])",
        "--rounds | 0 | --rounds: 0 (expected: 1 to 100)",
        "--pods | 0,50 | --pods: [0, 50] (expected: 1 to 1000, ascending)",
        "--pods | 50,10 | --pods: [50, 10] (expected: 1 to 1000, ascending)",
        "--pods | 1001 | --pods: [1001] (expected: 1 to 1000, ascending)",
      })
  void cni_badOption_saysWhichAndWhatIsExpected(String option, String value, String expected) {
    Outcome outcome = run("bench", "cni", option, value);

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err().strip()).isEqualTo("ovs-win: " + expected);
  }

  @Test
  void help_namesCni() {
    assertThat(run("bench", "--help").out()).contains("cni");
    assertThat(run("bench", "cni", "--help").out()).contains("--quick", "--rows", "Example:");
  }
}
