package org.ovswin.cli.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ovswin.cli.report.ClusterReport.AgentState;
import org.ovswin.cli.report.ClusterReport.Block;
import org.ovswin.cli.report.ClusterReport.HeldLease;
import org.ovswin.cli.report.ClusterReport.Joined;
import org.ovswin.cli.report.ClusterReport.LeaseState;
import org.ovswin.cli.report.ClusterReport.Node;
import org.ovswin.cli.report.ClusterReport.RangeCount;
import org.ovswin.cli.report.ClusterReport.Reserved;
import org.ovswin.cli.report.ClusterReport.Standing;
import org.ovswin.cli.report.ClusterReport.StoreState;
import org.ovswin.cli.report.View.LeaseFilter;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.ClusterRange;

/** A report for people. What is wrong comes first. */
public final class TextReport {
  /** How much is told. */
  public enum Width {
    /** What fits most terminals; times as people tell them. */
    NARROW,
    /** Everything that is known; times as instants. */
    WIDE
  }

  /** As much of a container id as people read. */
  private static final int SHORT_ID = 12;

  private static final String NONE = "-";

  private final ClusterReport report;
  private final Width width;
  private final Palette palette;
  private final List<String> lines = new ArrayList<>();

  private TextReport(ClusterReport report, Width width, Palette palette) {
    this.report = report;
    this.width = width;
    this.palette = palette;
  }

  /**
   * The lines of a view.
   *
   * @throws IllegalArgumentException if the view asks for what the report does not have; the
   *     message names the option
   */
  public static List<String> lines(ClusterReport report, View view, Width width, Palette palette) {
    TextReport text = new TextReport(report, width, palette);
    text.head();
    switch (view) {
      case View.Cluster _ -> text.cluster();
      case View.OneNode(String node) -> text.node(Selection.require(report, node));
      case View.Leases(Optional<String> node, LeaseFilter filter) -> text.leases(node, filter);
      case View.ClusterMap(var part) ->
          text.maps(Maps.ofCluster(report, part), Maps.BLOCK_CELLS, "no range yet");
      case View.NodeMap(String node, var part) -> text.nodeMap(node, part);
    }
    text.unreadable();
    return List.copyOf(text.lines);
  }

  /** The state of what the report was made from; when all is well, one line. */
  private void head() {
    for (AgentState agent : report.agents()) {
      if (agent instanceof AgentState.Down(String node, String reason)) {
        lines.add("agent of %s: not running (%s); read from disk".formatted(node, reason));
      }
    }
    switch (report.store()) {
      case StoreState.Reachable(String description) ->
          lines.add("store: " + description + ": reachable");
      case StoreState.Unreachable(String description, String reason, Optional<Instant> viewAt) ->
          lines.add(
              "store: %s: unreachable (%s); %s"
                  .formatted(
                      description,
                      reason,
                      viewAt
                          .map(at -> "its records as an agent saw them, last changed " + time(at))
                          .orElse("none of its records are known here")));
    }
    for (AgentState agent : report.agents()) {
      if (agent instanceof AgentState.Running(String node, String detail, List<String> problems)) {
        lines.add("agent of %s: %s".formatted(node, detail));
        problems.forEach(problem -> lines.add("agent of %s: problem: %s".formatted(node, problem)));
      }
    }
    report.warnings().forEach(warning -> lines.add("warning: " + warning));
  }

