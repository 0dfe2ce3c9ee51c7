package org.ovswin.bench.measure;

import java.util.Arrays;

/** Quantiles of samples. */
public final class Quantile {
  private Quantile() {}

  /**
   * The value below which this part, from 0 to 1, of the samples is (nearest rank).
   *
   * @param samples at least one, in any order
   */
  public static double of(double[] samples, double part) {
    double[] sorted = samples.clone();
    Arrays.sort(sorted);
    int index = Math.clamp((long) Math.ceil(part * sorted.length) - 1, 0, sorted.length - 1);
    return sorted[index];
  }
}
