package org.ovswin.bench.ipam;

import java.io.PrintWriter;
import org.ovswin.bench.measure.Machine;
import org.ovswin.bench.measure.Spread;
import org.ovswin.cli.report.Table;

/** The report for people. */
final class ReportText {
  private ReportText() {}

  static void print(Report report, PrintWriter out) {
    Machine machine = report.machine();
    out.println(
        "ovs-win %s on %d x %s, %d MiB, load %.1f"
            .formatted(
                machine.commit(),
                machine.cores(),
                machine.processor(),
                machine.memoryMib(),
                report.load()));
    out.println(
        "Linux %s, Java %s, %s, %s"
            .formatted(machine.kernel(), machine.java(), report.hostLocal(), report.fileSystem()));
    out.println();
    printMeasurements(report, out);
    out.println();
    printGoals(report, out);
    out.flush();
  }

  private static void printMeasurements(Report report, PrintWriter out) {
    Table table = new Table("row", "way", "median", "min-max", "unit");
    for (RowResult result : report.results()) {
      for (Measurement measurement : result.measurements()) {
        Spread spread = measurement.spread();
        table.row(
            result.row().toString(),
            measurement.way(),
            number(spread.median()),
            range(spread),
            measurement.unit());
      }
    }
    out.println("Of %d rounds".formatted(report.plan().rounds()));
    table.print(out, "  ");
    for (RowResult result : report.results()) {
      out.println("  %s: %s".formatted(result.row(), result.row().meaning()));
    }
  }

  private static void printGoals(Report report, PrintWriter out) {
    Table table = new Table("row", "to reach", "measured", "min-max", "goal", "result");
    for (RowResult result : report.results()) {
      for (Goal goal : result.goals()) {
        table.row(
            result.row().toString(),
            goal.what(),
            number(goal.measured().median()),
            range(goal.measured()),
            goal.boundText(),
            goal.isReached() ? "reached" : "MISSED");
      }
    }
    table.print(out, "");
  }

  private static String range(Spread spread) {
    return number(spread.min()) + "-" + number(spread.max());
  }

  /** Three digits that count. */
  private static String number(double value) {
    return value < 10
        ? "%.2f".formatted(value)
        : value < 100 ? "%.1f".formatted(value) : "%.0f".formatted(value);
  }
}
