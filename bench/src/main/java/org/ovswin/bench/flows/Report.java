package org.ovswin.bench.flows;

import java.util.List;
import java.util.Optional;
import org.ovswin.bench.measure.Machine;

/**
 * All that a run of the benchmark gave.
 *
 * @param rssMib most memory that this process had, encoded messages of the limit included
 */
record Report(
    Machine machine,
    Plan plan,
    List<ThroughputRow> throughput,
    List<LatencyRow> latencies,
    long rssMib) {
  Report {
    throughput = List.copyOf(throughput);
    latencies = List.copyOf(latencies);
  }

  /** The rate of a row's way over that of another one at the same ports, shape and size. */
  Optional<Double> ratio(ThroughputRow row, Way to) {
    if (!row.measured()) {
      return Optional.empty();
    }
    return throughput.stream()
        .filter(ThroughputRow::measured)
        .filter(other -> other.ports() == row.ports() && other.shape() == row.shape())
        .filter(other -> other.flows() == row.flows() && other.way() == to)
        .map(other -> row.rate().median() / other.rate().median())
        .findFirst();
  }

  /** The p50 of a row over that of another party. */
  Optional<Double> ratio(LatencyRow row, Latency.Party to) {
    return latencies.stream()
        .filter(other -> other.ports() == row.ports() && other.latency() == row.latency())
        .filter(other -> other.party() == to)
        .map(other -> row.p50Millis() / other.p50Millis())
        .findFirst();
  }

  List<Target> targets() {
    return Target.of(this);
  }
}
