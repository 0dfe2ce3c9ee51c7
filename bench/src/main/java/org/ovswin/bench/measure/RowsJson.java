package org.ovswin.bench.measure;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;

/** A report for programs: machine, plan, and all that the tables show, in one document. */
public final class RowsJson {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private RowsJson() {}

  /**
   * @param peers what else the machine's part tells, such as versions of others' programs
   */
  public static void print(
      Machine machine, ObjectNode peers, ObjectNode plan, List<RowResult> results, PrintWriter out)
      throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.put("commit", machine.commit());
    root.set("machine", machine(machine).setAll(peers));
    root.set("plan", plan);
    ArrayNode rows = root.putArray("rows");
    results.forEach(result -> rows.add(row(result)));
    out.println(JSON.writeValueAsString(root));
    out.flush();
  }

  /** An object to fill. */
  public static ObjectNode object() {
    return JSON.createObjectNode();
  }

  private static ObjectNode machine(Machine machine) {
    return object()
        .put("processor", machine.processor())
        .put("cores", machine.cores())
        .put("memoryMib", machine.memoryMib())
        .put("kernel", machine.kernel())
        .put("java", machine.java());
  }

  private static ObjectNode row(RowResult result) {
    ObjectNode node = object();
    node.put("row", result.row());
    node.put("meaning", result.meaning());
    ArrayNode measurements = node.putArray("measurements");
    result.measurements().forEach(measurement -> measurements.add(measurement(measurement)));
    ArrayNode goals = node.putArray("goals");
    result.goals().forEach(goal -> goals.add(goal(goal)));
    return node;
  }

  private static ObjectNode measurement(Measurement measurement) {
    ObjectNode node = object();
    node.put("way", measurement.way());
    node.put("unit", measurement.unit());
    node.set("value", spread(measurement.spread()));
    return node;
  }

  private static ObjectNode goal(Goal goal) {
    ObjectNode node = object();
    node.put("what", goal.what());
    node.set("measured", spread(goal.measured()));
    node.put("goal", goal.boundText());
    node.put("reached", goal.isReached());
    return node;
  }

  private static ObjectNode spread(Spread spread) {
    return object()
        .put("min", spread.min())
        .put("median", spread.median())
        .put("max", spread.max());
  }
}
