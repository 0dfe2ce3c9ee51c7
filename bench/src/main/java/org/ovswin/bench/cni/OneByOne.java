package org.ovswin.bench.cni;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.ovswin.bench.measure.Goal;
import org.ovswin.bench.measure.Measurement;
import org.ovswin.bench.measure.Program;
import org.ovswin.bench.measure.Quantile;
import org.ovswin.bench.measure.Rounds;
import org.ovswin.bench.measure.RowResult;

/** How long do ADD and DEL take, one after another? */
final class OneByOne {
  private static final String PROCESS = "a process that does nothing";

  private final Setting setting;
  private final Rounds rounds = new Rounds();
  private final List<Measurement> measurements = new ArrayList<>();

  private OneByOne(Setting setting) {
    this.setting = setting;
  }

  static RowResult first(Setting setting) throws IOException {
    OneByOne row = new OneByOne(setting);
    int count = setting.plan().first();
    setting.rounds(Row.FIRST.toString(), round -> row.round(round, count, 0));
    row.report(0);
    row.measurements.add(new Measurement(PROCESS, "ms", row.rounds.of(PROCESS, 1e6)));
    return Row.FIRST.result(
        row.measurements,
        List.of(
            row.goal("ADD p50", 0.5, Setting.BRIDGE, 0),
            row.goal("ADD p99", 0.8, Setting.BRIDGE, 0),
            row.goal("ADD p50", 0.2, Setting.MASQUERADE, 0),
            row.goal("DEL p50", 0.25, Setting.BRIDGE, 0)));
  }

  static RowResult density(Setting setting) throws IOException {
    OneByOne row = new OneByOne(setting);
    List<Goal> goals = new ArrayList<>();
    for (int there : setting.plan().there()) {
      setting.hold(there);
      setting.rounds(
          "%s %d".formatted(Row.DENSITY, there),
          round -> row.round(round, setting.plan().batch(), there));
      row.report(there);
      if (there >= 200) {
        goals.add(row.goal("ADD p50", 0.5, Setting.MASQUERADE, there));
      } else if (there >= 50) {
        goals.add(row.goal("ADD p50", 1, Setting.BRIDGE, there));
      }
      goals.add(row.goal("DEL p50", 0.25, Setting.BRIDGE, there));
    }
    return Row.DENSITY.result(row.measurements, goals);
  }

  private void round(int number, int count, int there) throws IOException {
    for (Party party : setting.inTurn(number)) {
      add(way(party.name(), "ADD", there), party.add(count, 1));
      var _ = party.settle();
      add(way(party.name(), "DEL", there), party.delete(count, 1));
      rounds.add(way(party.name(), "gone after", there), party.settle());
    }
    if (there == 0) {
      List<Double> nanos = new ArrayList<>();
      for (int i = 0; i < setting.plan().batch(); i++) {
        nanos.add(
            Rounds.time(
                () -> {
                  var _ = Program.run(new ProcessBuilder("/bin/true"), new byte[0]);
                }));
      }
      rounds.add(
          PROCESS, Quantile.of(nanos.stream().mapToDouble(Double::doubleValue).toArray(), 0.5));
    }
  }

  private void add(String way, Callers.Times times) {
    rounds.add(way + " p50", times.quantile(0.5));
    rounds.add(way + " p99", times.quantile(0.99));
  }

  private void report(int there) {
    for (String verb : List.of("ADD", "DEL")) {
      for (String part : List.of(" p50", " p99")) {
        for (Party party : setting.parties()) {
          measure(way(party.name(), verb, there) + part);
        }
      }
    }
    measure(way(Setting.OURS, "gone after", there));
  }

  private void measure(String way) {
    measurements.add(new Measurement(way, "ms", rounds.of(way, 1e6)));
  }

  private Goal goal(String value, double bound, String peer, int there) {
    String verb = value.substring(0, 3);
    String part = value.substring(3);
    String ours = way(Setting.OURS, verb, there) + part;
    return Goal.atMost(
        bound, ours + " / " + peer, rounds.ratio(ours, way(peer, verb, there) + part));
  }

  private static String way(String party, String verb, int there) {
    return there == 0
        ? "%s %s".formatted(party, verb)
        : "%s %s at %d".formatted(party, verb, there);
  }
}
