package org.ovswin.bench.measure;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;

/**
 * What several ways gave in rounds. One value counts of each round, the median where it has many,
 * so that a ratio is always of two values that were measured next to each other.
 */
public final class Rounds {
  private final Map<String, List<Double>> values = new LinkedHashMap<>();

  /** Something whose time counts. */
  @FunctionalInterface
  public interface Work {
    void run() throws IOException;
  }

  /** One of several ways, sampled again and again. */
  public record Way(String name, Sampler sampler) {}

  /** Gives one sample. */
  @FunctionalInterface
  public interface Sampler {
    /**
     * @return nanoseconds
     */
    double sample(int number) throws IOException;
  }

  /**
   * Samples the ways in turns, and adds the median of each. Who begins changes from sample to
   * sample, so that none always comes after the same other one.
   */
  public void inTurns(int samples, List<Way> ways) throws IOException {
    Map<String, List<Double>> nanos = new LinkedHashMap<>();
    for (int number = 0; number < samples; number++) {
      for (int turn = 0; turn < ways.size(); turn++) {
        Way way = ways.get((number + turn) % ways.size());
        nanos.computeIfAbsent(way.name(), _ -> new ArrayList<>()).add(way.sampler().sample(number));
      }
    }
    nanos.forEach(this::addMedian);
  }

  /** Nanoseconds. */
  public static double time(Work work) throws IOException {
    long start = System.nanoTime();
    work.run();
    return System.nanoTime() - start;
  }

  /** Adds what a way gave in this round. */
  public void add(String way, double value) {
    values.computeIfAbsent(way, _ -> new ArrayList<>()).add(value);
  }

  /** Adds the median of what a way gave in this round. */
  private void addMedian(String way, List<Double> samples) {
    add(way, Spread.of(samples, Double::doubleValue).median());
  }

  /** Of all rounds, each value divided by the unit's size. */
  public Spread of(String way, double unit) {
    return Spread.of(of(way), value -> value / unit);
  }

  /** Of all rounds, one way's value over the other's. */
  public Spread ratio(String way, String to) {
    return ofBoth(way, to, (above, below) -> above / below);
  }

  /** Of all rounds, what is computed of the two values that a round gave. */
  public Spread ofBoth(String one, String other, DoubleBinaryOperator result) {
    List<Double> ones = of(one);
    List<Double> others = of(other);
    List<Double> results = new ArrayList<>();
    for (int round = 0; round < ones.size(); round++) {
      results.add(result.applyAsDouble(ones.get(round), others.get(round)));
    }
    return Spread.of(results, Double::doubleValue);
  }

  private List<Double> of(String way) {
    return values.getOrDefault(way, List.of());
  }
}
