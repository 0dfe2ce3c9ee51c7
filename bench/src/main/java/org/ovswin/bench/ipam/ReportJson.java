package org.ovswin.bench.ipam;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import org.ovswin.bench.measure.Machine;
import org.ovswin.bench.measure.Spread;

/** The report for programs: all that the tables show, in one document. */
final class ReportJson {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private ReportJson() {}

  static void print(Report report, PrintWriter out) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.put("commit", report.machine().commit());
    root.set("machine", machine(report));
    root.set("plan", plan(report.plan()));
    ArrayNode rows = root.putArray("rows");
    report.results().forEach(result -> rows.add(row(result)));
    out.println(JSON.writeValueAsString(root));
    out.flush();
  }

  private static ObjectNode machine(Report report) {
    Machine machine = report.machine();
    return JSON.createObjectNode()
        .put("processor", machine.processor())
        .put("cores", machine.cores())
        .put("memoryMib", machine.memoryMib())
        .put("kernel", machine.kernel())
        .put("java", machine.java())
        .put("hostLocal", report.hostLocal())
        .put("fileSystem", report.fileSystem())
        .put("load", report.load());
  }

  private static ObjectNode plan(Plan plan) {
    return JSON.createObjectNode()
        .put("rounds", plan.rounds())
        .put("samples", plan.samples())
        .put("callers", plan.callers())
        .put("each", plan.each())
        .put("inUse", plan.inUse())
        .put("leases", plan.leases())
        .put("nodes", plan.nodes());
  }

  private static ObjectNode row(RowResult result) {
    ObjectNode node = JSON.createObjectNode();
    node.put("row", result.row().toString());
    node.put("meaning", result.row().meaning());
    ArrayNode measurements = node.putArray("measurements");
    result.measurements().forEach(measurement -> measurements.add(measurement(measurement)));
    ArrayNode goals = node.putArray("goals");
    result.goals().forEach(goal -> goals.add(goal(goal)));
    return node;
  }

  private static ObjectNode measurement(Measurement measurement) {
    ObjectNode node = JSON.createObjectNode();
    node.put("way", measurement.way());
    node.put("unit", measurement.unit());
    node.set("value", spread(measurement.spread()));
    return node;
  }

  private static ObjectNode goal(Goal goal) {
    ObjectNode node = JSON.createObjectNode();
    node.put("what", goal.what());
    node.set("measured", spread(goal.measured()));
    node.put("goal", goal.boundText());
    node.put("reached", goal.isReached());
    return node;
  }

  private static ObjectNode spread(Spread spread) {
    return JSON.createObjectNode()
        .put("min", spread.min())
        .put("median", spread.median())
        .put("max", spread.max());
  }
}
