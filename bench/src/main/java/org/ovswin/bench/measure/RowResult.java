package org.ovswin.bench.measure;

import java.util.List;

/**
 * What a row gave.
 *
 * @param row its name
 * @param meaning its question, in a line
 */
public record RowResult(
    String row, String meaning, List<Measurement> measurements, List<Goal> goals) {
  public RowResult {
    measurements = List.copyOf(measurements);
    goals = List.copyOf(goals);
  }

  /** Whether every goal of every row is reached. */
  public static boolean isAllReached(List<RowResult> results) {
    return results.stream().flatMap(result -> result.goals().stream()).allMatch(Goal::isReached);
  }
}
