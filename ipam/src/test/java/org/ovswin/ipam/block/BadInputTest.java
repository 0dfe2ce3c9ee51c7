package org.ovswin.ipam.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;

/** What is no range, block or node is named and refused, with these words. */
class BadInputTest {
  private static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");
  private static final UUID OWNER = new UUID(1, 2);
  private static final MacAddress MAC = MacAddress.parse("52:54:00:00:00:0b");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // Host bits.
        "10.244.0.1/16   | 24 | range: 10.244.0.1/16: has host bits set (expected: 10.244.0.0/16)",
        "fd00::1/48      | 64 | range: fd00::1/48: has host bits set (expected: fd00::/48)",
        // IPv4-mapped forms (RFC 4291, 2.5.5.2).
        "::ffff:af4:0/112| 120| range: ::ffff:af4:0: is an IPv4-mapped address (expected:"
            + " 10.244.0.0)",
        "::ffff:10.244.0.0/112 | 120 | range: ::ffff:10.244.0.0: is not an address (expected: for"
            + " example 10.244.1.5 or fd00:244::5)",
        // Leading zeros.
        "010.244.0.0/16  | 24 | range: 010.244.0.0: is not an address (expected: for example"
            + " 10.244.1.5 or fd00:244::5)",
        "10.244.0.0/016  | 24 | range: 10.244.0.0/016: prefix length (expected: a decimal number"
            + " after '/')",
        // Wildcards, nothing, and what is no prefix at all.
        "*               | 24 | range: *: is not a prefix (expected: for example 10.244.0.0/16)",
        "10.244.*/16     | 24 | range: 10.244.*: is not an address (expected: for example"
            + " 10.244.1.5 or fd00:244::5)",
        "''              | 24 | range: \"\": is not a prefix (expected: for example 10.244.0.0/16)",
        "/16             | 24 | range: \"\": is not an address (expected: for example 10.244.1.5"
            + " or fd00:244::5)",
        "10.244.0.0      | 24 | range: 10.244.0.0: is not a prefix (expected: for example"
            + " 10.244.0.0/16)",
        "10.244.0.0/     | 24 | range: 10.244.0.0/: prefix length (expected: a decimal number after"
            + " '/')",
        "10.244.0.0/33   | 34 | range: 10.244.0.0/33: prefix length (expected: 0 to 32)",
        "10.244.0.0/-1   | 24 | range: 10.244.0.0/-1: prefix length (expected: a decimal number"
            + " after '/')",
        // A block that does not fit, or has no room for a pod beside network, gateway, broadcast.
        "10.244.0.0/16   | 15 | blockLength: 15 (expected: 16 to 30, the range is 10.244.0.0/16)",
        "10.244.0.0/16   | 31 | blockLength: 31 (expected: 16 to 30, the range is 10.244.0.0/16)",
        "10.244.0.0/16   | -1 | blockLength: -1 (expected: 16 to 30, the range is 10.244.0.0/16)",
        "10.244.0.0/31   | 31 | range: 10.244.0.0/31 (expected: a prefix length of at most 30)",
        "fd00::/48       | 127| blockLength: 127 (expected: 48 to 110, the range is fd00::/48)",
        "fd00::/16       | 79 | blockLength: 79 (expected: 16 to 78, the range is fd00::/16)",
        "fd00::/127      | 127| range: fd00::/127 (expected: a prefix length of at most 126)",
        "10.244.0.0/16   | 4294967320 | blockLength: 4294967320 (expected: at most 2147483647)",
      })
  void range_wrong_isRefusedWithItsReason(String range, String blockLength, String message) {
    String json =
        """
        {"version":2,"id":"%s","ranges":[{"range":"%s","blockLength":%s}]}\
        """
            .formatted(OWNER, range, blockLength);
    assertThatThrownBy(() -> RecordJson.readCluster(json.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10.244.0.0/16  | 10.244.0.0/16",
        "10.244.0.0/16  | 10.244.128.0/17",
        "10.244.0.0/16  | 10.0.0.0/8",
        "fd00:244::/48  | fd00:244::/47",
        "0.0.0.0/0      | 203.0.113.0/24",
      })
  void ranges_overlapping_areRefusedNamingBoth(String first, String second) {
    ClusterRange one = range(first);
    ClusterRange other = range(second);
    assertThatThrownBy(() -> ClusterRanges.of(one, other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "range: " + second + " (expected: one that shares no address with " + first + ")");
    RangeChange added = RangeChange.add(ClusterRanges.of(one), shorter(other));
    assertThat(((RangeChange.Overlaps) added).message())
        .isEqualTo(
            "range %s: overlaps %s (expected: one that shares no address with the cluster's ranges)"
                .formatted(shorter(other), one));
  }

  private static ClusterRange range(String prefix) {
    IpPrefix parsed = IpPrefix.parse(prefix);
    return new ClusterRange(parsed, parsed.length() + 2);
  }

  /** The same addresses in blocks of another size. */
  private static ClusterRange shorter(ClusterRange range) {
    return new ClusterRange(range.prefix(), range.blockLength() + 1);
  }

  @Test
  void range_removedThatIsInUse_isRefusedNamingTheBlocks() {
    ClusterRange range = new ClusterRange(IpPrefix.parse("10.244.0.0/16"), 24);
    BlockRecord held = BlockRecord.claimed(range.block(0), "a", OWNER, NOW);
    BlockRecord kept = BlockRecord.claimed(range.block(1), "b", OWNER, NOW).released(NOW);
    BlockRecord over =
        BlockRecord.claimed(range.block(2), "c", OWNER, NOW).released(NOW.minusSeconds(60));
    UnreadableRecord unreadable =
        new UnreadableRecord("blocks/x", Optional.of(range.block(3)), "is not JSON");
    ClusterView view =
        new ClusterView(
            ClusterRanges.of(range), List.of(), List.of(held, kept, over), List.of(unreadable));
    RangeChange change = RangeChange.remove(view, range.prefix(), NOW, Duration.ofSeconds(60));
    assertThat(((RangeChange.InUse) change).message())
        .isEqualTo(
            "range 10.244.0.0/16 in blocks of /24: 3 blocks are in use: 10.244.0.0/24 of node a,"
                + " 10.244.1.0/24 released by node b, unreadable record blocks/x (expected: none;"
                + " release them and wait until their grace is over)");
    IpPrefix wrong = IpPrefix.parse("10.244.0.0/24");
    assertThat(
            ((RangeChange.Unknown) RangeChange.remove(view, wrong, NOW, Duration.ZERO)).message())
        .isEqualTo(
            "range 10.244.0.0/24: is not there (expected: one of 10.244.0.0/16 in blocks of /24)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "worker-1", "ip-10-0-0-1.eu-west-1.compute.internal", "0", "a--b"})
  void nodeName_dnsName_isTaken(String name) {
    NodeRecord.requireName(name);
    assertThat(BlockRecord.claimed(IpPrefix.parse("10.0.0.0/24"), name, OWNER, NOW).node())
        .isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", ".", "..", "a..b", "-a", "a-", "A", "a_b", "a/b", "a b", " a", "ä", "a.", "a\n", "*",
        "../a", "a\u0000"
      })
  void nodeName_otherwise_isRefused(String name) {
    String message =
        "node: \"" + name + "\" (expected: a DNS name in lower case, for example worker-1)";
    assertThatThrownBy(() -> NodeRecord.requireName(name)).hasMessage(message);
    assertThatThrownBy(() -> new NodeUsage(name, List.of(), NOW)).hasMessage(message);
    assertThatThrownBy(() -> BlockRecord.claimed(IpPrefix.parse("10.0.0.0/24"), name, OWNER, NOW))
        .hasMessage(message);
    assertThatThrownBy(() -> node(name, List.of("192.0.2.1"), MAC, "linux", Optional.empty(), "1"))
        .hasMessage(message);
  }

  @Test
  void nodeName_longerThanADnsName_isRefusedAndShownInPart() {
    assertThatThrownBy(() -> NodeRecord.requireName("a".repeat(64)))
        .hasMessageStartingWith("node: \"" + "a".repeat(64) + "\" (expected: ");
    String longest = ("a".repeat(62) + ".").repeat(4) + "b";
    NodeRecord.requireName(longest);
    assertThatThrownBy(() -> NodeRecord.requireName(longest + "c"))
        .hasMessageStartingWith("node: \"" + "a".repeat(62) + ".a\" (expected: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                  | addresses: [] (expected: one, or one of each family)",
        "192.0.2.1,192.0.2.2 | addresses: [192.0.2.1, 192.0.2.2] (expected: one, or one of each"
            + " family)",
        "0.0.0.0             | addresses: 0.0.0.0 (expected: the unicast address of a node)",
        "127.0.0.1           | addresses: 127.0.0.1 (expected: the unicast address of a node)",
        "224.0.0.1           | addresses: 224.0.0.1 (expected: the unicast address of a node)",
        "255.255.255.255     | addresses: 255.255.255.255 (expected: the unicast address of a"
            + " node)",
        "::                  | addresses: :: (expected: the unicast address of a node)",
        "::1                 | addresses: ::1 (expected: the unicast address of a node)",
        "ff02::1             | addresses: ff02::1 (expected: the unicast address of a node)",
      })
  void nodeAddresses_wrong_areRefused(String addresses, String message) {
    List<String> list = addresses.isEmpty() ? List.of() : List.of(addresses.split(","));
    assertThatThrownBy(() -> node("a", list, MAC, "linux", Optional.empty(), "1"))
        .hasMessage(message);
    list.stream()
        .filter(_ -> list.size() == 1)
        .map(IpAddress::parse)
        .forEach(
            wrong ->
                assertThatThrownBy(
                        () ->
                            node("a", List.of("192.0.2.1"), MAC, "linux", Optional.of(wrong), "1"))
                    .hasMessage(message.replace("addresses: ", "tunnelEndpoint: ")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "53:54:00:00:00:0b | linux | 1 | mac: 53:54:00:00:00:0b (expected: a unicast address)",
        "00:00:00:00:00:00 | linux | 1 | mac: 00:00:00:00:00:00 (expected: a unicast address)",
        "52:54:00:00:00:0b | ''    | 1 | os: \"\" (expected: for example linux)",
        "52:54:00:00:00:0b | Linux | 1 | os: \"Linux\" (expected: for example linux)",
        "52:54:00:00:00:0b | linux | ''| version: \"\" (expected: for example 0.1.0)",
        "52:54:00:00:00:0b | linux | 'a b' | version: \"a b\" (expected: for example 0.1.0)",
      })
  void nodeFields_wrong_areRefused(String mac, String os, String version, String message) {
    assertThatThrownBy(
            () ->
                node(
                    "a",
                    List.of("192.0.2.1"),
                    MacAddress.parse(mac),
                    os,
                    Optional.empty(),
                    version))
        .hasMessage(message);
  }

  private static NodeRecord node(
      String name,
      List<String> addresses,
      MacAddress mac,
      String os,
      Optional<IpAddress> tunnelEndpoint,
      String version) {
    return new NodeRecord(
        name,
        OWNER,
        addresses.stream().map(IpAddress::parse).toList(),
        mac,
        os,
        tunnelEndpoint,
        version,
        NOW);
  }

  @Test
  void counts_negative_areRefused() {
    IpPrefix block = IpPrefix.parse("10.0.0.0/24");
    assertThatThrownBy(() -> new NodeUsage.BlockUse(block, -1, 0))
        .hasMessage("used: -1 (expected: 0 or more)");
    assertThatThrownBy(() -> new NodeUsage.BlockUse(block, 0, -1))
        .hasMessage("free: -1 (expected: 0 or more)");
    assertThatThrownBy(
            () -> new StoreOptions(ClusterRanges.of(), Duration.ofSeconds(-1), () -> NOW))
        .hasMessage("grace: PT-1S (expected: zero or longer)");
  }

  @Test
  void view_withTwoRecordsOfOneBlock_isRefused() {
    BlockRecord block = BlockRecord.claimed(IpPrefix.parse("10.0.0.0/24"), "a", OWNER, NOW);
    assertThatThrownBy(
            () -> new ClusterView(ClusterRanges.of(), List.of(), List.of(block, block), List.of()))
        .hasMessage("10.0.0.0/24: two records (expected: one)");
  }
}