  private void cluster() {
    Table ranges =
        new Table("RANGE", "BLOCK SIZE", "BLOCKS", "CLAIMED", "RELEASED", "FREE")
            .alignRight("BLOCK SIZE", "BLOCKS", "CLAIMED", "RELEASED", "FREE");
    for (ClusterRange range : report.ranges()) {
      RangeCount count = report.count(range);
      ranges.row(
          range.prefix().toString(),
          "/" + range.blockLength(),
          Numbers.text(count.total()),
          Numbers.text(count.claimed()),
          Numbers.text(count.released()),
          Numbers.text(count.free()));
    }
    section(ranges, "no range yet: the first node to join makes the cluster's record");
    section(nodes(), "no node yet");
    Table released = new Table("RELEASED", "WAS OF", "SINCE", "FOR OTHERS");
    for (Block block : report.blocks()) {
      if (block.standing() instanceof Standing.Released standing) {
        released.row(
            block.block().toString(),
            standing.node(),
            time(standing.releasedAt()),
            time(standing.othersFrom()));
      }
    }
    if (!released.isEmpty()) {
      section(released, "");
    }
  }

  private Table nodes() {
    return switch (width) {
      case NARROW -> {
        Table table =
            new Table("NODE", "ADDRESS", "OS", "BLOCKS", "USED", "FREE", "AS OF")
                .alignRight("USED", "FREE");
        for (Node node : report.nodes()) {
          Totals totals = Totals.of(report, node.name());
          table.row(
              node.name(),
              node.record().map(record -> record.addresses().getFirst().toString()).orElse(NONE),
              node.record().map(Joined::os).orElse(NONE),
              blocks(node, 1),
              count(totals.used()),
              count(totals.free()),
              totals.at().map(this::time).orElse(NONE));
        }
        yield table;
      }
      case WIDE -> {
        Table table =
            new Table(
                    "NODE",
                    "ADDRESSES",
                    "MAC",
                    "OS",
                    "VERSION",
                    "JOINED",
                    "BLOCKS",
                    "USED",
                    "FREE",
                    "COOLING",
                    "RESERVED",
                    "AS OF")
                .alignRight("USED", "FREE", "COOLING", "RESERVED");
        for (Node node : report.nodes()) {
          Totals totals = Totals.of(report, node.name());
          table.row(
              node.name(),
              node.record().map(record -> joined(record.addresses())).orElse(NONE),
              node.record().map(record -> record.mac().toString()).orElse(NONE),
              node.record().map(Joined::os).orElse(NONE),
              node.record().map(Joined::version).orElse(NONE),
              node.record().map(record -> time(record.joinedAt())).orElse(NONE),
              blocks(node, Integer.MAX_VALUE),
              count(totals.used()),
              count(totals.free()),
              count(totals.cooling()),
              count(totals.reserved()),
              totals.at().map(this::time).orElse(NONE));
        }
        yield table;
      }
    };
  }

  /** The node's first blocks of each family, and how many more. */
  private String blocks(Node node, int most) {
    List<Block> all = report.blocksOf(node.name());
    List<String> texts = new ArrayList<>();
    for (int bits : new int[] {32, 128}) {
      List<Block> family =
          all.stream().filter(block -> block.block().network().bitLength() == bits).toList();
      family.stream().limit(most).forEach(block -> texts.add(block.block().toString()));
      if (family.size() > most) {
        texts.set(texts.size() - 1, texts.getLast() + "+" + (family.size() - most));
      }
    }
    return texts.isEmpty() ? NONE : String.join(",", texts);
  }

  private void node(Node node) {
    lines.add("");
    lines.add("node " + node.name());
    node.record()
        .ifPresentOrElse(
            record -> {
              lines.add("  addresses " + joined(record.addresses()) + ", MAC " + record.mac());
              lines.add("  " + record.os() + ", version " + record.version());
              record.tunnelEndpoint().ifPresent(end -> lines.add("  tunnels end at " + end));
              lines.add("  joined " + time(record.joinedAt()));
            },
            () -> lines.add("  has no record in the store"));
    Table blocks =
        new Table("BLOCK", "USED", "FREE", "COOLING", "RESERVED", "CLAIMED", "AS OF")
            .alignRight("USED", "FREE", "COOLING", "RESERVED");
    for (Block block : report.blocks()) {
      if (block.standing() instanceof Standing.Held(String holder, Instant claimedAt)
          && holder.equals(node.name())) {
        Totals totals = Totals.of(report, block);
        blocks.row(
            block.block().toString(),
            count(totals.used()),
            count(totals.free()),
            count(totals.cooling()),
            count(totals.reserved()),
            time(claimedAt),
            totals.at().map(this::time).orElse(NONE));
      }
    }
    section(blocks, "no block");
    Table reserved = new Table("RESERVED", "REASON", "SINCE");
    for (Reserved entry : report.reservations()) {
      if (entry.node().equals(node.name())) {
        reserved.row(entry.range().toString(), entry.reason(), time(entry.since()));
      }
    }
    if (!reserved.isEmpty()) {
      section(reserved, "");
    }
    if (!report.isLocal(node.name())) {
      lines.add("");
      lines.add(elsewhere(node.name()));
    }
  }

