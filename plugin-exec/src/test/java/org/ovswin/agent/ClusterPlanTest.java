package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.UnreadableRecord;
import org.ovswin.ipam.lease.BlockUsage;

/** What a node does about the cluster's records: a row for each thing that they may say. */
class ClusterPlanTest {
  private static final Instant NOW = Instant.parse("2026-11-01T00:00:00Z");
  private static final UUID OWNER = new UUID(0, 1);
  private static final UUID OTHER = new UUID(0, 2);
  private static final NodeRecord SELF =
      new NodeRecord(
          "node1",
          OWNER,
          List.of(IpAddress.parse("192.0.2.11")),
          MacAddress.parse("02:00:00:00:00:0b"),
          "linux",
          Optional.empty(),
          "0.1.0",
          NOW);
  private static final ClusterRange IPV4 = new ClusterRange(IpPrefix.parse("10.244.0.0/16"), 24);
  private static final ClusterRange IPV6 = new ClusterRange(IpPrefix.parse("fd00:244::/48"), 64);
  private static final IpPrefix A = IpPrefix.parse("10.244.0.0/24");
  private static final IpPrefix B = IpPrefix.parse("10.244.1.0/24");
  private static final IpPrefix SIX = IpPrefix.parse("fd00:244::/64");

  /** Builds a case: what the store says, and what the database. */
  static final class Case {
    private final List<ClusterRange> ranges = new ArrayList<>(List.of(IPV4));
    private final List<NodeRecord> nodes = new ArrayList<>(List.of(SELF));
    private final List<BlockRecord> blocks = new ArrayList<>();
    private final List<UnreadableRecord> unreadable = new ArrayList<>();
    private final List<BlockUsage> local = new ArrayList<>();
    private final Map<IpPrefix, BlockRecord> released = new HashMap<>();
    private Set<Family> waiting = Set.of();

    Case ipv6() {
      ranges.add(IPV6);
      return this;
    }

    Case withoutRange() {
      ranges.clear();
      return this;
    }

    Case nodes(NodeRecord... records) {
      nodes.clear();
      nodes.addAll(List.of(records));
      return this;
    }

    Case held(IpPrefix block) {
      blocks.add(BlockRecord.claimed(block, "node1", OWNER, NOW));
      return this;
    }

    Case heldByAnother(IpPrefix block) {
      blocks.add(BlockRecord.claimed(block, "node2", OTHER, NOW));
      return this;
    }

    Case heldByAnEarlierSelf(IpPrefix block) {
      blocks.add(BlockRecord.claimed(block, "node1", OTHER, NOW));
      return this;
    }

    Case released(IpPrefix block) {
      blocks.add(BlockRecord.claimed(block, "node1", OWNER, NOW).released(NOW));
      return this;
    }

    Case unreadable(IpPrefix block) {
      unreadable.add(new UnreadableRecord("file", Optional.of(block), "damaged"));
      return this;
    }

    Case local(IpPrefix block, long used, long free) {
      local.add(new BlockUsage(block, used, free, 0, 3));
      return this;
    }

    Case givenBack(IpPrefix block) {
      released.put(block, BlockRecord.claimed(block, "node1", OWNER, NOW));
      return this;
    }

    Case waiting(Family family) {
      waiting = Set.of(family);
      return this;
    }

    String plan() {
      ClusterPlan plan =
          ClusterPlan.of(
              new ClusterView(new ClusterRanges(ranges), nodes, blocks, unreadable),
              SELF,
              new LocalBlocks(local, waiting),
              released);
      List<String> steps = new ArrayList<>();
      if (plan.register()) {
        steps.add("register");
      }
      new TreeMap<>(plan.claims()).forEach((family, n) -> steps.add("claim " + family + " " + n));
      plan.reclaim().forEach(block -> steps.add("reclaim " + block));
      plan.adopt().forEach(block -> steps.add("adopt " + block));
      plan.drop().forEach(block -> steps.add("drop " + block));
      new TreeSet<>(plan.closed().keySet()).forEach(block -> steps.add("close " + block));
      return String.join(", ", steps);
    }
  }

  private static Case of() {
    return new Case();
  }

  private static NodeRecord self(UUID owner, String version) {
    return new NodeRecord(
        "node1",
        owner,
        SELF.addresses(),
        SELF.mac(),
        "linux",
        Optional.empty(),
        version,
        NOW.minusSeconds(9));
  }

  static Stream<Arguments> cases() {
    return Stream.of(
        row("a new node registers and claims", of().nodes(), "register, claim IPv4 1"),
        row("of each family one block", of().ipv6(), "claim IPv4 1, claim IPv6 1"),
        row("nothing to do", of().held(A).local(A, 10, 243), ""),
        row(
            "an earlier time of joining is no difference",
            of().nodes(self(OWNER, "0.1.0")).held(A).local(A, 10, 243),
            ""),
        row(
            "another version is",
            of().nodes(self(OWNER, "0.0.9")).held(A).local(A, 10, 243),
            "register"),
        row(
            "a record that went while we live comes back",
            of().nodes().held(A).local(A, 10, 243),
            "register"),
        row("a claim that was lost in a crash is found", of().held(A), "adopt " + A),
        row("the reserve is touched", of().held(A).local(A, 245, 8), "claim IPv4 2"),
        row("the reserve is not touched", of().held(A).local(A, 244, 9), ""),
        row(
            "room in one block is enough",
            of().held(A).held(B).local(A, 253, 0).local(B, 1, 252),
            ""),
        row("both full", of().held(A).held(B).local(A, 253, 0).local(B, 253, 0), "claim IPv4 3"),
        row("one that comes is waited for", of().held(A).held(B).local(A, 253, 0), "adopt " + B),
        row(
            "an ADD waits",
            of().ipv6().held(A).held(SIX).local(A, 0, 253).local(SIX, 9, 99).waiting(Family.IPV6),
            "claim IPv6 2"),
        row("a range that was added", of().ipv6().held(A).local(A, 1, 252), "claim IPv6 1"),
        row("released with pods: taken back", of().released(A).local(A, 1, 252), "reclaim " + A),
        row(
            "released without pods: given up, and another one claimed",
            of().released(A).local(A, 0, 253),
            "claim IPv4 1, drop " + A),
        row("gone with pods: taken back", of().local(A, 1, 252), "reclaim " + A),
        row(
            "held by another: closed, and another one claimed",
            of().heldByAnother(A).local(A, 1, 252),
            "claim IPv4 1, close " + A),
        row(
            "held by another, also without pods: closed until that is looked into",
            of().heldByAnother(A).local(A, 0, 253),
            "claim IPv4 1, close " + A),
        row(
            "held by another instance of this node: closed",
            of().heldByAnEarlierSelf(A).local(A, 1, 252),
            "claim IPv4 1, close " + A),
        row("range removed with pods: closed", of().withoutRange().local(A, 1, 252), "close " + A),
        row("unreadable: nobody knows better", of().unreadable(A).local(A, 1, 252), "claim IPv4 1"),
        row(
            "a block that we gave back stays away, whatever an old view says",
            of().held(A).held(B).local(A, 1, 252).givenBack(B),
            ""));
  }

  private static Arguments row(String reason, Case given, String expected) {
    return argumentSet(reason, given, expected);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void plan(Case given, String expected) {
    assertThat(given.plan()).isEqualTo(expected);
  }
}
