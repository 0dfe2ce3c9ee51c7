package org.ovswin.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.ovswin.cli.report.TextReport.Width;
import org.ovswin.cli.report.View.LeaseFilter;

/** Every form of every view, against the files in {@code golden/}. */
final class GoldenTest {
  private static final View CLUSTER = new View.Cluster();
  private static final View NODE1 = new View.OneNode("node1");
  private static final View LEASES = new View.Leases(Optional.empty(), LeaseFilter.ALL);
  private static final View BLOCKS = new View.ClusterMap(Optional.empty());
  private static final View ADDRESSES = new View.NodeMap("node1", Optional.empty());

  /** Name of the file, report, view. */
  static Stream<Arguments> views() {
    ClusterReport busy = Reports.busy();
    return Stream.of(
        Arguments.of("cluster", busy, CLUSTER),
        Arguments.of("node-of-this-machine", busy, NODE1),
        Arguments.of("node-of-another", busy, new View.OneNode("node2")),
        Arguments.of("leases", busy, LEASES),
        Arguments.of("map-of-blocks", busy, BLOCKS),
        Arguments.of("map-of-addresses", busy, ADDRESSES),
        Arguments.of("store-gone", Reports.unreachable(Optional.of(Reports.ago(60))), CLUSTER),
        Arguments.of("store-never-seen", Reports.unreachable(Optional.empty()), CLUSTER));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("views")
  void text_isTheGoldenOne(String name, ClusterReport report, View view) throws IOException {
    assertThat(TextReport.lines(report, view, Width.NARROW, Palette.PLAIN))
        .isEqualTo(golden(name + ".txt"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("views")
  void wide_isTheGoldenOne(String name, ClusterReport report, View view) throws IOException {
    assertThat(TextReport.lines(report, view, Width.WIDE, Palette.PLAIN))
        .isEqualTo(golden(name + ".wide.txt"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("views")
  void json_isTheGoldenOne(String name, ClusterReport report, View view) throws IOException {
    assertThat(JsonReport.pretty(JsonReport.tree(report, view)).lines())
        .containsExactlyElementsOf(golden(name + ".json"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("views")
  void yamlAndLine_sayWhatJsonSays(String name, ClusterReport report, View view)
      throws IOException {
    var tree = new ObjectMapper().readTree(String.join("\n", golden(name + ".json")));
    String yaml = JsonReport.yaml(JsonReport.tree(report, view));
    assertThat(yaml).startsWith("---\n");
    assertThat(new YAMLMapper().readTree(yaml)).isEqualTo(tree);
    String line = JsonReport.line(JsonReport.tree(report, view));
    assertThat(line).doesNotContain("\n");
    assertThat(new ObjectMapper().readTree(line)).isEqualTo(tree);
  }

  /** Maps of other sizes; in text only. */
  static Stream<Arguments> maps() {
    ClusterReport twelve =
        Reports.ofRange(
            "10.240.0.0/12",
            24,
            List.of("10.240.0.0/24", "10.240.1.0/24", "10.244.7.0/24", "10.255.255.0/24"));
    ClusterReport six =
        Reports.withLeases(
            Reports.ofRange(
                "fd00:10:244::/48", 64, List.of("fd00:10:244::/64", "fd00:10:244:ffff::/64")),
            List.of("fd00:10:244::2", "fd00:10:244::3", "fd00:10:244:0:8000::"));
    ClusterReport wideBlock =
        Reports.withLeases(
            Reports.ofRange("172.16.0.0/12", 16, List.of("172.16.0.0/16")),
            List.of("172.16.0.2", "172.16.200.7"));
    ClusterReport tiny =
        Reports.withLeases(
            Reports.ofRange("10.9.8.0/29", 29, List.of("10.9.8.0/29")), List.of("10.9.8.2"));
    return Stream.of(
        Arguments.of("map-slash-12", twelve, BLOCKS),
        Arguments.of(
            "map-slash-12-part",
            twelve,
            new View.ClusterMap(Optional.of(Reports.prefix("10.244.0.0/20")))),
        Arguments.of("map-slash-12-full", full(), BLOCKS),
        Arguments.of("map-ipv6-blocks", six, BLOCKS),
        Arguments.of("map-ipv6-addresses", six, ADDRESSES),
        Arguments.of(
            "map-ipv6-part",
            six,
            new View.NodeMap("node1", Optional.of(Reports.prefix("fd00:10:244::/122")))),
        Arguments.of("map-slash-16-addresses", wideBlock, ADDRESSES),
        Arguments.of("map-one-block", tiny, BLOCKS),
        Arguments.of("map-eight-addresses", tiny, ADDRESSES));
  }

  private static ClusterReport full() {
    return Reports.ofRange(
        "10.240.0.0/12",
        24,
        IntStream.range(0, 4096)
            .mapToObj(i -> "10.%d.%d.0/24".formatted(240 + i / 256, i % 256))
            .toList());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("maps")
  void map_isTheGoldenOne(String name, ClusterReport report, View view) throws IOException {
    assertThat(TextReport.lines(report, view, Width.NARROW, Palette.PLAIN))
        .isEqualTo(golden(name + ".txt"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("maps")
  void map_fitsEightyColumns(String name, ClusterReport report, View view) {
    assertThat(TextReport.lines(report, view, Width.NARROW, Palette.PLAIN))
        .as(name)
        .allSatisfy(line -> assertThat(line.length()).as(line).isLessThanOrEqualTo(80));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("maps")
  void colour_addsNothingButColour(String name, ClusterReport report, View view)
      throws IOException {
    List<String> coloured = TextReport.lines(report, view, Width.NARROW, Palette.COLOURED);
    assertThat(String.join("\n", coloured)).as(name).contains("\u001b[32m#", "\u001b[0m");
    List<String> stripped = new ArrayList<>();
    coloured.forEach(line -> stripped.add(line.replaceAll("\u001b\\[[0-9;]*m", "")));
    assertThat(stripped).isEqualTo(golden(name + ".txt"));
  }

  private static List<String> golden(String file) throws IOException {
    try (InputStream in = GoldenTest.class.getResourceAsStream("golden/" + file)) {
      byte[] bytes = Objects.requireNonNull(in, "golden/" + file).readAllBytes();
      return new String(bytes, StandardCharsets.UTF_8).lines().toList();
    }
  }
}
