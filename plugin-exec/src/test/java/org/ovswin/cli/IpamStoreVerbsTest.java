package org.ovswin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ovswin.agent.admin.AdminServer;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.ClusterRanges;

/** The verbs that change the cluster's records: blocks and ranges. */
final class IpamStoreVerbsTest {
  @TempDir private Path directory;
  private NodeFiles node = new NodeFiles(Path.of("/"), "");

  /** node1 is this one; node2 told of 12 leases, node3 of none, node4 never told. */
  @BeforeEach
  void cluster() throws IOException {
    node = NodeFiles.create(directory, "node1", 1);
    Instant now = Instant.now();
    try (BlockStore store = node.openStore(InstantSource.system())) {
      var _ = NodeFiles.join(store, 1, now);
      NodeFiles.report(store, NodeFiles.join(store, 2, now), 12, now.minusSeconds(60));
      NodeFiles.report(store, NodeFiles.join(store, 3, now), 0, now.minusSeconds(60));
      var _ = NodeFiles.join(store, 4, now);
    }
  }

  private ClusterRanges ranges() throws IOException {
    try (BlockStore store = node.openStore(InstantSource.system())) {
      return store.view().ranges();
    }
  }

  @Test
  void releaseNode_thatIsEmpty_saysFromWhenOthersMayHaveItsBlocks() throws IOException {
    Invocation released = node.ipam("block release", "--node", "node3");
    assertThat(released.err()).isEmpty();
    assertThat(released.exitCode()).isZero();
    assertThat(released.out())
        .matches(
            "released 10\\.244\\.2\\.0/24 of node3; others may claim it from \\S+ on \\(grace"
                + " 10m\\)\\R");
    assertThat(node.ipam("show").out()).contains("10.244.2.0/24  node3");
    Invocation again = node.ipam("block release", "--node", "node3");
    assertThat(again.exitCode()).isEqualTo(1);
    assertThat(again.err())
        .isEqualToIgnoringNewLines("ovs-win: node3: the store has no node of this name");
  }