  private static String elsewhere(String node) {
    return "the leases of %s are on that node: run this there".formatted(node);
  }

  private void leases(Optional<String> node, LeaseFilter filter) {
    node.ifPresent(name -> Selection.require(report, name));
    Table table =
        switch (width) {
          case NARROW -> new Table("ADDRESS", "NODE", "POD", "CONTAINER", "IF", "STATE", "SINCE");
          case WIDE ->
              new Table(
                  "ADDRESS", "NODE", "POD", "CONTAINER", "IF", "STATE", "SINCE", "NETWORK", "BOOT");
        };
    for (HeldLease lease : Selection.leases(report, node, filter)) {
      switch (width) {
        case NARROW ->
            table.row(
                joined(lease.addresses()),
                lease.node(),
                pod(lease),
                shortened(lease.containerId()),
                lease.ifName(),
                name(lease.state()),
                time(lease.since()));
        case WIDE ->
            table.row(
                joined(lease.addresses()),
                lease.node(),
                pod(lease),
                lease.containerId(),
                lease.ifName(),
                name(lease.state()),
                time(lease.since()),
                lease.network(),
                lease.bootId());
      }
    }
    section(table, filter.equals(LeaseFilter.ALL) ? "no leases" : "no such lease");
    node.filter(name -> !report.isLocal(name)).ifPresent(name -> lines.add(elsewhere(name)));
  }

  private void nodeMap(String node, Optional<IpPrefix> part) {
    Selection.require(report, node);
    if (report.isLocal(node)) {
      maps(Maps.ofNode(report, node, part), Maps.ADDRESS_CELLS, node + " holds no block");
    } else {
      lines.add("");
      lines.add(elsewhere(node));
    }
  }

  private void maps(List<CellMap> maps, Set<Cell> legend, String none) {
    for (CellMap map : maps) {
      lines.add("");
      lines.addAll(map.lines(palette));
    }
    lines.add("");
    lines.add(maps.isEmpty() ? none : Maps.legend(legend, palette));
  }

  private void unreadable() {
    if (!report.unreadable().isEmpty()) {
      lines.add("");
      report.unreadable().forEach(record -> lines.add("unreadable: " + record));
    }
  }

  private void section(Table table, String none) {
    lines.add("");
    lines.addAll(table.isEmpty() ? List.of(none) : table.lines());
  }

  private String time(Instant then) {
    return switch (width) {
      case NARROW -> Ages.ago(then, report.at());
      case WIDE -> Ages.absolute(then);
    };
  }

  private static String count(Optional<Long> number) {
    return number.map(Numbers::text).orElse(NONE);
  }

  private static String joined(List<IpAddress> addresses) {
    return String.join(",", addresses.stream().map(IpAddress::toString).toList());
  }

  private static String pod(HeldLease lease) {
    return lease.podName().map(name -> lease.podNamespace().orElse("") + "/" + name).orElse(NONE);
  }

  static String name(LeaseState state) {
    return switch (state) {
      case HELD -> "held";
      case GOING -> "going";
    };
  }

  private static String shortened(String id) {
    return id.length() <= SHORT_ID ? id : id.substring(0, SHORT_ID);
  }
}
