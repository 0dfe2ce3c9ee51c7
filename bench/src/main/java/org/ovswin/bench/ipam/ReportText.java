package org.ovswin.bench.ipam;

import java.io.PrintWriter;
import org.ovswin.bench.measure.Machine;
import org.ovswin.bench.measure.RowsText;

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
    out.println("Of %d rounds".formatted(report.plan().rounds()));
    RowsText.print(report.results(), out);
  }
}
