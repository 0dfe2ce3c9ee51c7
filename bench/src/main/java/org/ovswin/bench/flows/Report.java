package org.ovswin.bench.flows;

import java.util.List;
import java.util.Optional;

/** All that a run of the benchmark gave. */
record Report(Machine machine, Plan plan, List<ThroughputRow> throughput) {
  Report {
    throughput = List.copyOf(throughput);
  }

  /** The rate of a row's way over that of another one at the same ports, shape and size. */
  Optional<Double> ratio(ThroughputRow row, Way to) {
    if (!row.measured()) {
      return Optional.empty();
    }
    return find(row.ports(), row.shape(), row.flows(), to)
        .map(other -> row.rate().median() / other.rate().median());
  }

  /** The row of these, if it was measured. */
  Optional<ThroughputRow> find(int ports, Shape shape, int flows, Way way) {
    return throughput.stream()
        .filter(ThroughputRow::measured)
        .filter(r -> r.ports() == ports && r.shape() == shape && r.flows() == flows)
        .filter(r -> r.way() == way)
        .findFirst();
  }
}
