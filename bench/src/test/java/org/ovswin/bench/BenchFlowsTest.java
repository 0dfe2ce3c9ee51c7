package org.ovswin.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ovswin.lab.Lab;
import picocli.CommandLine;

/** The benchmark itself, at its smallest; what it measures is nobody's business here. */
class BenchFlowsTest {
  private static final Path LABS = Path.of("/run/ovs-win-lab");
  private static final Pattern LAB_ID = Pattern.compile("lab (ow\\w+): one Open vSwitch");

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
  void flows_smallest_givesJsonAndPlotAndLeavesNothing(@TempDir Path directory) throws Exception {
    Path plot = directory.resolve("flows.svg");
    List<String> words = new ArrayList<>(List.of("bench", "flows", "--shapes", "l3"));
    words.addAll(List.of("--sizes", "1k", "--ports", "0,2", "--rounds", "1", "--samples", "5"));
    words.addAll(List.of("--standing", "1k", "-o", "json", "--plot", plot.toString()));

    Outcome outcome = run(words.toArray(String[]::new));

    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    JsonNode root = new ObjectMapper().readTree(outcome.out());
    assertThat(root.path("commit").asText()).isNotEmpty();
    assertThat(root.path("machine").path("openVSwitch").asText()).contains("Open vSwitch");
    assertThat(texts(root.path("throughput"), "way"))
        .containsExactly(
            "limit",
            "limit-bundle",
            "ours",
            "ours-load",
            "ofctl-bundle",
            "ofctl",
            "limit",
            "limit-bundle",
            "ours",
            "ours-load",
            "ofctl-bundle",
            "ofctl");
    for (JsonNode row : root.path("throughput")) {
      assertThat(row.path("thousandFlowsPerSecond").path("median").asDouble()).isPositive();
      assertThat(row.path("switchCpuSeconds").asDouble()).isPositive();
      assertThat(row.path("ofLimit").asDouble()).isPositive();
    }
    assertThat(texts(root.path("latencies"), "what"))
        .contains("flow-mod", "bundle-10", "bundle-20", "delete-cookie", "dump", "reconcile");
    assertThat(texts(root.path("targets"), "what"))
        .contains("0 ports, flow-mod: p50 of ours / limit's");
    assertThat(
            DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(plot.toFile())
                .getDocumentElement()
                .getTagName())
        .isEqualTo("svg");
    Matcher id = LAB_ID.matcher(outcome.err());
    assertThat(id.find()).as(outcome.err()).isTrue();
    assertThat(Lab.leftovers(LABS, id.group(1))).isEmpty();
  }

  private static List<String> texts(JsonNode rows, String field) {
    return StreamSupport.stream(rows.spliterator(), false)
        .map(row -> row.path(field).asText())
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--shapes | l4 | --shapes: l4 (expected: of [l3, ct-nat, conjunction, group])",
        "--sizes | many | --sizes: many (expected: a number such as 500 or 10k)",
        "--sizes | 0 | --sizes: 0 (expected: 1 to 1000000)",
        "--ports | 2k | --ports: 2000 (expected: 0 to 1000)",
        "--rounds | -1 | --rounds: -1 (expected: 1 to 100)",
        "--skip | nothing | --skip: nothing (expected: of [limit, limit-bundle, ours, ours-load,"
            + " ofctl-bundle, ofctl])",
        "--samples | -1 | --samples: -1 (expected: 0 to 1000000)",
        "--samples | 1000001 | --samples: 1000001 (expected: 0 to 1000000)",
        "--standing | x | --standing: x (expected: a number such as 500 or 10k)",
        "--plot | /nowhere/flows.svg | --plot: /nowhere/flows.svg (expected: a file in a directory"
            + " that can be written)",
      })
  void flows_badOption_saysWhichAndWhatIsExpected(String option, String value, String expected) {
    Outcome outcome = run("bench", "flows", option, value);

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err().strip()).isEqualTo("ovs-win: " + expected);
  }

  @Test
  void flows_unknownOutput_isRefused() throws Exception {
    Outcome outcome = run("bench", "flows", "--output", "table");

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains("--output", "table");
  }

  @Test
  void help_listsBench() {
    assertThat(run("--help").out()).contains("bench");
    assertThat(run("bench", "--help").out()).contains("flows", "jmh");
  }
}
