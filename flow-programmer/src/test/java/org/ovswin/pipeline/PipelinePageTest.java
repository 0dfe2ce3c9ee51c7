package org.ovswin.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.ovswin.openflow.Flow;
import org.ovswin.pipeline.Registers.Bits;

/**
 * docs/pipeline.md is what the code says. {@code mvn test -pl flow-programmer -am
 * -Dtest=PipelinePageTest -Dsurefire.failIfNoSpecifiedTests=false -Dovswin.docs.write=true} writes
 * it anew.
 */
class PipelinePageTest {
  private static final Path PAGE = Path.of("../docs/pipeline.md");
  private static final Path SOURCES = Path.of("src/main/java/org/ovswin/pipeline");
  private static final Pattern CLASS_COMMENT =
      Pattern.compile("/\\*\\*\\n(.*?)(?= \\* <pre>)", Pattern.DOTALL);

  @Test
  void page_isGeneratedFromTheCode() throws IOException {
    String page = page();
    if (Boolean.getBoolean("ovswin.docs.write")) {
      Files.writeString(PAGE, page);
    }

    assertThat(PAGE).as("docs/pipeline.md; this test's comment says how to write it").exists();
    assertThat(Files.readString(PAGE)).isEqualTo(page);
  }

  private static String page() throws IOException {
    StringBuilder page = new StringBuilder();
    page.append(
        """
        # The pipeline

        Generated from the code; do not edit. A packet meets the tables in this order. The flows are \
        those of a node with address %s, uplink port %d, blocks %s and %s, one pod (%s and %s at port \
        %d, host port 8080 to 80) and one peer (%s, blocks %s and %s), as `ovs-ofctl --no-names --no-stats dump-flows` \
        shows them.

        Packets leave the node in one of two ways. With an **uplink**, an adapter is a port of the \
        bridge and the switch does everything. With a **gateway**, the host's own stack forwards and \
        translates: it has the first address of each block at the bridge's local port, so there is no \
        uplink port, no peer and no connection tracking in the flows. A table that is not the same in \
        both shows both.

        IPv6 is as IPv4 where the node has an address of it: this one is %s, its next hop %s. Where \
        an uplink has none, the flows that match these two and those that track or translate IPv6 are \
        not there, and pods speak IPv6 among themselves only, on one node and between nodes. Pods \
        without an IPv6 address speak none.

        What one table tells another:

        | bits | name |
        | --- | --- |
        """
            .formatted(
                Example.UPLINK.address(),
                Example.UPLINK.port(),
                Example.BLOCK,
                Example.BLOCK6,
                Example.POD.address(),
                Example.POD.ipv6().orElseThrow(),
                Example.POD.port(),
                Example.PEER.address(),
                Example.PEER.blocks().get(0),
                Example.PEER.blocks().get(1),
                Example.UPLINK.ipv6().orElseThrow().address(),
                Example.UPLINK.ipv6().orElseThrow().gateway()));
    for (Bits bits : Registers.ALL) {
      page.append(
          "| `%s[%d..%d]` | %s |%n"
              .formatted(
                  bits.field().name().toLowerCase(java.util.Locale.ROOT),
                  bits.offset(),
                  bits.offset() + bits.count() - 1,
                  bits.name()));
    }
    page.append(
        "| ct zone %d | every connection this node tracks |%n".formatted(Registers.CT_ZONE));
    page.append(
        "| ct zone %d | of these, what a pod asks of itself, as it sees it |%n"
            .formatted(Registers.HAIRPIN_ZONE));
    for (FlowTable table : Pipeline.tables(Example.UPLINK)) {
      page.append("%n## %d %s%n%n".formatted(table.id().number(), table.id()));
      page.append(purpose(table.getClass().getSimpleName())).append("\n\n");
      String uplink = flows(Example.STATE, table);
      String gateway = flows(Example.GATEWAY_STATE, table);
      if (uplink.equals(gateway)) {
        page.append(uplink);
      } else if (Pipeline.tables(Example.GATEWAY_STATE.exit()).contains(table)) {
        page.append("With an uplink:\n\n" + uplink + "\nWith a gateway:\n\n" + gateway);
      } else {
        page.append("With an uplink only:\n\n" + uplink);
      }
    }
    return page.toString();
  }

  private static String flows(NodeState state, FlowTable table) {
    return Pipeline.flows(state).stream()
        .filter(flow -> flow.table() == table.id().number())
        .sorted(java.util.Comparator.comparingInt(Flow::priority).reversed())
        .map(flow -> text(flow) + "\n")
        .collect(Collectors.joining("", "```\n", "```\n"));
  }

  private static String text(Flow flow) {
    return flow.toString()
        .replaceFirst("cookie=0x[0-9a-f]+, ", "")
        .replaceFirst("table=[0-9]+, ", "");
  }

  /** The class comment in front of the flows, as one line per paragraph. */
  private static String purpose(String className) throws IOException {
    Matcher matcher = CLASS_COMMENT.matcher(Files.readString(SOURCES.resolve(className + ".java")));
    assertThat(matcher.find()).as("comment of " + className).isTrue();
    StringBuilder text = new StringBuilder();
    matcher
        .group(1)
        .lines()
        .map(line -> line.replaceFirst("^ \\* ?", ""))
        .forEach(
            line -> {
              if (line.isBlank()) {
                text.append("\n\n");
              } else {
                boolean begins = text.isEmpty() || text.toString().endsWith("\n");
                text.append(begins ? "" : " ").append(line.replaceFirst("^<p>", ""));
              }
            });
    return text.toString().strip();
  }
}
