package org.ovswin.bench.flows;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.ovswin.lab.Progress;

/** Says what is being measured and roughly how long the rest takes, from the speed so far. */
final class Countdown {
  /** Deleting, waiting until the switch is idle, counting. */
  private static final double SECONDS_BETWEEN_RUNS = 0.4;

  private final Progress progress;
  private final Map<Integer, Map<Way, Double>> ratesByPorts = new HashMap<>();
  private final Map<Way, Long> flowsLeft = new EnumMap<>(Way.class);
  private double latencySecondsLeft;
  private long runsLeft;
  private int portsNow;

  Countdown(Plan plan, Progress progress) {
    this.progress = progress;
    long flows = plan.sizes().stream().mapToLong(Integer::longValue).sum();
    long times = (long) plan.ports().size() * plan.shapes().size() * plan.rounds();
    latencySecondsLeft =
        plan.ports().stream().mapToDouble(ports -> latencySeconds(plan, ports)).sum();
    for (Way way : plan.ways()) {
      flowsLeft.put(way, flows * times);
      runsLeft += plan.sizes().size() * times;
    }
  }

  /** Seconds that a run is expected to take. */
  double secondsOf(Way way, int ports, int flows) {
    return flows / rate(way, ports);
  }

  /** A run is over. */
  void ran(Way way, int ports, int flows, long nanos) {
    portsNow = ports;
    ratesByPorts
        .computeIfAbsent(ports, _ -> new EnumMap<>(Way.class))
        .put(way, flows * 1e9 / nanos);
    leftOut(way, flows, 1);
  }

  /** So many runs of this size will not be needed. */
  void leftOut(Way way, int flows, int runs) {
    flowsLeft.merge(way, -(long) flows * runs, Long::sum);
    runsLeft -= runs;
  }

  /** The latencies of these ports were measured. */
  void ranLatencies(Plan plan, int ports) {
    latencySecondsLeft -= latencySeconds(plan, ports);
  }

  /** A few requests a sample, each of which waits for a pass over the ports; and the dumps. */
  private static double latencySeconds(Plan plan, int ports) {
    if (plan.samples() == 0) {
      return 0;
    }
    double request = 0.0003 + 0.000_006 * ports;
    return 20 * plan.samples() * request + plan.rounds() * plan.standing() * 0.000_03 + 2;
  }

  /** Says what comes next. */
  void tell(String what) {
    double seconds = latencySecondsLeft + runsLeft * SECONDS_BETWEEN_RUNS;
    for (Map.Entry<Way, Long> left : flowsLeft.entrySet()) {
      seconds += left.getValue() / rate(left.getKey(), portsNow);
    }
    progress.step("%s (about %s left)".formatted(what, text(Math.max(0, seconds))));
  }

  private static String text(double seconds) {
    return seconds < 90 ? "%.0f s".formatted(seconds) : "%.0f min".formatted(seconds / 60);
  }

  /** Flows per second: as measured with these ports, or with others, or as a guess. */
  private double rate(Way way, int ports) {
    return Optional.ofNullable(ratesByPorts.getOrDefault(ports, Map.of()).get(way))
        .or(
            () ->
                ratesByPorts.values().stream()
                    .filter(rates -> rates.containsKey(way))
                    .map(rates -> rates.get(way))
                    .min(Double::compare))
        .orElse(way.guess());
  }
}
