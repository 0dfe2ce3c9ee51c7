package org.ovswin.bench.measure;

import java.io.PrintWriter;
import java.util.List;
import org.ovswin.cli.report.Table;

/** Rows for people: a table of what was measured, and one of the goals. */
public final class RowsText {
  private RowsText() {}

  public static void print(List<RowResult> results, PrintWriter out) {
    printMeasurements(results, out);
    out.println();
    printGoals(results, out);
    out.flush();
  }

  private static void printMeasurements(List<RowResult> results, PrintWriter out) {
    Table table = new Table("row", "way", "median", "min-max", "unit");
    for (RowResult result : results) {
      for (Measurement measurement : result.measurements()) {
        Spread spread = measurement.spread();
        table.row(
            result.row(),
            measurement.way(),
            number(spread.median()),
            range(spread),
            measurement.unit());
      }
    }
    table.print(out, "  ");
    for (RowResult result : results) {
      out.println("  %s: %s".formatted(result.row(), result.meaning()));
    }
  }

  private static void printGoals(List<RowResult> results, PrintWriter out) {
    Table table = new Table("row", "to reach", "measured", "min-max", "goal", "result");
    for (RowResult result : results) {
      for (Goal goal : result.goals()) {
        table.row(
            result.row(),
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
