package org.ovswin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ovswin.agent.admin.AdminServer;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.ipam.lease.LeaseDatabase;

/** {@code ovs-win ipam show} on directories as agents leave them. */
final class IpamShowTest {
  private static final String CONTAINER = "0123456789abcdef0123456789abcdef";

  @TempDir private Path directory;
  private NodeFiles node = new NodeFiles(Path.of("/"), "");

  @BeforeEach
  void writeConfig() throws IOException {
    node = NodeFiles.create(directory, "node1", 1);
  }

  /** Three nodes, of which node2 has told of its use a while ago; two leases of node1. */
  private void cluster() throws IOException {
    Instant now = Instant.now();
    try (BlockStore store = node.openStore(InstantSource.system())) {
      var _ = NodeFiles.join(store, 1, now);
      NodeFiles.report(store, NodeFiles.join(store, 2, now), 12, now.minusSeconds(185));
      var _ = NodeFiles.join(store, 3, now);
    }
    try (LeaseDatabase leases = node.open(InstantSource.system())) {
      var _ = NodeFiles.lease(leases, CONTAINER, Optional.of("web"));
      var _ = NodeFiles.lease(leases, "short", Optional.empty());
      var _ = leases.withdraw(new Attachment("short", "eth0"));
      leases.sync();
    }
  }

  private JsonNode json(String... more) throws IOException {
    List<String> words = new ArrayList<>(List.of(more));
    words.addAll(List.of("--output", "json"));
    Invocation shown = node.ipam("show", words.toArray(String[]::new));
    assertThat(shown.err()).isEmpty();
    return new ObjectMapper().readTree(shown.out());
  }

  @Test
  void cluster_withoutAnAgent_isReadFromDiskAndSaysSoFirst() throws IOException {
    cluster();
    Invocation shown = node.ipam("show");
    assertThat(shown.err()).isEmpty();
    assertThat(shown.exitCode()).isZero();
    List<String> lines = shown.out().lines().toList();
    assertThat(lines.getFirst())
        .startsWith("agent of node1: not running (" + node.adminSocket())
        .endsWith("; read from disk");
    assertThat(lines)
        .contains(
            "store: directory " + node.store() + ": reachable",
            "RANGE          BLOCK SIZE  BLOCKS  CLAIMED  RELEASED  FREE",
            "10.244.0.0/16         /24     256        3         0   253",
            "NODE   ADDRESS     OS       BLOCKS         USED  FREE  AS OF",
            "node1  192.0.2.11  linux    10.244.0.0/24     2   251  now",
            "node2  192.0.2.12  linux    10.244.1.0/24    12   241  3m ago",
            "node3  192.0.2.13  windows  10.244.2.0/24     -     -  -");
  }

  @Test
  void cluster_withAnAgent_saysHowItIs() throws IOException {
    cluster();
    try (AdminServer _ =
        AdminServer.open(node.adminSocket(), new FakeAgent(), InstantSource.system())) {
      Invocation shown = node.ipam("show");
      assertThat(shown.exitCode()).isZero();
      assertThat(shown.out())
          .contains(
              "agent of node1: running since 2026-01-02T03:04:05Z, version 0.1.0, 2 pods, 1 peer")
          .contains("agent of node1: problem: the switch does not answer")
          .doesNotContain("read from disk");
      assertThat(json().at("/agents/0/state").asText()).isEqualTo("running");
    }
  }

  @Test
  void leases_areThoseOfThisMachineAndCanBeNarrowed() throws IOException {
    cluster();
    assertThat(node.ipam("show", "--leases").out())
        .containsSubsequence(
            "ADDRESS     NODE   POD          CONTAINER     IF    STATE  SINCE",
            "10.244.0.2  node1  default/web  0123456789ab  eth0  held   now",
            "10.244.0.3  node1  -            short         eth0  going  now");
    assertThat(json("--pod", "web").at("/leases")).hasSize(1);
    assertThat(json("--namespace", "default").at("/leases")).hasSize(1);
    assertThat(json("--address", "10.244.0.2-10.244.0.3").at("/leases")).hasSize(2);
    assertThat(json("--container", "sh").at("/leases/0/state").asText()).isEqualTo("going");
    assertThat(json("--leases", "--node", "node2").at("/leases")).isEmpty();
    assertThat(node.ipam("show", "--pod", "nobody").out()).contains("no such lease");
  }

