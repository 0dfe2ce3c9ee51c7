package org.ovswin.bench.flows;

import java.util.List;
import org.ovswin.bench.measure.Spread;

/**
 * What one way reached.
 *
 * @param runs one a round; empty where the way was left out
 * @param leftOutSeconds how long a run was expected to take, where that was too long; else 0
 */
record ThroughputRow(
    int ports, Shape shape, int flows, Way way, List<Run> runs, double leftOutSeconds) {
  ThroughputRow {
    runs = List.copyOf(runs);
  }

  boolean measured() {
    return !runs.isEmpty();
  }

  /** Thousand flows a second. */
  Spread rate() {
    return Spread.of(runs, run -> flows * 1e6 / run.nanos());
  }

  /** CPU seconds of the side that writes. */
  double clientCpuSeconds() {
    return Spread.of(runs, Run::clientCpuNanos).median() / 1e9;
  }

  /** CPU seconds of ovs-vswitchd. */
  double switchCpuSeconds() {
    return Spread.of(runs, Run::switchCpuNanos).median() / 1e9;
  }

  /** MiB by which the heap grew in the run where it grew most. */
  double heapMib() {
    return Spread.of(runs, Run::heapBytes).max() / (1 << 20);
  }
}
