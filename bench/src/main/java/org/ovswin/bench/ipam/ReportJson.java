package org.ovswin.bench.ipam;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import org.ovswin.bench.measure.RowsJson;

/** The report for programs: all that the tables show, in one document. */
final class ReportJson {
  private ReportJson() {}

  static void print(Report report, PrintWriter out) throws IOException {
    ObjectNode peers =
        RowsJson.object()
            .put("hostLocal", report.hostLocal())
            .put("fileSystem", report.fileSystem())
            .put("load", report.load());
    RowsJson.print(report.machine(), peers, plan(report.plan()), report.results(), out);
  }

  private static ObjectNode plan(Plan plan) {
    return RowsJson.object()
        .put("rounds", plan.rounds())
        .put("samples", plan.samples())
        .put("callers", plan.callers())
        .put("each", plan.each())
        .put("inUse", plan.inUse())
        .put("leases", plan.leases())
        .put("nodes", plan.nodes());
  }
}
