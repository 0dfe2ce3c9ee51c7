package org.ovswin.bench.ipam;

import java.util.List;

/** What a row gave. */
record RowResult(Row row, List<Measurement> measurements, List<Goal> goals) {
  RowResult {
    measurements = List.copyOf(measurements);
    goals = List.copyOf(goals);
  }
}