  @Test
  void node_showsItsBlocksAndReservations() throws IOException {
    cluster();
    assertThat(node.ipam("reserve", "10.244.0.128/28", "--reason", "printers").exitCode()).isZero();
    Invocation shown = node.ipam("show", "--node", "node1");
    assertThat(shown.out())
        .contains(
            "node node1",
            "10.244.0.0/24     2   235        0        19  now      now",
            "10.244.0.128-10.244.0.143  printers  now");
    assertThat(node.ipam("show", "--node", "node2").out())
        .contains("the leases of node2 are on that node: run this there");
  }

  @Test
  void map_ofBlocksAndOfAddresses() throws IOException {
    cluster();
    assertThat(node.ipam("show", "--map").out())
        .contains("10.244.0.0   # o o . . . . . . . . . . . . .")
        .contains("# own  o other node  ~ released, in grace  ! unreadable  . free")
        .doesNotContain("\u001b");
    assertThat(node.ipam("show", "--map", "--node", "node1").out())
        .contains("10.244.0.0   x x # - . . . . . . . . . . . .");
    assertThat(node.ipam("show", "--map", "--color", "always").out()).contains("\u001b[32m#");
    assertThat(json("--map", "--range", "10.244.0.0/20").at("/maps/0/rows")).hasSize(1);
  }

  /** A sticky pod's address is kept for it, another one cools down. */
  @Test
  void map_ofAddresses_showsThoseThatRest() throws IOException {
    cluster();
    try (LeaseDatabase leases = node.open(InstantSource.system())) {
      var _ = leases.release(new Attachment("short", "eth0"));
      leases.sync();
    }
    assertThat(node.ipam("show", "--map", "--node", "node1").out())
        .contains("10.244.0.0   x x # c . . . . . . . . . . . .");
  }

  @Test
  void forms_sayTheSame() throws IOException {
    cluster();
    JsonNode json = json();
    JsonNode yaml = new YAMLMapper().readTree(node.ipam("show", "-o", "yaml").out());
    for (String part : List.of("store", "agents", "ranges", "blocks", "reservations")) {
      assertThat(yaml.get(part)).as(part).isNotNull();
    }
    assertThat(yaml.get("ranges")).isEqualTo(json.get("ranges"));
    assertThat(node.ipam("show", "-o", "wide").out()).contains("02:00:00:00:00:01", "COOLING");
  }

  @Test
  void nothingClaimed_saysSoAndMakesNothing() {
    Invocation shown = node.ipam("show");
    assertThat(shown.exitCode()).isZero();
    assertThat(shown.out())
        .contains("no range yet: the first node to join makes the cluster's record")
        .contains(node.store().toString());
    assertThat(node.store()).doesNotExist();
    assertThat(directory.resolve("node1")).doesNotExist();
  }

  @Test
  void unreadableRecord_isShownAndFails() throws IOException {
    cluster();
    Files.writeString(node.store().resolve("blocks").resolve("10.244.7.0_24.json"), "garbage");

    Invocation text = node.ipam("show");
    assertThat(text.exitCode()).isEqualTo(1);
    assertThat(text.out()).contains("node1").contains("unreadable: blocks/10.244.7.0_24.json");
    assertThat(node.ipam("show", "--map").out())
        .contains("10.244.0.0   # o o . . . . ! . . . . . . . .");
    assertThat(json().get("unreadable").toString()).contains("10.244.7.0_24.json");
  }

  @Test
  void damagedJournal_failsAndNamesItAndShowsTheRest() throws IOException {
    cluster();
    byte[] bytes = Files.readAllBytes(node.journal());
    bytes[bytes.length / 2] ^= 0x55;
    Files.write(node.journal(), bytes);

    Invocation shown = node.ipam("show");

    assertThat(shown.exitCode()).isEqualTo(1);
    assertThat(shown.out())
        .contains("warning: node1: its leases cannot be read: " + node.journal())
        .contains("; ovs-win ipam check explains and repairs")
        .contains("node2  192.0.2.12");
  }

