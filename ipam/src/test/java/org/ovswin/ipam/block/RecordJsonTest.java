package org.ovswin.ipam.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;

/** The records as text: golden, read back, and refused where a field is wrong. */
class RecordJsonTest {
  private static final UUID OWNER = UUID.fromString("0cc175b9-c0f1-36a8-b1c3-99e269772661");
  private static final Instant TIME = Instant.parse("2026-11-01T12:00:00.123456789Z");

  private static final String NODE =
      "{\"node\":\"a\",\"owner\":\"0cc175b9-c0f1-36a8-b1c3-99e269772661\","
          + "\"addresses\":[\"192.168.1.11\",\"fd00::11\"],\"mac\":\"52:54:00:00:00:0b\","
          + "\"os\":\"linux\",\"tunnelEndpoint\":\"192.168.2.11\",\"version\":\"0.1.0\","
          + "\"joinedAt\":\"2026-11-01T12:00:00.123456789Z\"}";
  private static final String BLOCK =
      "{\"block\":\"10.244.0.0/24\",\"node\":\"a\","
          + "\"owner\":\"0cc175b9-c0f1-36a8-b1c3-99e269772661\","
          + "\"claimedAt\":\"2026-11-01T12:00:00.123456789Z\","
          + "\"releasedAt\":\"2026-11-01T12:00:00.123456789Z\"}";
  private static final String CLUSTER =
      "{\"version\":2,\"id\":\"0cc175b9-c0f1-36a8-b1c3-99e269772661\",\"ranges\":["
          + "{\"range\":\"10.244.0.0/16\",\"blockLength\":24},"
          + "{\"range\":\"fd00:244::/48\",\"blockLength\":64}]}";
  private static final String USAGE =
      "{\"node\":\"a\",\"blocks\":[{\"block\":\"10.244.0.0/24\",\"used\":3,\"free\":250}],"
          + "\"at\":\"2026-11-01T12:00:00.123456789Z\"}";

