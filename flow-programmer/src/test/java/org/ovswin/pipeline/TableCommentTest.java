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
          Map.entry("CLUSTER", Example.CLUSTER.toString()));

  @ParameterizedTest
  @EnumSource(TableId.class)
  void comment_ofEachTable_listsItsFlows(TableId table) throws IOException {
    FlowTable implementation =
        Pipeline.tables().stream().filter(t -> t.id() == table).findFirst().orElseThrow();
    List<String> documented = documented(implementation.getClass().getSimpleName());

    List<String> actual =
        Pipeline.flows(Example.STATE).stream()
            .filter(flow -> flow.table() == table.number())
            .filter(flow -> !isMiss(flow))
            .map(TableCommentTest::withoutTable)
            .toList();

    assertThat(documented).containsExactlyInAnyOrderElementsOf(actual);
  }

  private static boolean isMiss(Flow flow) {
    return flow.priority() == 0 && flow.actions().isEmpty();
  }

  private static String withoutTable(Flow flow) {
    return flow.toString()
        .replaceFirst("cookie=0x[0-9a-f]+, ", "")
        .replaceFirst("table=[0-9]+, ", "");
  }

  private static List<String> documented(String className) throws IOException {
    Matcher matcher = FLOWS.matcher(Files.readString(SOURCES.resolve(className + ".java")));
    assertThat(matcher.find()).as("flows in the comment of " + className).isTrue();
    List<String> flows = new ArrayList<>();
    for (String line : matcher.group(1).lines().toList()) {
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
