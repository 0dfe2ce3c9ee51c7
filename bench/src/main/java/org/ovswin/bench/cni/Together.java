package org.ovswin.bench.cni;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.ovswin.bench.measure.Goal;
import org.ovswin.bench.measure.Measurement;
import org.ovswin.bench.measure.Rounds;
import org.ovswin.bench.measure.RowResult;

/** How many pods a second do many callers get together? */
final class Together {
  private Together() {}

  static RowResult measure(Setting setting) throws IOException {
    Plan plan = setting.plan();
    Rounds rounds = new Rounds();
    List<Measurement> measurements = new ArrayList<>();
    List<Goal> goals = new ArrayList<>();
    for (int callers : plan.callers()) {
      setting.rounds(
          "%s %d".formatted(Row.TOGETHER, callers),
          number -> {
            for (Party party : setting.inTurn(number)) {
              Callers.Times add = party.add(plan.together(), callers);
              double there = party.settle();
              Callers.Times delete = party.delete(plan.together(), callers);
              double gone = party.settle();
              rounds.add(way(party.name(), "ADD", callers), rate(plan, add.all()));
              rounds.add(way(party.name(), "ADD", callers) + " p99", add.quantile(0.99));
              rounds.add(way(party.name(), "DEL", callers), rate(plan, delete.all()));
              rounds.add(
                  way(party.name(), "ADD to gone", callers),
                  rate(plan, add.all() + there + delete.all() + gone));
            }
          });
      for (String verb : List.of("ADD", "DEL", "ADD to gone")) {
        for (Party party : setting.parties()) {
          String way = way(party.name(), verb, callers);
          measurements.add(new Measurement(way, "/s", rounds.of(way, 1)));
        }
      }
      for (Party party : setting.parties()) {
        String way = way(party.name(), "ADD", callers) + " p99";
        measurements.add(new Measurement(way, "ms", rounds.of(way, 1e6)));
      }
      String ours = way(Setting.OURS, "ADD", callers);
      String bridge = way(Setting.BRIDGE, "ADD", callers);
      goals.add(
          Goal.atLeast(
              callers >= 32 ? 4 : 3, ours + " / " + Setting.BRIDGE, rounds.ratio(ours, bridge)));
    }
    return Row.TOGETHER.result(measurements, goals);
  }

  private static double rate(Plan plan, double nanos) {
    return plan.together() * 1e9 / nanos;
  }

  private static String way(String party, String verb, int callers) {
    return "%s %s, %d at a time".formatted(party, verb, callers);
  }
}
