package org.ovswin.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ovswin.openflow.Flow;

/** The flows in a table's comment are the flows of the table. */
class TableCommentTest {
  private static final Path SOURCES = Path.of("src/main/java/org/ovswin/pipeline");
  private static final Pattern FLOWS =
      Pattern.compile("\\* <pre>\\{@code\\n(.*?) \\* \\}</pre>", Pattern.DOTALL);

  /** Before the second list: it is added to the first instead of taking its place. */
  private static final String MORE = "one flow more:";

  /** What the comments say instead of an address, so that they can be read. */
  private static final Map<String, String> PLACEHOLDERS =
      Map.ofEntries(
          Map.entry("POD_GATEWAY", "10.244.1.1"),
          Map.entry("POD_GATEWAY6", "fd00:10:244:1::1"),
          Map.entry("POD_IP6", "fd00:10:244:1::5"),
          Map.entry("PEER_BLOCK6", "fd00:10:244:2::/64"),
          Map.entry("CLUSTER6", Example.CLUSTER6.toString()),
          Map.entry("POD_MAC", Example.POD.mac().toString()),
          Map.entry("POD_IP", Example.POD.address().toString()),
          Map.entry("PEER_MAC", Example.PEER.mac().toString()),
          Map.entry("PEER_IP", Example.PEER.address().toString()),
          Map.entry("PEER_BLOCK", Example.PEER.blocks().getFirst().toString()),
          Map.entry("NODE_MAC", Example.UPLINK.mac().toString()),
          Map.entry("NODE_IP", Example.UPLINK.address().toString()),
          Map.entry("NEXT_HOP_MAC", Example.UPLINK.gatewayMac().orElseThrow().toString()),
          Map.entry("NEXT_HOP_IP", Example.UPLINK.gateway().toString()),
          Map.entry("NODE_IP6", Example.UPLINK.ipv6().orElseThrow().address().toString()),
          Map.entry("PEER_IP6", Example.PEER.ipv6Address().orElseThrow().toString()),
          Map.entry("NEXT_HOP_IP6", Example.UPLINK.ipv6().orElseThrow().gateway().toString()),
          Map.entry(
              "NEXT_HOP_MAC6",
              Example.UPLINK.ipv6().orElseThrow().gatewayMac().orElseThrow().toString()),
          Map.entry("BLOCK", Example.BLOCK.toString()),
          Map.entry("BLOCK6", Example.BLOCK6.toString()),
          Map.entry("CLUSTER", Example.CLUSTER.toString()));

  @ParameterizedTest
  @EnumSource(TableId.class)
  void comment_ofEachTable_listsItsFlows(TableId table) throws IOException {
    List<List<String>> documented = documented(classOf(table));

    assertThat(documented.getFirst())
        .containsExactlyInAnyOrderElementsOf(flows(Example.STATE, table));
  }

  @ParameterizedTest
  @EnumSource(TableId.class)
  void comment_ofEachTable_listsItsFlowsWithGateway(TableId table) throws IOException {
    List<List<String>> documented = documented(classOf(table));
    List<String> actual = flows(Example.GATEWAY_STATE, table);

    if (Pipeline.tables(Example.GATEWAY_STATE.exit()).stream().anyMatch(t -> t.id() == table)) {
      assertThat(documented.getLast()).containsExactlyInAnyOrderElementsOf(actual);
    } else {
      assertThat(documented).hasSize(1);
      assertThat(actual).isEmpty();
    }
  }

  private static String classOf(TableId table) {
    return Pipeline.tables(Example.UPLINK).stream()
        .filter(t -> t.id() == table)
        .findFirst()
        .orElseThrow()
        .getClass()
        .getSimpleName();
  }

  private static List<String> flows(NodeState state, TableId table) {
    return Pipeline.flows(state).stream()
        .filter(flow -> flow.table() == table.number())
        .filter(flow -> !isMiss(flow))
        .map(TableCommentTest::withoutTable)
        .toList();
  }

  private static boolean isMiss(Flow flow) {
    return flow.priority() == 0 && flow.actions().isEmpty();
  }

  private static String withoutTable(Flow flow) {
    return flow.toString()
        .replaceFirst("cookie=0x[0-9a-f]+, ", "")
        .replaceFirst("table=[0-9]+, ", "");
  }

  /** One list, or another one for a gateway as well. */
  private static List<List<String>> documented(String className) throws IOException {
    String source = Files.readString(SOURCES.resolve(className + ".java"));
    Matcher matcher = FLOWS.matcher(source);
    List<List<String>> lists = new ArrayList<>();
    int end = 0;
    while (matcher.find()) {
      List<String> flows = new ArrayList<>();
      if (source.substring(end, matcher.start()).contains(MORE)) {
        flows.addAll(lists.getFirst());
      }
      flows.addAll(listed(matcher.group(1)));
      lists.add(flows);
      end = matcher.end();
    }
    assertThat(lists).as("flows in the comment of " + className).hasSizeBetween(1, 2);
    return lists;
  }

  private static List<String> listed(String comment) {
    List<String> flows = new ArrayList<>();
    for (String line : comment.lines().toList()) {
      String text = line.replaceFirst("^ \\* ", "");
      if (text.startsWith("    ")) {
        flows.set(flows.size() - 1, flows.getLast() + text.strip());
      } else {
        flows.add(text.strip());
      }
    }
    return flows.stream().map(TableCommentTest::withValues).toList();
  }

  private static String withValues(String text) {
    String result = text;
    for (String name : PLACEHOLDERS.keySet().stream().sorted(LONGEST_FIRST).toList()) {
      result = result.replace(name, PLACEHOLDERS.get(name));
    }
    return result;
  }

  private static final java.util.Comparator<String> LONGEST_FIRST =
      java.util.Comparator.comparingInt(String::length).reversed();
}
