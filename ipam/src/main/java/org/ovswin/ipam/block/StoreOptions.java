package org.ovswin.ipam.block;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * What every store is opened with.
 *
 * @param initial a cluster that is made has these; later the cluster must have each of them, and
 *     may have more
 * @param grace how long a released block is kept for the name that held it. All nodes must have the
 *     same, and clocks that differ by less.
 * @param clock for the times in records
 * @param cluster which one must be there
 */
public record StoreOptions(
    ClusterRanges initial, Duration grace, InstantSource clock, WantedCluster cluster) {

  public StoreOptions {
    if (grace.isNegative()) {
      throw new IllegalArgumentException("grace: " + grace + " (expected: zero or longer)");
    }
  }

  /** For whoever comes first: the cluster is made if there is none. */
  public StoreOptions(ClusterRanges initial, Duration grace, InstantSource clock) {
    this(initial, grace, clock, new WantedCluster.FirstCome());
  }

  /**
   * Refuses to work with a cluster that is not the one of this configuration.
   *
   * @param where the record of the cluster is, for the message
   * @param recorded the ranges of the cluster
   * @throws WrongClusterException naming the ranges that it lacks
   */
  public void requireRecorded(String where, ClusterRanges recorded) throws WrongClusterException {
    List<ClusterRange> missing =
        initial.ranges().stream().filter(range -> !recorded.ranges().contains(range)).toList();
    if (!missing.isEmpty()) {
      throw new WrongClusterException(
          where
              + ": the cluster has "
              + recorded
              + " (expected: "
              + new ClusterRanges(missing)
              + " among them, as this node is configured; change that, add the range to the"
              + " cluster, or use another store)");
    }
  }
}