  private static byte[] bytes(String json) {
    return json.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] json) {
    return new String(json, StandardCharsets.UTF_8);
  }

  @Test
  void node_isItsText() {
    NodeRecord node =
        new NodeRecord(
            "a",
            OWNER,
            List.of(IpAddress.parse("192.168.1.11"), IpAddress.parse("fd00::11")),
            MacAddress.parse("52:54:00:00:00:0b"),
            "linux",
            Optional.of(IpAddress.parse("192.168.2.11")),
            "0.1.0",
            TIME);
    assertThat(text(RecordJson.write(node))).isEqualTo(NODE);
    assertThat(RecordJson.readNode(bytes(NODE))).isEqualTo(node);
    assertThat(
            RecordJson.readNode(bytes(NODE.replaceFirst("\"tunnelEndpoint\":[^,]*,", "")))
                .tunnelEndpoint())
        .isEmpty();
  }

  @Test
  void block_isItsText() {
    BlockRecord held = BlockRecord.claimed(IpPrefix.parse("10.244.0.0/24"), "a", OWNER, TIME);
    assertThat(text(RecordJson.write(held.released(TIME)))).isEqualTo(BLOCK);
    assertThat(RecordJson.readBlock(bytes(BLOCK))).isEqualTo(held.released(TIME));
    assertThat(RecordJson.readBlock(RecordJson.write(held))).isEqualTo(held);
  }

  @Test
  void cluster_isItsText() {
    ClusterRecord cluster =
        new ClusterRecord(
            OWNER,
            ClusterRanges.of(
                new ClusterRange(IpPrefix.parse("10.244.0.0/16"), 24),
                new ClusterRange(IpPrefix.parse("fd00:244::/48"), 64)));
    assertThat(text(RecordJson.write(cluster))).isEqualTo(CLUSTER);
    assertThat(RecordJson.readCluster(bytes(CLUSTER))).isEqualTo(cluster);
  }

  @Test
  void usage_isItsText() {
    NodeUsage usage =
        new NodeUsage(
            "a", List.of(new NodeUsage.BlockUse(IpPrefix.parse("10.244.0.0/24"), 3, 250)), TIME);
    assertThat(text(RecordJson.write(usage))).isEqualTo(USAGE);
    assertThat(RecordJson.readUsage(bytes(USAGE))).isEqualTo(usage);
  }

  @Test
  void version1_isRead() {
    ClusterRecord cluster =
        RecordJson.readCluster(
            bytes("{\"version\":1,\"range\":\"10.244.0.0/16\",\"blockLength\":24}"));
    assertThat(cluster)
        .isEqualTo(
            new ClusterRecord(
                ClusterRecord.NO_ID,
                ClusterRanges.of(new ClusterRange(IpPrefix.parse("10.244.0.0/16"), 24))));
    String block =
        "{\"node\":\"a\",\"owner\":\"0cc175b9-c0f1-36a8-b1c3-99e269772661\","
            + "\"block\":\"10.244.0.0/24\",\"address\":\"192.168.1.11\","
            + "\"mac\":\"52:54:00:00:00:0b\",\"os\":\"linux\",\"version\":\"0.1.0\","
            + "\"claimedAt\":\"2026-11-01T12:00:00.123456789Z\"}";
    assertThat(RecordJson.readBlock(bytes(block)))
        .isEqualTo(BlockRecord.claimed(IpPrefix.parse("10.244.0.0/24"), "a", OWNER, TIME));
  }

  @Test
  void unknownKeys_areLeftAlone() {
    String more = ",\"labels\":{\"zone\":[1,null]}}";
    assertThat(RecordJson.readNode(bytes(NODE.replaceFirst("}$", more))))
        .isEqualTo(RecordJson.readNode(bytes(NODE)));
    assertThat(RecordJson.readBlock(bytes(BLOCK.replaceFirst("}$", more))))
        .isEqualTo(RecordJson.readBlock(bytes(BLOCK)));
    assertThat(RecordJson.readCluster(bytes(CLUSTER.replaceFirst("}$", more))))
        .isEqualTo(RecordJson.readCluster(bytes(CLUSTER)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "(?s).*              | ''             | is not an object (expected: a JSON object)",
        "(?s).*              | []             | is not an object (expected: a JSON object)",
        "}$                  | ''             | is not JSON (expected: an object): ",
        "}$                  | }}             | is not JSON (expected: an object): ",
        "\"node\":\"a\",     | ''             | node: is missing (expected: text)",
        "\"node\":\"a\"      | \"node\":7     | node: 7 (expected: text)",
        "\"node\":\"a\"      | \"node\":null  | node: null (expected: text)",
        "\"node\":\"a\"      | \"node\":\"A\" | node: \"A\" (expected: a DNS name",
        "\"node\":\"a\"      | \"node\":\"a\",\"node\":\"b\" | is not JSON (expected: an object):"
            + " D",
        "0cc175b9-           | ''             | owner: c0f1-36a8-b1c3-99e269772661 (expected: a U",
        "\\[.*\\]            | \"192.0.2.1\"  | addresses: \"192.0.2.1\" (expected: a list)",
        "\"addresses\".*\\], | ''             | addresses: is missing (expected: a list)",
        "\\[.*\\]            | [7]            | addresses: 7 (expected: text)",
        "\\[.*\\]            | []             | addresses: [] (expected: one, or one of each",
        "192.168.1.11        | 192.168.1.011  | addresses: 192.168.1.011: is not an address",
        "192.168.2.11        | ::ffff:c0a8:20b| tunnelEndpoint: ::ffff:c0a8:20b: is an IPv4-mapped",
        "52:54:00:00:00:0b   | 52:54          | mac: 52:54: is not a MAC address",
        "\"linux\"           | \"\"           | os: \"\" (expected: for example linux)",
        "2026-11-01T         | yesterday      | joinedAt: yesterday12:00:00.123456789Z (expected:",
      })
  void node_malformed_isRefusedNamingTheField(String what, String by, String reason) {
    assertThatThrownBy(() -> RecordJson.readNode(bytes(NODE.replaceFirst(what, by))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(reason.strip());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10.244.0.0/24         | 10.244.0.1/24 | block: 10.244.0.1/24: has host bits set",
        "10.244.0.0/24         | 10.244.0.0    | block: 10.244.0.0: is not a prefix",
        "\"claimedAt\":[^,]*,  | ''            | claimedAt: is missing (expected: text)",
        "\"releasedAt\":[^}]*  | \"releasedAt\":null | releasedAt: null (expected: text)",
        "\"releasedAt\":[^}]*  | \"releasedAt\":\"\" | releasedAt:  (expected: a time, for",
      })
  void block_malformed_isRefusedNamingTheField(String what, String by, String reason) {
    assertThatThrownBy(() -> RecordJson.readBlock(bytes(BLOCK.replaceFirst(what, by))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"version\":2 | \"version\":3     | version: 3 (expected: at most 2; a newer ovs-win"
            + " wrote",
        "\"version\":2 | \"version\":0     | version: 0 (expected: 1 or 2)",
        "\"version\":2 | \"version\":2.0   | version: 2.0 (expected: a whole number)",
        "\"version\":2 | \"version\":\"2\" | version: \"2\" (expected: a whole number)",
        "\"version\":2,| ''                | version: is missing (expected: a whole number)",
        "\"id\":\"[^\"]*\" | \"id\":\"1-1-1-1-1\" | id: 1-1-1-1-1 (expected: a UUID)",
        "\\[.*\\]      | {}                | ranges: {} (expected: a list)",
        "\\[.*\\]      | [7]               | range: is missing (expected: text)",
        "24            | 24.5              | blockLength: 24.5 (expected: a whole number)",
        "24            | 8                 | blockLength: 8 (expected: 16 to 30, the range is",
        "fd00:244::/48 | 10.0.0.0/8        | blockLength: 64 (expected: 8 to 30, the range is",
      })
  void cluster_malformed_isRefusedNamingTheField(String what, String by, String reason) {
    // The first 24 of the text is in the id.
    String json = CLUSTER.replaceFirst(what.equals("24") ? "24(?=})" : what, by);
    assertThatThrownBy(() -> RecordJson.readCluster(bytes(json)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "3   | -3      | used: -3 (expected: 0 or more)",
        "250 | \"250\" | free: \"250\" (expected: a whole number)",
        "250 | 99999999999999999999 | free: 99999999999999999999 (expected: a whole number)",
      })
  void usage_malformed_isRefusedNamingTheField(String what, String by, String reason) {
    String json = USAGE.replaceFirst("(?<=:)" + what + "(?=[,}])", by);
    assertThatThrownBy(() -> RecordJson.readUsage(bytes(json)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(reason);
  }
}
