package org.ovswin.bench.flows;

import java.io.PrintWriter;
import java.util.Optional;
import org.ovswin.cli.Table;

/** The report for people. */
final class ReportText {
  private ReportText() {}

  static void print(Report report, PrintWriter out) {
    Machine machine = report.machine();
    out.println(
        "ovs-win %s on %d x %s, %d MiB"
            .formatted(
                machine.commit(), machine.cores(), machine.processor(), machine.memoryMib()));
    out.println(
        "Linux %s, %s, Java %s".formatted(machine.kernel(), machine.openVSwitch(), machine.java()));
    out.println();
    printThroughput(report, out);
    out.flush();
  }

  private static void printThroughput(Report report, PrintWriter out) {
    Table table =
        new Table(
            "ports",
            "shape",
            "flows",
            "way",
            "kflows/s",
            "min-max",
            "of limit",
            "of ofctl-bundle",
            "CPU s",
            "vswitchd CPU s",
            "heap MiB");
    for (ThroughputRow row : report.throughput()) {
      table.row(
          String.valueOf(row.ports()),
          row.shape().toString(),
          String.valueOf(row.flows()),
          row.way().toString(),
          row.measured() ? number(row.rate().median()) : "-",
          row.measured()
              ? number(row.rate().min()) + "-" + number(row.rate().max())
              : "left out: about %.0f s".formatted(row.leftOutSeconds()),
          ratio(report.ratio(row, Way.LIMIT)),
          ratio(report.ratio(row, Way.OFCTL_BUNDLE)),
          row.measured() ? "%.3f".formatted(row.clientCpuSeconds()) : "-",
          row.measured() ? "%.3f".formatted(row.switchCpuSeconds()) : "-",
          row.measured() && row.way().isOurs() ? "%.0f".formatted(row.heapMib()) : "-");
    }
    out.println("Thousand flows a second, median of %d".formatted(report.plan().rounds()));
    table.print(out, "  ");
  }

  private static String ratio(Optional<Double> ratio) {
    return ratio.map("%.2f"::formatted).orElse("-");
  }

  /** Three digits that count. */
  private static String number(double value) {
    return value < 10
        ? "%.2f".formatted(value)
        : value < 100 ? "%.1f".formatted(value) : "%.0f".formatted(value);
  }
}
