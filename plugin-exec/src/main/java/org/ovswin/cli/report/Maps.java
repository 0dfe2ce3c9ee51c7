package org.ovswin.cli.report;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ovswin.cli.report.ClusterReport.Block;
import org.ovswin.cli.report.ClusterReport.HeldLease;
import org.ovswin.cli.report.ClusterReport.Reserved;
import org.ovswin.cli.report.ClusterReport.Resting;
import org.ovswin.cli.report.ClusterReport.Standing;
import org.ovswin.cli.report.ClusterReport.Usage;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.block.ClusterRange;

/** The pictures of a cluster's blocks and of a node's addresses. */
final class Maps {
  static final Set<Cell> BLOCK_CELLS =
      EnumSet.of(Cell.OWN, Cell.OTHER, Cell.RELEASED, Cell.UNREADABLE, Cell.FREE);
  static final Set<Cell> ADDRESS_CELLS =
      EnumSet.of(
          Cell.HELD, Cell.GOING, Cell.COOLING, Cell.STICKY, Cell.RESERVED, Cell.NEVER, Cell.FREE);

  private Maps() {}

  /**
   * One picture for each range, or for the part of it.
   *
   * @throws IllegalArgumentException if the part is of no range, or smaller than a block
   */
  static List<CellMap> ofCluster(ClusterReport report, Optional<IpPrefix> part) {
    List<CellMap> maps = new ArrayList<>();
    for (ClusterRange range : report.ranges()) {
      if (part.isPresent() && !part.get().overlaps(range.prefix())) {
        continue;
      }
      IpPrefix whole = part.filter(range.prefix()::contains).orElse(range.prefix());
      requireAtMost(whole, range.blockLength());
      maps.add(ofRange(report, range, whole));
    }
    if (maps.isEmpty() && part.isPresent()) {
      throw new IllegalArgumentException(
          "--range: %s (expected: in one of the cluster's ranges, %s)"
              .formatted(
                  part.get(),
                  String.join(
                      ", ",
                      report.ranges().stream().map(range -> range.prefix().toString()).toList())));
    }
    return maps;
  }

  private static void requireAtMost(IpPrefix part, int blockLength) {
    if (part.length() > blockLength) {
      throw new IllegalArgumentException(
          "--range: %s (expected: whole blocks, which are /%d)".formatted(part, blockLength));
    }
  }

  private static CellMap ofRange(ClusterReport report, ClusterRange range, IpPrefix whole) {
    Map<IpPrefix, Cell> cells = new HashMap<>();
    for (Block block : report.blocks()) {
      Cell cell = cell(report, block);
      if (whole.contains(block.block()) && cell != Cell.FREE) {
        cells.put(block.block(), cell);
      }
    }
    ClusterReport.RangeCount count = report.count(range);
    String title =
        "%s: %s of %s /%d blocks claimed, %s released, %s free"
            .formatted(
                range.prefix(),
                Numbers.text(count.claimed()),
                Numbers.text(count.total()),
                range.blockLength(),
                Numbers.text(count.released()),
                Numbers.text(count.free()));
    return CellMap.draw(
        title,
        whole,
        range.blockLength(),
        cells.keySet().stream().map(IpPrefix::network).toList(),
        block -> cells.getOrDefault(block, Cell.FREE),
        BLOCK_CELLS);
  }

  private static Cell cell(ClusterReport report, Block block) {
    return switch (block.standing()) {
      case Standing.Held held -> report.isLocal(held.node()) ? Cell.OWN : Cell.OTHER;
      case Standing.Released released ->
          released.othersFrom().isAfter(report.at()) ? Cell.RELEASED : Cell.FREE;
      case Standing.Unreadable _ -> Cell.UNREADABLE;
    };
  }

  /**
   * One picture for each block the node holds, or for the part that was asked for.
   *
   * @throws IllegalArgumentException if the part is in no block of the node
   */
  static List<CellMap> ofNode(ClusterReport report, String node, Optional<IpPrefix> part) {
    List<CellMap> maps = new ArrayList<>();
    for (Block block : report.blocksOf(node)) {
      if (part.isEmpty() || part.get().overlaps(block.block())) {
        IpPrefix whole = part.filter(block.block()::contains).orElse(block.block());
        maps.add(ofBlock(report, node, block, whole));
      }
    }
    if (maps.isEmpty() && part.isPresent()) {
      throw new IllegalArgumentException(
          "--range: %s (expected: in one of the blocks of %s, %s)"
              .formatted(
                  part.get(),
                  node,
                  String.join(
                      ", ",
                      report.blocksOf(node).stream().map(b -> b.block().toString()).toList())));
    }
    return maps;
  }

  private static CellMap ofBlock(ClusterReport report, String node, Block block, IpPrefix whole) {
    Map<IpAddress, Cell> cells = new HashMap<>();
    for (Resting resting : report.resting()) {
      if (resting.node().equals(node)) {
        cells.put(
            resting.address(),
            switch (resting.state()) {
              case COOLING -> Cell.COOLING;
              case STICKY -> Cell.STICKY;
            });
      }
    }
    List<Reserved> reserved =
        report.reservations().stream().filter(entry -> entry.node().equals(node)).toList();
    List<IpAddress> inUse = new ArrayList<>();
    for (Reserved entry : reserved) {
      inUse.add(entry.range().first());
      inUse.add(entry.range().last());
    }
    neverGiven(block.block()).forEach(address -> cells.put(address, Cell.NEVER));
    // Last: whatever else an address is, somebody has it.
    for (HeldLease lease : report.leases()) {
      if (lease.node().equals(node)) {
        Cell cell =
            switch (lease.state()) {
              case HELD -> Cell.HELD;
              case GOING -> Cell.GOING;
            };
        lease.addresses().forEach(address -> cells.put(address, cell));
      }
    }
    inUse.addAll(cells.keySet());
    return CellMap.draw(
        title(node, block),
        whole,
        whole.network().bitLength(),
        inUse,
        one -> {
          Cell cell = cells.get(one.network());
          boolean given = cell == Cell.HELD || cell == Cell.GOING || cell == Cell.NEVER;
          return !given
                  && reserved.stream().anyMatch(entry -> entry.range().contains(one.network()))
              ? Cell.RESERVED
              : cells.getOrDefault(one.network(), Cell.FREE);
        },
        ADDRESS_CELLS);
  }

  private static String title(String node, Block block) {
    String usage =
        block
            .usage()
            .map(
                value ->
                    switch (value) {
                      case Usage.Counted(long used, long free, long cooling, long reserved) ->
                          ": %s used, %s free, %s cooling, %s reserved"
                              .formatted(
                                  Numbers.text(used),
                                  Numbers.text(free),
                                  Numbers.text(cooling),
                                  Numbers.text(reserved));
                      case Usage.Reported(long used, long free, _) ->
                          ": %s used, %s free".formatted(Numbers.text(used), Numbers.text(free));
                    })
            .orElse("");
    return node + " " + block.block() + usage;
  }

  /** The network's address, the gateway's, and in IPv4 the broadcast address (RFC 919). */
  private static List<IpAddress> neverGiven(IpPrefix block) {
    List<IpAddress> never = new ArrayList<>(List.of(block.network(), block.network().plus(1)));
    if (block.network() instanceof Ipv4Address) {
      never.add(block.last());
    }
    return never;
  }

  /** "# own o other node …", in the order of the cells. */
  static String legend(Set<Cell> cells, Palette palette) {
    return String.join(
        "  ",
        EnumSet.copyOf(cells).stream()
            .map(cell -> palette.text(List.of(cell), "") + " " + cell.meaning())
            .toList());
  }
}
