package org.ovswin.bench.ipam;

import java.util.List;

/**
 * What is measured.
 *
 * @param rows in their order
 * @param rounds in which the ways take turns; of each round its median counts
 * @param samples of a way in a round, where one is timed at a time
 * @param callers at once
 * @param each allocations of each caller in a round
 * @param inUse addresses in use where the block is nearly full
 * @param leases that a start finds
 * @param nodes that claim a block at once
 */
record Plan(
    List<Row> rows,
    int rounds,
    int samples,
    int callers,
    int each,
    int inUse,
    int leases,
    int nodes) {
  /** One in so many samples is one of processes, which take long. */
  private static final int PROCESS_PART = 10;

  Plan {
    rows = List.copyOf(rows);
  }

  /** Samples of host-local in a round. */
  int processSamples() {
    return Math.max(1, samples / PROCESS_PART);
  }
}
