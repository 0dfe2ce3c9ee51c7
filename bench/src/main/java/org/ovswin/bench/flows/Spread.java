package org.ovswin.bench.flows;

import java.util.Arrays;
import java.util.Collection;
import java.util.function.ToDoubleFunction;

/** Lowest, middle and highest of some values of one unit. */
record Spread(double min, double median, double max) {
  /**
   * @throws IllegalArgumentException there are no values
   */
  static <T> Spread of(Collection<T> items, ToDoubleFunction<T> value) {
    double[] values = items.stream().mapToDouble(value).sorted().toArray();
    if (values.length == 0) {
      throw new IllegalArgumentException("values: none (expected: at least one)");
    }
    return new Spread(values[0], median(values), values[values.length - 1]);
  }

  private static double median(double[] sorted) {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** The value below which this part, from 0 to 1, of the values is (nearest rank). */
  static double quantile(long[] values, double part) {
    long[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[Math.clamp((long) Math.ceil(part * sorted.length) - 1, 0, sorted.length - 1)];
  }
}
