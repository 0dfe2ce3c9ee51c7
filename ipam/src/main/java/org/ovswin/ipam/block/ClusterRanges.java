package org.ovswin.ipam.block;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;

/**
 * The ranges of the whole cluster.
 *
 * @param ranges no two share an address; in the order in which they were added, which is the order
 *     in which blocks are taken from them
 */
public record ClusterRanges(List<ClusterRange> ranges) {

  public ClusterRanges {
    ranges = List.copyOf(ranges);
    for (int i = 0; i < ranges.size(); i++) {
      for (ClusterRange earlier : ranges.subList(0, i)) {
        if (earlier.prefix().overlaps(ranges.get(i).prefix())) {
          throw new IllegalArgumentException(
              "range: "
                  + ranges.get(i).prefix()
                  + " (expected: one that shares no address with "
                  + earlier.prefix()
                  + ")");
        }
      }
    }
  }

  public static ClusterRanges of(ClusterRange... ranges) {
    return new ClusterRanges(List.of(ranges));
  }

  /** Whether this is a block of one of the ranges. */
  public boolean isBlock(IpPrefix block) {
    return rangeOf(block).isPresent();
  }

  /** The range that this is a block of. */
  public Optional<ClusterRange> rangeOf(IpPrefix block) {
    return ranges.stream().filter(range -> range.isBlock(block)).findFirst();
  }

  /** The range with exactly this prefix. */
  public Optional<ClusterRange> find(IpPrefix prefix) {
    return ranges.stream().filter(range -> range.prefix().equals(prefix)).findFirst();
  }

  /** The families that there are ranges of. */
  public Set<Family> families() {
    Set<Family> families = EnumSet.noneOf(Family.class);
    ranges.forEach(range -> families.add(range.family()));
    return families;
  }

  /** The ranges of one family. */
  public ClusterRanges of(Family family) {
    return new ClusterRanges(ranges.stream().filter(range -> range.family() == family).toList());
  }

  public List<IpPrefix> prefixes() {
    return ranges.stream().map(ClusterRange::prefix).toList();
  }

  /** Blocks of a family; {@link Long#MAX_VALUE} if there are more than a long can count. */
  public long blockCount(Family family) {
    long count = 0;
    for (ClusterRange range : of(family).ranges) {
      long sum = count + range.blockCount();
      count = sum < 0 ? Long.MAX_VALUE : sum;
    }
    return count;
  }

  /** "10.244.0.0/16 in blocks of /24, fd00:244::/48 in blocks of /64", or "no range". */
  @Override
  public String toString() {
    return ranges.isEmpty()
        ? "no range"
        : ranges.stream().map(ClusterRange::toString).collect(Collectors.joining(", "));
  }
}
