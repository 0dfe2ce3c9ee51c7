package org.ovswin.ipam.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ovswin.ipam.address.IpPrefix;

class FileBlockStoreTest extends BlockStoreContract {
  private static final String RECORD =
      "{\"node\":\"a\",\"owner\":\"0cc175b9-c0f1-36a8-b1c3-99e269772661\","
          + "\"block\":\"10.244.0.0/24\",\"address\":\"192.168.1.11\","
          + "\"mac\":\"52:54:00:00:00:0b\",\"os\":\"linux\",\"version\":\"0.1.0\","
          + "\"claimedAt\":\"2026-11-01T12:00:00.123456789Z\"}";

  @TempDir Path temporary;
  private Path directory = Path.of("");

  @BeforeEach
  void chooseDirectory() {
    directory = temporary.resolve("cluster");
  }

  @Override
  BlockStore open(ClusterRange range, InstantSource clock) throws IOException {
    return FileBlockStore.open(directory, range, clock);
  }

  @Test
  void claim_writesTheRecordAndNothingElse() throws IOException {
    try (BlockStore store = open(RANGE)) {
      claimed(store, node("a"));
    }
    assertThat(directory.resolve("blocks/10.244.0.0_24.json")).hasContent(RECORD);
    assertThat(directory.resolve("cluster.json"))
        .hasContent("{\"version\":1,\"range\":\"10.244.0.0/16\",\"blockLength\":24}");
    try (Stream<Path> files = Files.walk(directory)) {
      assertThat(files.map(file -> directory.relativize(file).toString()))
          .containsExactlyInAnyOrder(
              "", "blocks", "tmp", "lock", "cluster.json", "blocks/10.244.0.0_24.json");
    }
  }

