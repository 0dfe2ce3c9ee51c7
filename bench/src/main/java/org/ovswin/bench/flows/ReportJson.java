package org.ovswin.bench.flows;

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
    root.set("machine", machine(report.machine()));
    root.set("plan", plan(report.plan()));
    ArrayNode throughput = root.putArray("throughput");
    report.throughput().forEach(row -> throughput.add(throughput(report, row)));
    root.put("rssMib", report.rssMib());
    ArrayNode latencies = root.putArray("latencies");
    report.latencies().forEach(row -> latencies.add(latency(report, row)));
    ArrayNode targets = root.putArray("targets");
    report.targets().forEach(target -> targets.add(target(target)));
    out.println(JSON.writeValueAsString(root));
    out.flush();
  }

  private static ObjectNode machine(Machine machine) {
    return JSON.createObjectNode()
        .put("processor", machine.processor())
        .put("cores", machine.cores())
        .put("memoryMib", machine.memoryMib())
        .put("kernel", machine.kernel())
        .put("openVSwitch", machine.openVSwitch())
        .put("java", machine.java());
  }

  private static ObjectNode plan(Plan plan) {
    ObjectNode node = JSON.createObjectNode();
    node.put("rounds", plan.rounds());
    node.put("longestSeconds", plan.longest().toSeconds());
    node.put("samples", plan.samples());
    node.put("standing", plan.standing());
    return node;
  }

  private static ObjectNode throughput(Report report, ThroughputRow row) {
    ObjectNode node =
        JSON.createObjectNode()
            .put("ports", row.ports())
            .put("shape", row.shape().toString())
            .put("flows", row.flows())
            .put("way", row.way().toString());
    if (!row.measured()) {
      return node.put("leftOutSeconds", row.leftOutSeconds());
    }
    node.set("thousandFlowsPerSecond", spread(row.rate()));
    node.put("clientCpuSeconds", row.clientCpuSeconds());
    node.put("switchCpuSeconds", row.switchCpuSeconds());
    if (row.way().isOurs()) {
      node.put("heapMib", row.heapMib());
    }
    report.ratio(row, Way.LIMIT).ifPresent(ratio -> node.put("ofLimit", ratio));
    report.ratio(row, Way.OFCTL_BUNDLE).ifPresent(ratio -> node.put("ofOfctlBundle", ratio));
    return node;
  }

  private static ObjectNode latency(Report report, LatencyRow row) {
    ObjectNode node =
        JSON.createObjectNode()
            .put("ports", row.ports())
            .put("what", row.latency().toString())
            .put("party", row.party().toString())
            .put("samples", row.samples())
            .put("minMillis", row.minMillis())
            .put("p50Millis", row.p50Millis())
            .put("p99Millis", row.p99Millis())
            .put("maxMillis", row.maxMillis());
    report.ratio(row, Latency.Party.LIMIT).ifPresent(ratio -> node.put("ofLimit", ratio));
    report.ratio(row, Latency.Party.OFCTL).ifPresent(ratio -> node.put("ofOfctl", ratio));
    return node;
  }

  private static ObjectNode target(Target target) {
    return JSON.createObjectNode()
        .put("what", target.what())
        .put("measured", target.measured())
        .put("goal", target.goal())
        .put("reached", target.verdict() == Target.Verdict.REACHED);
  }

  private static ObjectNode spread(Spread spread) {
    return JSON.createObjectNode()
        .put("min", spread.min())
        .put("median", spread.median())
        .put("max", spread.max());
  }
}
