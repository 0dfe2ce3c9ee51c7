package org.ovswin.bench.measure;

import java.util.Arrays;
import java.util.Collection;
import java.util.function.ToDoubleFunction;

/** Lowest, middle and highest of some values of one unit. */
public record Spread(double min, double median, double max) {
  /**
   * @throws IllegalArgumentException there are no values
   */
  public static <T> Spread of(Collection<T> items, ToDoubleFunction<T> value) {
    double[] values = items.stream().mapToDouble(value).sorted().toArray();
    if (values.length == 0) {
      throw new IllegalArgumentException("values: none (expected: at least one)");
    }
    return new Spread(values[0], median(values), values[values.length - 1]);
  }

  /**
   * @throws IllegalArgumentException there are no values
   */
  public static Spread of(double[] values) {
    return of(Arrays.stream(values).boxed().toList(), Double::doubleValue);
  }

  private static double median(double[] sorted) {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
