package org.ovswin.ipam.block;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.ovswin.ipam.address.IpPrefix;

/** What came of adding or removing a range. */
public sealed interface RangeChange {

  /** The cluster's ranges are these now, or were already. */
  record Changed(ClusterRanges ranges) implements RangeChange {}

  /** The range to add shares addresses with one that the cluster has. */
  record Overlaps(ClusterRange wanted, ClusterRange present) implements RangeChange {
    /** For a person. */
    public String message() {
      return "range "
          + wanted
          + ": overlaps "
          + present
          + " (expected: one that shares no address with the cluster's ranges)";
    }
  }

  /**
   * Blocks of the range to remove are taken.
   *
   * @param blocks by name, each with who has it
   */
  record InUse(ClusterRange range, List<String> blocks) implements RangeChange {
    private static final int SHOWN = 5;

    public InUse {
      blocks = List.copyOf(blocks);
    }

    /** For a person. */
    public String message() {
      return "range "
          + range
          + ": "
          + blocks.size()
          + (blocks.size() == 1 ? " block is" : " blocks are")
          + " in use: "
          + blocks.stream().limit(SHOWN).collect(Collectors.joining(", "))
          + (blocks.size() > SHOWN ? ", …" : "")
          + " (expected: none; release them and wait until their grace is over)";
    }
  }

  /** The cluster has no such range. */
  record Unknown(IpPrefix prefix, ClusterRanges ranges) implements RangeChange {
    /** For a person. */
    public String message() {
      return "range " + prefix + ": is not there (expected: one of " + ranges + ")";
    }
  }

  /** Decides what adding a range comes to. */
  static RangeChange add(ClusterRanges present, ClusterRange wanted) {
    if (present.ranges().contains(wanted)) {
      return new Changed(present);
    }
    for (ClusterRange range : present.ranges()) {
      if (range.prefix().overlaps(wanted.prefix())) {
        return new Overlaps(wanted, range);
      }
    }
    List<ClusterRange> ranges = new ArrayList<>(present.ranges());
    ranges.add(wanted);
    return new Changed(new ClusterRanges(ranges));
  }

  /**
   * Decides what removing a range comes to. Records of blocks whose grace is over are in nobody's
   * way; the store deletes them with the range.
   */
  static RangeChange remove(ClusterView view, IpPrefix prefix, Instant now, Duration grace) {
    Optional<ClusterRange> range = view.ranges().find(prefix);
    if (range.isEmpty()) {
      return new Unknown(prefix, view.ranges());
    }
    List<String> taken = new ArrayList<>();
    for (BlockRecord block : view.blocks()) {
      if (prefix.contains(block.block()) && (block.isHeld() || block.isInGrace(now, grace))) {
        taken.add(
            block.block() + (block.isHeld() ? " of node " : " released by node ") + block.node());
      }
    }
    for (UnreadableRecord record : view.unreadable()) {
      if (record.block().filter(prefix::overlaps).isPresent()) {
        taken.add("unreadable record " + record.name());
      }
    }
    return taken.isEmpty()
        ? new Changed(
            new ClusterRanges(
                view.ranges().ranges().stream()
                    .filter(other -> !other.equals(range.get()))
                    .toList()))
        : new InUse(range.get(), taken);
  }
}