  @Test
  void open_newDirectory_isOpenToItsOwnerOnly() throws IOException {
    try (BlockStore store = open(RANGE)) {
      store.publish(claimed(store, node("a")));
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .as(file.toString())
            .isEqualTo(Files.isDirectory(file) ? "rwx------" : "rw-------");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"10.9.0.0/16, 24", "10.244.0.0/16, 25", "10.244.0.0/15, 24"})
  void open_otherRange_isRefusedNamingBoth(String prefix, int blockLength) throws IOException {
    open(RANGE).close();
    ClusterRange other = new ClusterRange(IpPrefix.parse(prefix), blockLength);
    assertThatThrownBy(() -> open(other))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cluster range 10.244.0.0/16 in blocks of /24")
        .hasMessageContaining("expected: " + prefix + " in blocks of /" + blockLength);
    assertThat(FileBlockStore.readRange(directory)).contains(RANGE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                                        | is not an object",
        "{                                                         | is not JSON",
        "{\"version\":2}                                           | version: 2 (expected: 1; a"
            + " newer",
        "{\"version\":\"1\"}                                       | version: \"1\" (expected: a"
            + " whole",
        "{\"version\":1,\"range\":\"10.244.0.1/16\",\"blockLength\":24} | range: 10.244.0.1/16: has"
            + " host",
        "{\"version\":1,\"range\":\"10.244.0.0/16\",\"blockLength\":8}  | blockLength: 8 (expected:"
            + " 16",
        "{\"version\":1,\"range\":\"10.244.0.0/16\"}               | blockLength: is missing",
      })
  void open_clusterFileMalformed_isRefused(String json, String reason) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("cluster.json"), json);
    assertThatThrownBy(() -> open(RANGE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cluster.json: ")
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "(?s).*                    | ''                       | is not an object",
        "(?s).*                    | []                       | is not an object",
        "}$                        | ''                       | is not JSON",
        "}$                        | }}                       | is not JSON",
        "\"node\":\"a\",           | ''                       | node: is missing",
        "\"node\":\"a\"            | \"node\":7               | node: 7 (expected: text)",
        "\"node\":\"a\"            | \"node\":null            | node: null (expected: text)",
        "\"node\":\"a\"            | \"node\":\"A\"           | node: \"A\" (expected: a DNS name",
        "\"node\":\"a\"            | \"node\":\"a\",\"node\":\"b\" | Duplicate",
        "0cc175b9-                 | ''                       | owner: c0f1-36a8",
        "10.244.0.0/24             | 10.244.0.1/24            | block: 10.244.0.1/24: has host"
            + " bits",
        "10.244.0.0/24             | 10.244.1.0/24            | the one that the file is named"
            + " after",
        "10.244.0.0/24             | 10.245.0.0/24            | expected: one of 10.244.0.0/16",
        "10.244.0.0/24             | 10.244.0.0/25            | expected: one of 10.244.0.0/16",
        "192.168.1.11              | 192.168.1.011            | address: 192.168.1.011: is not",
        "52:54:00:00:00:0b         | 52:54                    | mac: 52:54: is not a MAC",
        "52:54:00:00:00:0b         | 53:54:00:00:00:0b        | mac: 53:54:00:00:00:0b (expected: a"
            + " unicast",
        "\"linux\"                 | \"\"                     | os: \"\" (expected",
        "\"0.1.0\"                 | \"a b\"                  | version: \"a b\" (expected",
        "2026-11-01T               | yesterday                | claimedAt: yesterday",
      })
  void nodes_malformedRecord_isNamedAndKeepsItsBlock(String what, String by, String reason)
      throws IOException {
    try (BlockStore store = open(RANGE)) {
      NodeRecord b = claimed(store, node("z"));
      store.release("z");
      Files.writeString(
          directory.resolve("blocks/10.244.0.0_24.json"), RECORD.replaceFirst(what, by));
      NodeRecord c = claimed(store, node("c"));
      assertThat(b.block()).hasToString("10.244.0.0/24");
      assertThat(c.block()).hasToString("10.244.1.0/24");
      assertThat(store.nodes()).containsExactly(c);
      assertThat(store.unreadable()).hasSize(1);
      assertThat(store.unreadable().getFirst().toString())
          .startsWith("10.244.0.0_24.json: ")
          .contains(reason);
    }
  }

  @Test
  void nodes_unknownKeys_areIgnored() throws IOException {
    try (BlockStore store = open(RANGE)) {
      Files.writeString(
          directory.resolve("blocks/10.244.0.0_24.json"),
          RECORD
              .replaceFirst("}$", ",\"tunnel\":{\"kind\":\"geneve\"}}")
              .replace("linux", "plan9"));
      assertThat(store.unreadable()).isEmpty();
      assertThat(store.nodes()).extracting(NodeRecord::os).containsExactly("plan9");
    }
  }

  @Test
  void nodes_fileLargerThanAnyRecord_isNotRead() throws IOException {
    try (BlockStore store = open(RANGE)) {
      Files.writeString(directory.resolve("blocks/10.244.0.0_24.json"), " ".repeat(100_000));
      assertThat(store.unreadable().toString()).contains("size: 100000 bytes (expected: at most");
    }
  }

  @Test
  void claim_leftoverOfAKilledWriter_isIgnoredAndRemoved() throws IOException {
    try (BlockStore store = open(RANGE)) {
      Path leftover = directory.resolve("tmp/1.json");
      Files.writeString(leftover, RECORD.substring(0, 40));
      assertThat(store.nodes()).isEmpty();
      assertThat(store.unreadable()).isEmpty();
      assertThat(claimed(store, node("a")).block()).hasToString("10.244.0.0/24");
      assertThat(leftover).doesNotExist();
    }
  }

  @Test
  void claim_ipv6Range_namesItsFilesWithoutColons() throws IOException {
    try (BlockStore store = open(new ClusterRange(IpPrefix.parse("fd00:244::/48"), 64))) {
      claimed(store, node("a"));
      NodeRecord b = claimed(store, node("b"));
      assertThat(b.block()).hasToString("fd00:244:0:1::/64");
      assertThat(b.gateway()).hasToString("fd00:244:0:1::1");
      assertThat(store.nodes()).hasSize(2);
      assertThat(directory.resolve("blocks/fd00-244-0-1--_64.json")).exists();
    }
  }

  @Test
  void readRange_noCluster_isEmpty() throws IOException {
    assertThat(FileBlockStore.readRange(directory)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "worker-1", "ip-10-0-0-1.eu-west-1.compute.internal", "0", "a--b"})
  void nodeName_dnsName_isTaken(String name) {
    assertThat(node(name).node()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ".", "..", "a..b", "-a", "a-", "A", "a_b", "a/b", "a b", "ä", "a.", "a\n"})
  void nodeName_otherwise_isRefused(String name) {
    assertThatThrownBy(() -> node(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("node: \"")
        .hasMessageContaining("expected: a DNS name");
  }

  @Test
  void clusterRange_blocks_areCutInOrder() {
    assertThat(RANGE.blockCount()).isEqualTo(256);
    assertThat(RANGE.block(255)).hasToString("10.244.255.0/24");
    assertThat(RANGE.isBlock(IpPrefix.parse("10.244.3.0/24"))).isTrue();
    assertThat(RANGE.isBlock(IpPrefix.parse("10.244.3.0/25"))).isFalse();
    assertThat(new ClusterRange(IpPrefix.parse("0.0.0.0/0"), 32).block(0xffffffffL))
        .hasToString("255.255.255.255/32");
    assertThat(new ClusterRange(IpPrefix.parse("fd00::/16"), 64).block((1L << 48) - 1))
        .hasToString("fd00:ffff:ffff:ffff::/64");
    assertThat(new ClusterRange(IpPrefix.parse("fd00::/56"), 80).block(0x123456))
        .hasToString("fd00:0:0:12:3456::/80");
    for (long index : List.of(-1L, 256L)) {
      assertThatThrownBy(() -> RANGE.block(index))
          .hasMessage("block index: " + index + " (expected: 0 to 255)");
    }
  }

  @ParameterizedTest
  @CsvSource({"10.244.0.0/16, 15", "10.244.0.0/16, 33", "fd00::/16, 79", "10.244.0.0/16, -1"})
  void clusterRange_blockLengthThatDoesNotFit_isRefused(String prefix, int blockLength) {
    assertThatThrownBy(() -> new ClusterRange(IpPrefix.parse(prefix), blockLength))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("blockLength: " + blockLength + " (expected: 16 to ");
  }
}
