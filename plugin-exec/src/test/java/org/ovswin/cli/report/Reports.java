package org.ovswin.cli.report;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ovswin.cli.report.ClusterReport.AgentState;
import org.ovswin.cli.report.ClusterReport.Block;
import org.ovswin.cli.report.ClusterReport.HeldLease;
import org.ovswin.cli.report.ClusterReport.Joined;
import org.ovswin.cli.report.ClusterReport.LeaseState;
import org.ovswin.cli.report.ClusterReport.Node;
import org.ovswin.cli.report.ClusterReport.Reserved;
import org.ovswin.cli.report.ClusterReport.Resting;
import org.ovswin.cli.report.ClusterReport.RestingState;
import org.ovswin.cli.report.ClusterReport.Standing;
import org.ovswin.cli.report.ClusterReport.StoreState;
import org.ovswin.cli.report.ClusterReport.Usage;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.ipam.block.ClusterRange;

/** Reports to show, all of one moment. */
final class Reports {
  static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

  private Reports() {}

  /** Two families, a node of this machine, one of another, and a block just given back. */
  static ClusterReport busy() {
    return new ClusterReport(
        NOW,
        new StoreState.Reachable("file /var/lib/ovs-win/store"),
        List.of(
            new AgentState.Running(
                "node1", "running, version 0.1.0", List.of("the switch does not answer"))),
        List.of(range("10.244.0.0/16", 24), range("fd00:10:244::/56", 64)),
        List.of(node("node1", 1, "linux"), node("node2", 2, "windows")),
        List.of(
            held("10.244.0.0/24", "node1", new Usage.Counted(3, 246, 2, 2)),
            held("10.244.1.0/24", "node2", new Usage.Reported(12, 241, ago(3))),
            held("10.244.2.0/24", "node1", new Usage.Counted(0, 253, 0, 0)),
            released("10.244.3.0/24", "node3", ago(120), ago(-480)),
            released("10.244.9.0/24", "node4", ago(7200), ago(6600)),
            new Block(prefix("10.244.16.0/24"), new Standing.Unreadable(), Optional.empty()),
            held("fd00:10:244::/64", "node1", new Usage.Counted(1, 1L << 62, 0, 0))),
        leases(),
        List.of(
            new Reserved(
                "node1", AddressRange.parse("10.244.0.128-10.244.0.129"), "printers", ago(86400))),
        List.of(
            new Resting("node1", address("10.244.0.5"), RestingState.COOLING),
            new Resting("node1", address("10.244.0.6"), RestingState.STICKY)),
        List.of("10.244.16.0_24.json: is empty (expected: a record)"),
        List.of());
  }

  static List<HeldLease> leases() {
    return List.of(
        new HeldLease(
            "node1",
            List.of(address("10.244.0.2"), address("fd00:10:244::2")),
            LeaseState.HELD,
            "net",
            Optional.of("default"),
            Optional.of("web-0"),
            "0123456789abcdef0123456789abcdef",
            "eth0",
            ago(300),
            "boot-1"),
        new HeldLease(
            "node1",
            List.of(address("10.244.0.3")),
            LeaseState.GOING,
            "net",
            Optional.of("shop"),
            Optional.of("db-0"),
            "fedcba9876543210",
            "eth0",
            ago(90000),
            "boot-1"),
        new HeldLease(
            "node1",
            List.of(address("10.244.0.4")),
            LeaseState.HELD,
            "net",
            Optional.empty(),
            Optional.empty(),
            "short",
            "net1",
            ago(0),
            "boot-1"));
  }

  /** A cluster of one range with these blocks held by node1, and nothing else. */
  static ClusterReport ofRange(String cidr, int blockLength, List<String> blocks) {
    List<Block> held = new ArrayList<>();
    for (String block : blocks) {
      held.add(new Block(prefix(block), new Standing.Held("node1", ago(60)), Optional.empty()));
    }
    return new ClusterReport(
        NOW,
        new StoreState.Reachable("file /store"),
        List.of(new AgentState.Down("node1", "no answer")),
        List.of(range(cidr, blockLength)),
        List.of(node("node1", 1, "linux")),
        held,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }

  /** The same report with leases of node1 on these addresses. */
  static ClusterReport withLeases(ClusterReport report, List<String> addresses) {
    List<HeldLease> leases = new ArrayList<>();
    for (String address : addresses) {
      leases.add(
          new HeldLease(
              "node1",
              List.of(address(address)),
              LeaseState.HELD,
              "net",
              Optional.empty(),
              Optional.empty(),
              "c" + address,
              "eth0",
              ago(60),
              "boot"));
    }
    return new ClusterReport(
        report.at(),
        report.store(),
        report.agents(),
        report.ranges(),
        report.nodes(),
        report.blocks(),
        leases,
        report.reservations(),
        report.resting(),
        report.unreadable(),
        report.warnings());
  }

  /** The store is gone; so are the agents of two nodes. */
  static ClusterReport unreachable(Optional<Instant> viewAt) {
    return new ClusterReport(
        NOW,
        new StoreState.Unreachable("etcd https://192.0.2.1:2379", "connection refused", viewAt),
        List.of(new AgentState.Down("node1", "no answer on /run/ovs-win/admin.sock")),
        List.of(),
        List.of(new Node("node1", Optional.empty())),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of("node1: the journal /var/lib/x cannot be read; ovs-win ipam check explains it"));
  }

  private static Node node(String name, int number, String os) {
    return new Node(
        name,
        Optional.of(
            new Joined(
                List.of(address("192.0.2." + (10 + number)), address("2001:db8::" + number)),
                MacAddress.parse("02:00:00:00:00:%02x".formatted(number)),
                os,
                Optional.empty(),
                "0.1.0",
                ago(3600 * 5))));
  }

  private static Block held(String block, String node, Usage usage) {
    return new Block(prefix(block), new Standing.Held(node, ago(3600 * 4)), Optional.of(usage));
  }

  private static Block released(String block, String node, Instant since, Instant othersFrom) {
    return new Block(
        prefix(block),
        new Standing.Released(node, ago(86400 * 2), since, othersFrom),
        Optional.empty());
  }

  private static ClusterRange range(String cidr, int blockLength) {
    return new ClusterRange(prefix(cidr), blockLength);
  }

  static Instant ago(long seconds) {
    return NOW.minus(Duration.ofSeconds(seconds));
  }

  static IpPrefix prefix(String text) {
    return IpPrefix.parse(text);
  }

  private static IpAddress address(String text) {
    return IpAddress.parse(text);
  }
}
