package org.ovswin.bench.flows;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoublePredicate;
import org.ovswin.bench.flows.Latency.Party;

/**
 * A number to reach, and whether this run reached it.
 *
 * @param measured the value, in the unit of the goal
 * @param goal for people, e.g. {@code >= 0.9}
 */
record Target(String what, double measured, String goal, Verdict verdict) {
  private static final int LEAST_FLOWS = 10_000;
  private static final int CPU_FLOWS = 100_000;

  enum Verdict {
    REACHED,
    MISSED
  }

  /** Those of the numbers that the report has what it takes for. */
  static List<Target> of(Report report) {
    List<Target> targets = new ArrayList<>();
    for (ThroughputRow row : report.throughput()) {
      String where = "%d ports, %s, %d flows: ".formatted(row.ports(), row.shape(), row.flows());
      if (row.way() == Way.OURS && row.ports() == 0 && row.flows() >= LEAST_FLOWS) {
        add(targets, where + "ours / limit", report.ratio(row, Way.LIMIT), atLeast(0.9));
        add(
            targets,
            where + "ours / ofctl-bundle",
            report.ratio(row, Way.OFCTL_BUNDLE),
            atLeast(1.3));
      }
      if (row.way() == Way.OURS_LOAD && row.ports() >= 100 && row.flows() >= LEAST_FLOWS) {
        add(targets, where + "ours-load / limit", report.ratio(row, Way.LIMIT), atLeast(2));
      }
      if (row.way() == Way.OURS && row.measured() && row.flows() == CPU_FLOWS) {
        add(
            targets,
            where + "CPU of ours / vswitchd's",
            Optional.of(row.clientCpuSeconds() / row.switchCpuSeconds()),
            atMost(0.3));
      }
    }
    for (LatencyRow row : report.latencies()) {
      Party to = row.latency() == Latency.RECONCILE ? Party.OFCTL : Party.LIMIT;
      double most = row.latency() == Latency.RECONCILE ? 1 : 1.5;
      if (row.party() == Party.OURS && hasGoal(row.latency())) {
        add(
            targets,
            "%d ports, %s: p50 of ours / %s's".formatted(row.ports(), row.latency(), to),
            report.ratio(row, to),
            atMost(most));
      }
    }
    return targets;
  }

  private static boolean hasGoal(Latency latency) {
    return switch (latency) {
      case FLOW_MOD, BUNDLE_10, BUNDLE_20, RECONCILE -> true;
      case DELETE_COOKIE, DUMP -> false;
    };
  }

  private record Goal(String text, DoublePredicate reached) {}

  private static Goal atLeast(double bound) {
    return new Goal(">= " + bound, value -> value >= bound);
  }

  private static Goal atMost(double bound) {
    return new Goal("<= " + bound, value -> value <= bound);
  }

  private static void add(List<Target> targets, String what, Optional<Double> value, Goal goal) {
    value.ifPresent(
        measured ->
            targets.add(
                new Target(
                    what,
                    measured,
                    goal.text(),
                    goal.reached().test(measured) ? Verdict.REACHED : Verdict.MISSED)));
  }
}
