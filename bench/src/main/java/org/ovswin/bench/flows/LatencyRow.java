package org.ovswin.bench.flows;

import java.util.Arrays;

/** The times of one party, in milliseconds. */
record LatencyRow(
    int ports,
    Latency latency,
    Latency.Party party,
    int samples,
    double minMillis,
    double p50Millis,
    double p99Millis,
    double maxMillis) {

  /**
   * @param nanos one a sample, at least one
   */
  static LatencyRow of(int ports, Latency latency, Latency.Party party, long[] nanos) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return new LatencyRow(
        ports,
        latency,
        party,
        sorted.length,
        quantile(sorted, 0),
        quantile(sorted, 0.5),
        quantile(sorted, 0.99),
        quantile(sorted, 1));
  }

  /** Milliseconds below which this part, from 0 to 1, of the samples is (nearest rank). */
  private static double quantile(long[] sorted, double part) {
    int index = Math.clamp((long) Math.ceil(part * sorted.length) - 1, 0, sorted.length - 1);
    return sorted[index] / 1e6;
  }
}
