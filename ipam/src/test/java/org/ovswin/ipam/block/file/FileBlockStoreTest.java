package org.ovswin.ipam.block.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.BlockStoreContract;
import org.ovswin.ipam.block.Claim;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.NodeUsage;
import org.ovswin.ipam.block.Registration;
import org.ovswin.ipam.block.StoreOptions;
import org.ovswin.ipam.block.UnreadableRecord;

/** The file store as every block store, and its files. */
class FileBlockStoreTest extends BlockStoreContract {
  private static final String BLOCK =
      "{\"block\":\"10.244.0.0/24\",\"node\":\"a\","
          + "\"owner\":\"0cc175b9-c0f1-36a8-b1c3-99e269772661\","
          + "\"claimedAt\":\"2026-11-01T12:00:00.123456789Z\"}";

  @TempDir Path temporary;
  private Path directory = Path.of("");

  @BeforeEach
  void chooseDirectory() {
    directory = temporary.resolve("cluster");
  }

  @Override
  public BlockStore open(StoreOptions options) throws IOException {
    return FileBlockStore.open(directory, options);
  }

  @Override
  public void damage(IpPrefix block) throws IOException {
    Files.writeString(new StoreDirectory(new LocalDisk(), directory).block(block), "garbage");
  }

  @Override
  public Map<String, String> content() throws IOException {
    Map<String, String> content = new HashMap<>();
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.toList()) {
          content.put(file.toString(), Files.isDirectory(file) ? "" : Files.readString(file));
        }
      }
    }
    return content;
  }

  private Path file(String name) {
    return directory.resolve(name);
  }

  @Test
  void nodeThatClaims_leavesItsRecordsAndNothingElse() throws IOException {
    try (BlockStore store = open(RANGE)) {
      join(store, "a");
      store.report(new NodeUsage("a", List.of(), NOW));
    }
    assertThat(file("blocks/10.244.0.0_24.json")).hasContent(BLOCK);
    assertThat(Files.readString(file("cluster.json")))
        .matches(
            "\\{\"version\":2,\"id\":\"[0-9a-f-]{36}\","
                + "\"ranges\":\\[\\{\"range\":\"10.244.0.0/16\",\"blockLength\":24}]}");
    try (Stream<Path> files = Files.walk(directory)) {
      assertThat(files.map(file -> directory.relativize(file).toString()))
          .containsExactlyInAnyOrder(
              "",
              "lock",
              "tmp",
              "cluster.json",
              "nodes",
              "nodes/a",
              "blocks",
              "blocks/10.244.0.0_24.json",
              "usage",
              "usage/a");
    }
  }

  @Test
  void newDirectory_isOpenToItsOwnerOnly() throws IOException {
    try (BlockStore store = open(RANGE)) {
      join(store, "a");
      store.release(block("10.244.0.0/24"));
      store.report(new NodeUsage("a", List.of(), NOW));
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
  @CsvSource(
      delimiter = '|',
      value = {
        "''              | is not an object (expected: a JSON object)",
        "{               | is not JSON (expected: an object)",
        "{\"version\":3} | version: 3 (expected: at most 2; a newer ovs-win wrote it)",
      })
  void clusterRecordThatIsNone_isRefusedAndLeftAlone(String json, String reason)
      throws IOException {
    Files.createDirectories(directory);
    Files.writeString(file("cluster.json"), json);
    assertThatThrownBy(() -> open(RANGE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file("cluster.json") + ": " + reason);
    assertThat(file("cluster.json")).hasContent(json);
  }

  @Test
  void directoryOrRecordOfSomebodyElse_isRefusedAndLeftAlone() throws IOException {
    open(RANGE).close();
    for (String name : List.of("", "nodes", "blocks", "usage", "tmp", "cluster.json")) {
      Files.setAttribute(file(name), "unix:uid", 54321);
      assertThatThrownBy(() -> open(RANGE))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith(file(name) + ": belongs to user 54321 (expected: root, ");
      Files.setAttribute(file(name), "unix:uid", 0);
    }
    open(RANGE).close();
  }

  @Test
  void clusterOfVersion1_isTakenOverWithItsBlocks() throws IOException {
    Files.createDirectories(file("blocks"));
    Files.writeString(
        file("cluster.json"), "{\"version\":1,\"range\":\"10.244.0.0/16\",\"blockLength\":24}");
    Files.writeString(
        file("blocks/10.244.0.0_24.json"),
        "{\"node\":\"a\",\"owner\":\""
            + owner("a")
            + "\",\"block\":\"10.244.0.0/24\",\"address\":\"192.168.1.11\","
            + "\"mac\":\"52:54:00:00:00:0b\",\"os\":\"linux\",\"version\":\"0.1.0\","
            + "\"claimedAt\":\"2026-11-01T12:00:00.123456789Z\"}");
    try (BlockStore store = open(RANGE)) {
      assertThat(store.view().blocks())
          .containsExactly(BlockRecord.claimed(block("10.244.0.0/24"), "a", owner("a"), NOW));
      assertThat(join(store, "b")).hasToString("10.244.1.0/24");
      assertThat(join(store, "a")).hasToString("10.244.0.0/24");
    }
    assertThat(Files.readString(file("cluster.json"))).startsWith("{\"version\":2,\"id\":\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "(?s).*        | ''            | is not an object (expected: a JSON object)",
        "10.244.0.0/24 | 10.244.1.0/24 | block: 10.244.1.0/24 (expected: the one that the file is"
            + " named after)",
        "10.244.0.0/24 | 10.244.0.1/24 | block: 10.244.0.1/24: has host bits set (expected:"
            + " 10.244.0.0/24)",
        "\"node\":\"a\"| \"node\":\"A\"| node: \"A\" (expected: a DNS name in lower case, for"
            + " example worker-1)",
      })
  void malformedBlockRecord_isNamedWithItsBlock(String what, String by, String reason)
      throws IOException {
    try (BlockStore store = open(RANGE)) {
      Files.writeString(file("blocks/10.244.0.0_24.json"), BLOCK.replaceFirst(what, by));
      UnreadableRecord unreadable = store.view().unreadable().getFirst();
      assertThat(unreadable.toString()).isEqualTo("blocks/10.244.0.0_24.json: " + reason);
      assertThat(unreadable.block()).contains(block("10.244.0.0/24"));
      assertThat(join(store, "b")).hasToString("10.244.1.0/24");
      assertThatThrownBy(() -> store.release(block("10.244.0.0/24")))
          .isInstanceOf(IOException.class)
          .hasMessage(file("blocks/10.244.0.0_24.json") + ": " + reason);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.245.0.0/24", "10.244.0.0/25", "fd00::/64"})
  void heldBlockOfNoRange_isNamed(String block) throws IOException {
    Path file = new StoreDirectory(new LocalDisk(), directory).block(block(block));
    try (BlockStore store = open(RANGE)) {
      Files.writeString(file, BLOCK.replace("10.244.0.0/24", block));
      assertThat(store.view().blocks()).isEmpty();
      assertThat(store.view().unreadable())
          .singleElement()
          .hasToString(
              directory.relativize(file)
                  + ": block: "
                  + block
                  + " (expected: one of 10.244.0.0/16 in blocks of /24)");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"notes.txt", "10.244.0.0_24.json~", "10.244.00.0_24.json", "_.json"})
  void fileThatIsNoBlocks_isNamedAndTakesNoBlock(String name) throws IOException {
    try (BlockStore store = open(RANGE)) {
      Files.writeString(file("blocks/" + name), BLOCK);
      assertThat(store.view().unreadable()).hasSize(1);
      assertThat(store.view().unreadable().getFirst().block()).isEmpty();
      assertThat(join(store, "b")).hasToString("10.244.0.0/24");
    }
  }

  @Test
  void unreadableNodeRecord_keepsItsNameTakenUntilItIsReleased() throws IOException {
    try (BlockStore store = open(RANGE)) {
      IpPrefix held = join(store, "a");
      Files.writeString(file("nodes/a"), "garbage");
      assertThat(store.view().unreadable())
          .singleElement()
          .asString()
          .startsWith("nodes/a: is not JSON");
      assertThatThrownBy(() -> store.register(node("a")))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith(file("nodes/a") + ": is not JSON");
      assertThat(store.claim("a", owner("a"), Family.IPV4, 1)).isInstanceOf(Claim.Denied.class);
      assertThat(store.releaseNode("a")).extracting(BlockRecord::block).containsExactly(held);
      assertThat(store.register(node("a"))).isInstanceOf(Registration.Registered.class);
    }
  }

  @Test
  void fileLargerThanAnyRecord_isNotRead() throws IOException {
    try (BlockStore store = open(RANGE)) {
      Files.writeString(file("blocks/10.244.0.0_24.json"), " ".repeat(100_000));
      assertThat(store.view().unreadable())
          .singleElement()
          .hasToString("blocks/10.244.0.0_24.json: size: 100000 bytes (expected: at most 65536)");
    }
  }

  @Test
  void leftoverOfAKilledWriter_isIgnoredAndRemoved() throws IOException {
    try (BlockStore store = open(RANGE)) {
      Path leftover = file("tmp/1.json");
      Files.writeString(leftover, BLOCK.substring(0, 40));
      assertThat(store.view().unreadable()).isEmpty();
      assertThat(join(store, "a")).hasToString("10.244.0.0/24");
      assertThat(leftover).doesNotExist();
    }
  }

  @Test
  void damagedReport_isLeftOutAndReplacedByTheNext() throws IOException {
    try (BlockStore store = open(RANGE)) {
      store.report(new NodeUsage("a", List.of(), NOW));
      store.report(new NodeUsage("b", List.of(), NOW));
      Files.writeString(file("usage/a"), "");
      assertThat(store.usages()).extracting(NodeUsage::node).containsExactly("b");
      store.report(new NodeUsage("a", List.of(), NOW));
      assertThat(store.usages()).extracting(NodeUsage::node).containsExactly("a", "b");
    }
  }

  @Test
  void ipv6Blocks_areInFilesWithoutColons() throws IOException {
    try (BlockStore store = open(IPV6)) {
      store.register(node("a"));
      assertThat(held(store.claim("a", owner("a"), Family.IPV6, 2)))
          .containsExactly(block("fd00:244::/64"), block("fd00:244:0:1::/64"));
      assertThat(file("blocks/fd00-244-0-1--_64.json")).exists();
      damage(block("fd00:244:0:1::/64"));
      assertThat(store.view().unreadable().getFirst().block()).contains(block("fd00:244:0:1::/64"));
    }
  }

  @Test
  void longestNodeName_hasItsFiles() throws IOException {
    String name = ("a".repeat(62) + ".").repeat(4) + "b";
    try (BlockStore store = open(RANGE)) {
      join(store, name);
      store.report(new NodeUsage(name, List.of(), NOW));
      assertThat(store.view().node(name)).isPresent();
      assertThat(store.usages()).hasSize(1);
      store.releaseNode(name);
      assertThat(store.view().nodes()).isEmpty();
    }
  }

  /** As it is after a directory that was not mounted was taken for a new cluster by an agent. */
  @Test
  void clusterOfAnotherId_isNotWorkedWith() throws IOException {
    try (BlockStore store = open(RANGE)) {
      join(store, "a");
      UUID other = UUID.randomUUID();
      Files.writeString(
          file("cluster.json"),
          Files.readString(file("cluster.json"))
              .replaceFirst("\"id\":\"[^\"]*\"", "\"id\":\"" + other + "\""));
      for (String message : List.of(message(() -> store.view()), message(() -> join(store, "b")))) {
        assertThat(message)
            .startsWith(file("cluster.json") + ": cluster " + other + " (expected: cluster ")
            .contains("; the store was emptied or is another one");
      }
    }
    try (BlockStore store = open(RANGE)) {
      assertThat(store.view().ranges()).isEqualTo(ClusterRanges.of(RANGE));
    }
  }

  private interface Call {
    Object run() throws IOException;
  }

  private static String message(Call call) {
    try {
      return "answered " + call.run();
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