  @Test
  void damagedClusterRecord_failsAndNamesItAndShowsTheLeases() throws IOException {
    cluster();
    Files.writeString(node.store().resolve("cluster.json"), "{}");
    Invocation shown = node.ipam("show", "--leases");
    assertThat(shown.exitCode()).isEqualTo(1);
    assertThat(shown.out())
        .contains("store: directory " + node.store() + ": unreachable (")
        .contains("cluster.json")
        .contains("default/web");
  }

  /** What the agent keeps of them in its state directory is shown instead, and its age. */
  @Test
  void storeThatIsGone_isShownAsTheAgentSawItLast() throws IOException {
    cluster();
    Path kept = directory.resolve("node1").resolve("cluster-view.json");
    Files.writeString(
        kept,
        """
        {"cluster": %s, "nodes": [%s], "blocks": [%s]}
        """
            .formatted(
                Files.readString(node.store().resolve("cluster.json")),
                Files.readString(node.store().resolve("nodes").resolve("node2")),
                Files.readString(node.store().resolve("blocks").resolve("10.244.1.0_24.json"))));
    Files.setLastModifiedTime(kept, FileTime.from(Instant.now().minusSeconds(3 * 3600 + 5)));
    Files.move(node.store(), directory.resolve("away"));

    Invocation shown = node.ipam("show");
    assertThat(shown.exitCode()).isEqualTo(1);
    assertThat(shown.out())
        .contains(
            "store: directory "
                + node.store()
                + ": unreachable ("
                + node.store().resolve("cluster.json")
                + ": no cluster (expected: one; is the directory mounted, or the prefix right?")
        .contains("; its records as an agent saw them, last changed 3h ago")
        .contains("10.244.0.0/16         /24     256        1         0   255")
        .contains("node2  192.0.2.12  linux  10.244.1.0/24");
    assertThat(node.store()).doesNotExist();
    assertThat(node.ipam("show", "--leases").out()).contains("default/web");

    Files.writeString(node.store(), "no directory");
    assertThat(node.ipam("show").out()).contains("unreachable (", "last changed 3h ago");
  }

  @Test
  void configOfAnotherStore_isWrongUse() throws IOException {
    Path other = directory.resolve("other.yaml");
    Files.writeString(
        other, Files.readString(node.config()).replace(node.store().toString(), "/nowhere/store"));
    Invocation shown = node.ipam("show", "--config", other.toString());
    assertThat(shown.exitCode()).isEqualTo(2);
    assertThat(shown.err())
        .isEqualToIgnoringNewLines(
            "ovs-win: cluster.store of node1: directory /nowhere/store (expected: directory "
                + node.store()
                + ", as in the first configuration)");
  }

  @Test
  void severalConfigs_showTheLeasesOfEach() throws IOException {
    cluster();
    NodeFiles second = NodeFiles.create(directory, "node2", 2);
    Invocation shown = node.ipam("show", "--leases", "--config", second.config().toString());
    assertThat(shown.exitCode()).isZero();
    assertThat(shown.out()).contains("default/web").contains("agent of node2: not running");
  }

  /** Takes so many lines and then reads no more, as head(1) does. */
  private static final class Head extends Writer {
    private final StringBuilder text = new StringBuilder();
    private final int most;
    private final Runnable afterFirst;

    Head(int most, Runnable afterFirst) {
      this.most = most;
      this.afterFirst = afterFirst;
    }

    @Override
    public synchronized void write(char[] chars, int from, int count) throws IOException {
      long before = lines();
      if (before >= most) {
        throw new IOException("Broken pipe");
      }
      text.append(chars, from, count);
      if (before == 0 && lines() == 1) {
        afterFirst.run();
      }
    }

    synchronized String text() {
      return text.toString();
    }

