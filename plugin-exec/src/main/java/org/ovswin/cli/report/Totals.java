package org.ovswin.cli.report;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.ovswin.cli.report.ClusterReport.Block;
import org.ovswin.cli.report.ClusterReport.Usage;

/**
 * Addresses of one block or of several, each number only where all of them are known.
 *
 * @param at when the oldest of the numbers was so
 */
record Totals(
    Optional<Long> used,
    Optional<Long> free,
    Optional<Long> cooling,
    Optional<Long> reserved,
    Optional<Instant> at) {
  private static final Totals UNKNOWN =
      new Totals(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  static Totals of(ClusterReport report, String node) {
    return of(report, report.blocksOf(node));
  }

  static Totals of(ClusterReport report, Block block) {
    return of(report, List.of(block));
  }

  private static Totals of(ClusterReport report, List<Block> blocks) {
    if (blocks.isEmpty() || blocks.stream().anyMatch(block -> block.usage().isEmpty())) {
      return UNKNOWN;
    }
    long used = 0;
    long free = 0;
    long cooling = 0;
    long reserved = 0;
    boolean counted = true;
    Instant at = report.at();
    for (Block block : blocks) {
      Usage usage = block.usage().orElseThrow();
      used = plus(used, usage.used());
      free = plus(free, usage.free());
      switch (usage) {
        case Usage.Counted count -> {
          cooling = plus(cooling, count.cooling());
          reserved = plus(reserved, count.reserved());
        }
        case Usage.Reported told -> {
          counted = false;
          at = told.at().isBefore(at) ? told.at() : at;
        }
      }
    }
    return new Totals(
        Optional.of(used),
        Optional.of(free),
        counted ? Optional.of(cooling) : Optional.empty(),
        counted ? Optional.of(reserved) : Optional.empty(),
        Optional.of(at));
  }

  /** Two IPv6 blocks have more addresses than a long counts: then it stays at the most. */
  private static long plus(long a, long b) {
    return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
  }
}