  @Test
  void releaseNode_withLeasesInItsLastReport_isRefusedUnlessForced() {
    Invocation refused = node.ipam("block release", "--node", "node2");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err())
        .startsWith("ovs-win: node2 holds 10.244.1.0/24 with 12 leases, as it told ")
        .contains(" ago (expected: no leases; when the node is gone for good, add --force)");
    assertThat(node.ipam("block release", "--node", "node2", "--force").exitCode()).isZero();
  }

  @Test
  void releaseNode_thatNeverTold_isRefusedUnlessForced() {
    Invocation refused = node.ipam("block release", "--node", "node4");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains("10.244.3.0/24 of which it never told");
    assertThat(node.ipam("block release", "--node", "node4", "--force").exitCode()).isZero();
  }

  /** Also if its last report tells of no lease: pods may have come since. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10.244.1.0/24 | ovs-win: node2 holds 10.244.1.0/24, with 12 leases, as it told",
        "10.244.2.0/24 | ovs-win: node3 holds 10.244.2.0/24, and no lease in it (expected:",
        "10.244.3.0/24 | ovs-win: node4 holds 10.244.3.0/24, of which it never told (expected:"
      })
  void releaseBlock_ofAnotherNode_isRefusedUnlessForced(String block, String message)
      throws IOException {
    Invocation refused = node.ipam("block release", block);
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).startsWith(message).contains("on that node", "add --force");
    Invocation released = node.ipam("block release", block, "--force", "-o", "json");
    assertThat(released.exitCode()).isZero();
    assertThat(new ObjectMapper().readTree(released.out()).at("/released/0/block").asText())
        .isEqualTo(block);
    Invocation again = node.ipam("block release", block);
    assertThat(again.exitCode()).isEqualTo(1);
    assertThat(again.err()).isEqualToIgnoringNewLines("ovs-win: " + block + ": no node holds it");
  }

  @Test
  void releaseBlock_ofThisNode_isTheAgentsToDo() throws IOException {
    assertThat(node.ipam("block release", "10.244.0.0/24").exitCode()).isEqualTo(3);
    FakeAgent agent = new FakeAgent();
    try (AdminServer _ = AdminServer.open(node.adminSocket(), agent, InstantSource.system())) {
      Invocation refused = node.ipam("block release", "10.244.0.0/24");
      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.err())
          .isEqualToIgnoringNewLines("ovs-win: 10.244.0.0/24 has 3 leases (expected: none)");
    }
    assertThat(agent.asked).containsExactly("release 10.244.0.0/24");
  }

  @Test
  void addBlock_takesTheOnlyFamilyThereIs() throws IOException {
    FakeAgent agent = new FakeAgent();
    try (AdminServer _ = AdminServer.open(node.adminSocket(), agent, InstantSource.system())) {
      assertThat(node.ipam("block add").out())
          .isEqualToIgnoringNewLines(
              "claimed 10.244.7.0/24; the node holds 10.244.0.0/24, 10.244.7.0/24");
      assertThat(node.ipam("block add", "--family", "ipv6").exitCode()).isZero();
    }
    assertThat(agent.asked).containsExactly("add IPv4", "add IPv6");
    assertThat(node.ipam("block add").exitCode()).isEqualTo(3);
  }

  @Test
  void addRange_andRemoveIt() throws IOException {
    Invocation added = node.ipam("range add", "10.245.0.0/16");
    assertThat(added.exitCode()).isZero();
    assertThat(added.out())
        .isEqualToIgnoringNewLines(
            "added 10.245.0.0/16 in blocks of /24; the cluster has 10.244.0.0/16 in blocks of /24,"
                + " 10.245.0.0/16 in blocks of /24");
    assertThat(node.ipam("range add", "fd00:10:244::/48").out()).contains("in blocks of /64");
    assertThat(node.ipam("range add", "10.246.0.0/20", "--block-prefix-length", "26").exitCode())
        .isZero();
    assertThat(ranges().ranges()).hasSize(4);
    assertThat(node.ipam("range remove", "10.245.0.0/16").exitCode()).isZero();
    assertThat(ranges().ranges()).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "range add 10.244.128.0/17 | 1 | ovs-win: range 10.244.128.0/17 in blocks of /24: overlaps"
            + " 10.244.0.0/16",
        "range add 192.0.2.0/24 | 1 | ovs-win: 192.0.2.0/24: contains 192.0.2.11, the address of"
            + " node node1 (expected: a range of pods' addresses only)",
        "range add 10.245.0.1/16 | 2 | has host bits set (expected: 10.245.0.0/16)",
        "range add 10.245.0.0/16 --block-prefix-length 8 | 2 | ovs-win: --block-prefix-length:",
        "range add 10.245.0.0/16 --block-prefix-length x | 2 | --block-prefix-length",
        "range add 10.245.0.0/28 | 2 | ovs-win: --block-prefix-length:",
        "range add 10.245.0.0 | 2 | CIDR",
        "range add * | 2 | CIDR",
        "range add _ | 2 | CIDR",
        "range add 010.245.0.0/16 | 2 | CIDR",
        "range add ::ffff:10.245.0.0/112 | 2 | CIDR",
        "range add | 2 | Missing required parameter: 'CIDR'",
        "range remove 10.244.0.0/16 | 1 | ovs-win: range 10.244.0.0/16 in blocks of /24: 4 blocks"
            + " are in use",
        "range remove 10.9.0.0/16 | 1 | ovs-win: range 10.9.0.0/16: is not there",
        "range remove 10.9.0.0/33 | 2 | CIDR",
        "block release | 2 | BLOCK",
        "block release 10.244.2.0/24 --node node3 | 2 | --node",
        "block release 10.244.2.0/25 | 2 | ovs-win: BLOCK: 10.244.2.0/25 (expected: a block of"
            + " 10.244.0.0/16 in blocks of /24)",
        "block release 10.244.200.0/24 | 1 | ovs-win: 10.244.200.0/24: no node holds it",
        "block release --node node1 | 2 | ovs-win: --node: node1 (expected: a node that is gone",
        "block release --node Node_1 | 2 | ovs-win: --node: \"Node_1\" (expected: a DNS name",
        "block release --node _ | 2 | ovs-win: --node: \"\" (expected: a DNS name",
        "block release --node node9 | 1 | ovs-win: node9: the store has no node of this name",
        "block add --family ipx | 2 | --family",
        "block add ipv4 | 2 | Unmatched argument"
      })
  void whatCannotBe_isNamedAndRefused(String words, int exitCode, String message)
      throws IOException {
    String[] all = words.split(" ", -1);
    List<String> more = new ArrayList<>();
    for (int i = 2; i < all.length; i++) {
      more.add(all[i].equals("_") ? "" : all[i]);
    }
    Invocation wrong = node.ipam(all[0] + " " + all[1], more.toArray(String[]::new));
    assertThat(wrong.exitCode()).as(wrong.err()).isEqualTo(exitCode);
    assertThat(wrong.out()).isEmpty();
    assertThat(wrong.err()).contains(message).doesNotContain("Exception");
    assertThat(ranges().ranges()).hasSize(1);
  }
}