    private long lines() {
      return text.chars().filter(c -> c == '\n').count();
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  private int watch(Head head, String interval) {
    return Main.commandLine()
        .setOut(new PrintWriter(head, true))
        .execute(
            "ipam",
            "show",
            "--config",
            node.config().toString(),
            "--watch",
            "--interval",
            interval,
            "--output",
            "json");
  }

  /**
   * With an interval of an hour it is the changes that wake it; with a short one, nothing is
   * printed when nothing has changed. The last change it cannot print.
   */
  @ParameterizedTest
  @ValueSource(strings = {"1h", "100ms"})
  void watch_printsOneDocumentALineForEachChangeUntilNobodyReads(String interval) throws Exception {
    cluster();
    Head head = new Head(2, () -> Thread.ofVirtual().start(() -> join(4)));
    CompletableFuture<Integer> exit =
        CompletableFuture.supplyAsync(() -> watch(head, interval), Thread.ofVirtual()::start);
    Awaitility.await().until(() -> head.text().contains("node4"));
    join(5);
    assertThat(exit.get(1, TimeUnit.MINUTES)).isZero();
    List<String> lines = head.text().lines().toList();
    assertThat(lines).hasSize(2);
    assertThat(new ObjectMapper().readTree(lines.getFirst()).get("nodes")).hasSize(3);
    assertThat(new ObjectMapper().readTree(lines.getLast()).get("nodes")).hasSize(4);
  }

  private void join(int number) {
    try (BlockStore store = node.openStore(InstantSource.system())) {
      var _ = NodeFiles.join(store, number, Instant.now());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--map --leases | ovs-win: --map: (expected: without --leases and what narrows them)",
        "--map --pod web | ovs-win: --map: (expected: without --leases and what narrows them)",
        "--range 10.244.0.0/20 | ovs-win: --range: 10.244.0.0/20 (expected: with --map)",
        "--map --range 10.244.0.1/20 | has host bits set (expected: 10.244.0.0/20)",
        "--map --range 10.9.0.0/20 | ovs-win: --range: 10.9.0.0/20 (expected: in one of the"
            + " cluster's ranges, 10.244.0.0/16)",
        "--map --range 10.244.0.0/25 | ovs-win: --range: 10.244.0.0/25 (expected: whole blocks,"
            + " which are /24)",
        "--node node9 | ovs-win: --node: node9 (expected: one of node1, node2, node3)",
        "--node Node_1 | ovs-win: --node: \"Node_1\" (expected: a DNS name in lower case",
        "--node _ | ovs-win: --node: \"\" (expected: a DNS name in lower case",
        "--pod _ | ovs-win: --pod: \"\" (expected: a name)",
        "--container _ | ovs-win: --container: \"\" (expected: a name)",
        "--address 10.244.0.2-10.244.0.1 | runs backwards",
        "--interval 2s | ovs-win: --interval: 2s (expected: with --watch)",
        "--watch --interval 2 | ovs-win: --interval: \"2\" (expected: 100ms to 1h, such as 2s)",
        "--watch --interval 1ms | ovs-win: --interval: \"1ms\" (expected: 100ms to 1h, such as 2s)",
        "--output xml | Invalid value for option '--output'",
        "--color sometimes | Invalid value for option '--color'",
        "--config /nowhere/agent.yaml | ovs-win: /nowhere/agent.yaml: no such file (expected: "
      })
  void badInput_isNamedAndRefused(String words, String message) throws IOException {
    cluster();
    List<String> more = new ArrayList<>();
    for (String word : words.split(" ", -1)) {
      more.add(word.equals("_") ? "" : word);
    }
    Invocation wrong = node.ipam("show", more.toArray(String[]::new));
    assertThat(wrong.exitCode()).as(wrong.err()).isEqualTo(2);
    assertThat(wrong.out()).isEmpty();
    assertThat(wrong.err()).contains(message).doesNotContain("Exception");
  }

  @Test
  void wrongConfig_isWrongUseAndNamesTheKey() throws IOException {
    Files.writeString(node.config(), "colour: red\n");
    Invocation shown = node.ipam("show");
    assertThat(shown.exitCode()).isEqualTo(2);
    assertThat(shown.err()).startsWith("ovs-win: " + node.config() + ": ").contains("colour");
  }
}
