package org.ovswin.bench.flows;

import java.io.PrintWriter;
import java.util.Optional;
import org.ovswin.bench.measure.Machine;
import org.ovswin.cli.report.Table;

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
    if (!report.latencies().isEmpty()) {
      out.println();
      printLatencies(report, out);
    }
    if (!report.targets().isEmpty()) {
      out.println();
      printTargets(report, out);
    }
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
    out.println(
        "Thousand flows a second, median of %d; CPU is a run's median, heap its most"
            .formatted(report.plan().rounds()));
    table.print(out, "  ");
    out.println(
        "  most memory of this process, with what the limit needs: %d MiB RSS"
            .formatted(report.rssMib()));
  }

  private static void printLatencies(Report report, PrintWriter out) {
    Table table = new Table("ports", "what", "party", "p50 ms", "p99 ms", "samples", "of limit");
    for (LatencyRow row : report.latencies()) {
      table.row(
          String.valueOf(row.ports()),
          row.latency().toString(),
          row.party().toString(),
          number(row.p50Millis()),
          number(row.p99Millis()),
          String.valueOf(row.samples()),
          ratio(report.ratio(row, Latency.Party.LIMIT)));
    }
    out.println("Milliseconds, with %d flows in the switch".formatted(report.plan().standing()));
    table.print(out, "  ");
    for (Latency latency : Latency.values()) {
      out.println("  %s: %s".formatted(latency, latency.meaning()));
    }
  }

  private static void printTargets(Report report, PrintWriter out) {
    Table table = new Table("to reach", "measured", "goal", "reached");
    for (Target target : report.targets()) {
      table.row(
          target.what(),
          number(target.measured()),
          target.goal(),
          target.verdict() == Target.Verdict.REACHED ? "yes" : "NO");
    }
    table.print(out, "");
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
