package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.cli.Main;
import org.ovswin.lab.LabException;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.Pod;

/** {@code ovs-win ipam} on nodes whose agents run, and on what they leave behind. */
class IpamVerbsE2ETest {
  private static final JsonMapper JSON = new JsonMapper();

  @RegisterExtension final Cluster cluster = Cluster.ofNodes(2);

  /** {@code ovs-win ipam VERB MORE} on node 1. */
  private OvsWin ipam(String verb, String... more) {
    List<String> words = new ArrayList<>(List.of("ipam"));
    words.addAll(List.of(verb.split(" ")));
    words.addAll(List.of(more));
    return OvsWin.on(cluster.node(1), words.toArray(String[]::new));
  }

  private String done(String verb, String... more) {
    OvsWin call = ipam(verb, more);
    assertThat(call.exitCode()).as(call.out() + call.err()).isZero();
    return call.out();
  }

  private String refused(int exitCode, String verb, String... more) {
    OvsWin call = ipam(verb, more);
    assertThat(call.exitCode()).as(call.out() + call.err()).isEqualTo(exitCode);
    return call.err();
  }

  private JsonNode json(String verb, String... more) {
    List<String> words = new ArrayList<>(List.of(more));
    words.addAll(List.of("--output", "json"));
    String out = done(verb, words.toArray(String[]::new));
    try {
      return JSON.readTree(out);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + out, e);
    }
  }

  @Test
  void release_ofALivingPod_isRefusedAndSaysWhose() {
    Pod web = cluster.pod(1, "web");
    assertThat(done("show", "--leases")).contains(web.address()).contains("held");

    assertThat(refused(Main.FAILED, "release", web.address()))
        .contains(web.address() + " is used by", web.containerId(), "--force");
    assertThat(done("show", "--leases")).contains(web.address());
    assertThat(refused(Main.FAILED, "release", "10.244.99.9")).contains("10.244.99.9", "expected");

    assertThat(json("release", web.address(), "--force").at("/holder/containerId").asText())
        .isEqualTo(web.containerId());
    assertThat(json("show", "--leases").at("/leases")).isEmpty();
    assertThat(cluster.node(1).flows()).doesNotContain(web.address());
  }

  @Test
  void leaseWhoseSandboxIsGone_isListedThenReclaimedAndRemembered() {
    Pod web = cluster.pod(1, "web");
    Path netns = cluster.lab().addSandbox("gone");
    Cni.Answer added = Cni.on(cluster.node(1)).add("c0ffee", netns);
    String address = added.address();
    assertThat(done("gc")).contains("nothing to take back");
    cluster.lab().delSandbox("gone");
    Instant then = Instant.now();

    assertThat(done("gc")).contains(address, "is gone", "ovs-win ipam gc --yes takes it back");
    assertThat(done("show", "--leases")).contains(address, web.address());

    JsonNode reclaimed = json("gc", "--yes");
    assertThat(reclaimed.at("/candidates/0/outcome").asText()).isEqualTo("reclaimed");
    assertThat(done("show", "--leases")).doesNotContain(address).contains(web.address());

    JsonNode holders = json("history", address).at("/holders");
    assertThat(holders).hasSize(1);
    assertThat(holders.at("/0/containerId").asText()).isEqualTo("c0ffee");
    assertThat(holders.at("/0/until").asText()).isNotEmpty();
    assertThat(json("history", address, "--at", then.toString()).at("/holders")).hasSize(1);
    assertThat(done("history", address, "--at", "2026-01-02T03:04:05Z")).contains("nobody had");
    assertThat(done("history", web.address())).contains("has it now");
  }

  @Test
  void reservedAddresses_areNotGivenUntilTheyAreUnreserved() {
    Pod first = cluster.pod(1, "first");
    int dot = first.address().lastIndexOf('.') + 1;
    String network = first.address().substring(0, dot);
    int last = Integer.parseInt(first.address().substring(dot));
    String range = "%s%d-%s%d".formatted(network, last + 1, network, last + 3);

    assertThat(done("reserve", range, "--reason", "printers")).contains(range);
    assertThat(done("show", "--node", "node1")).contains(range, "printers");
    assertThat(cluster.pod(1, "second").address()).isEqualTo(network + (last + 4));
    assertThat(done("unreserve", range)).contains(range);
    assertThat(refused(Main.FAILED, "unreserve", range)).contains(range, "expected");
    assertThat(json("show").at("/reservations")).isEmpty();
  }

  @Test
  void withoutTheAgent_diskTellsAndTheRestSaysWhatIsMissing() throws IOException {
    LabNode node = cluster.node(1);
    Pod web = cluster.pod(1, "web");
    node.stopAgent();

    assertThat(done("show", "--leases"))
        .startsWith("agent of node1: not running")
        .contains("read from disk", web.address());
    assertThat(done("show")).contains("node1", "node2", "10.244.0.0/24");
    assertThat(refused(Main.MISSING, "release", web.address()))
        .contains("the agent of node1 does not run", "start it with ovs-win agent --config");
    assertThat(done("reserve", "10.244.0.200", "--reason", "later"))
        .contains("(on disk: the agent does not run)");
    assertThat(done("unreserve", "10.244.0.200")).contains("10.244.0.200");
    assertThat(done("check")).contains("all is as it should be");

    Path store = cluster.lab().directory().resolve("store");
    Path away = store.resolveSibling("store.away");
    Files.move(store, away);
    try {
      OvsWin cached = ipam("show");
      assertThat(cached.exitCode()).isEqualTo(Main.FAILED);
      assertThat(cached.out())
          .contains(
              "unreachable",
              "its records as an agent saw them, last changed",
              "node2",
              "10.244.0.0/24");
      assertThat(store).doesNotExist();
    } finally {
      Files.move(away, store);
    }
    node.startAgent();
    assertThat(done("show")).contains("agent of node1: running since");
    cluster.allTalk(web);
  }

  @Test
  void damagedJournal_isExplainedAndRepairedWhileTheAgentIsStopped() throws IOException {
    LabNode node = cluster.node(1);
    cluster.delete(cluster.pod(1, "web"));
    assertThat(refused(Main.FAILED, "check", "--repair", "--yes"))
        .contains("is in use by process", "expected: the agent stopped");
    node.stopAgent();
    Path journal = node.stateDirectory().resolve("leases").resolve("leases.journal");
    byte[] bytes = Files.readAllBytes(journal);
    bytes[bytes.length / 2] ^= 0x55;
    Files.write(journal, bytes);

    OvsWin explained = ipam("check");
    assertThat(explained.exitCode()).isEqualTo(Main.FAILED);
    assertThat(explained.out()).contains(journal.toString(), "found:", "remedy:", "lost:");
    assertThat(Files.readAllBytes(journal)).isEqualTo(bytes);
    assertThatThrownBy(node::startAgent)
        .isInstanceOf(LabException.class)
        .hasMessageContaining(journal.toString());

    OvsWin repaired = ipam("check", "--repair", "--yes");
    assertThat(repaired.exitCode()).as(repaired.out() + repaired.err()).isZero();
    node.startAgent();
    cluster.eventuallyAllTalk(cluster.pod(1, "a"), cluster.pod(2, "b"));
  }

  @Test
  void blocksAndRanges_changeWhileTheAgentsRun() {
    cluster.rememberEmpty();
    Pod b = cluster.pod(2, "b");
    String own = json("show", "--node", "node1").at("/blocks/0/block").asText();
    assertThat(done("show", "--map")).containsPattern("(# o|o #) [.] [.]").contains("other node");

    JsonNode claimed = json("block add");
    String block = claimed.at("/claimed").asText();
    assertThat(claimed.at("/held")).hasSize(2);
    assertThat(done("show", "--node", "node1")).contains(block);
    assertThat(done("block release", block)).contains("released " + block + " of node1");
    assertThat(done("show", "--node", "node1")).doesNotContain(block);
    assertThat(refused(Main.FAILED, "block release", own)).contains("last");
    assertThat(refused(Main.FAILED, "block release", blockOf(b))).contains("node2", "--force");

    assertThat(done("range add", "10.245.0.0/16")).contains("the cluster has 10.244.0.0/16");
    assertThat(done("show")).contains("10.245.0.0/16");
    assertThat(refused(Main.FAILED, "range add", "10.245.128.0/17")).contains("overlaps");
    assertThat(refused(Main.FAILED, "range remove", "10.244.0.0/16")).contains("in use");
    assertThat(done("range remove", "10.245.0.0/16")).contains("removed 10.245.0.0/16");

    cluster.delete(b);
    cluster.node(2).stopAgent();
    assertThat(done("block release", "--node", "node2", "--force")).contains("released", "node2");
    Cluster.eventually()
        .untilAsserted(() -> assertThat(cluster.node(1).flows()).doesNotContain(blockOf(b)));
    assertThat(done("show")).contains("WAS OF");
  }

  private static String blockOf(Pod pod) {
    return pod.address().replaceFirst("[0-9]+$", "0/24");
  }
}
