package org.ovswin.bench.flows;

import java.util.Arrays;
import org.ovswin.bench.measure.Quantile;

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
    double[] millis = Arrays.stream(nanos).mapToDouble(one -> one / 1e6).toArray();
    return new LatencyRow(
        ports,
        latency,
        party,
        millis.length,
        Quantile.of(millis, 0),
        Quantile.of(millis, 0.5),
        Quantile.of(millis, 0.99),
        Quantile.of(millis, 1));
  }
}
