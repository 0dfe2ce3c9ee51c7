package org.ovswin.cli.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.List;
import java.util.Optional;
import org.ovswin.cli.report.ClusterReport.AgentState;
import org.ovswin.cli.report.ClusterReport.Block;
import org.ovswin.cli.report.ClusterReport.HeldLease;
import org.ovswin.cli.report.ClusterReport.Joined;
import org.ovswin.cli.report.ClusterReport.Node;
import org.ovswin.cli.report.ClusterReport.RangeCount;
import org.ovswin.cli.report.ClusterReport.Reserved;
import org.ovswin.cli.report.ClusterReport.Standing;
import org.ovswin.cli.report.ClusterReport.StoreState;
import org.ovswin.cli.report.ClusterReport.Usage;
import org.ovswin.cli.report.View.LeaseFilter;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.ClusterRange;

/**
 * A report for programs. The keys are a promise (docs/ipam.md); what is not known has no key, and
 * times are RFC 3339 in UTC.
 */
public final class JsonReport {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectMapper PRETTY =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final YAMLMapper YAML = new YAMLMapper();

  private JsonReport() {}

  /** On several lines, for one document. */
  public static String pretty(ObjectNode tree) {
    return written(PRETTY, tree);
  }

  /** On one line, for one document after the other. */
  public static String line(ObjectNode tree) {
    return written(JSON, tree);
  }

  /** Begins with {@code ---}, so that documents can follow each other. */
  public static String yaml(ObjectNode tree) {
    return written(YAML, tree).stripTrailing();
  }

  private static String written(ObjectMapper mapper, ObjectNode tree) {
    try {
      return mapper.writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of JSON cannot be written", e);
    }
  }

  /**
   * The tree of a view: what is shown of the store, and what was asked for.
   *
   * @throws IllegalArgumentException as {@link TextReport#lines}
   */
  public static ObjectNode tree(ClusterReport report, View view) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("time", report.at().toString());
    root.set("store", store(report.store()));
    ArrayNode agents = root.putArray("agents");
    report.agents().forEach(agent -> agents.add(agent(agent)));
    switch (view) {
      case View.Cluster _ -> {
        ranges(report, root);
        ArrayNode nodes = root.putArray("nodes");
        report.nodes().forEach(node -> nodes.add(node(report, node)));
        blocks(report.blocks(), root);
        reservations(report.reservations(), root);
      }
      case View.OneNode(String name) -> {
        root.putArray("nodes").add(node(report, Selection.require(report, name)));
        blocks(report.blocksOf(name), root);
        reservations(
            report.reservations().stream().filter(entry -> entry.node().equals(name)).toList(),
            root);
      }
      case View.Leases(Optional<String> name, LeaseFilter filter) -> {
        name.ifPresent(value -> Selection.require(report, value));
        ArrayNode leases = root.putArray("leases");
        Selection.leases(report, name, filter).forEach(lease -> leases.add(lease(lease)));
      }
      case View.ClusterMap(Optional<IpPrefix> part) -> maps(Maps.ofCluster(report, part), root);
      case View.NodeMap(String name, Optional<IpPrefix> part) -> {
        Selection.require(report, name);
        maps(report.isLocal(name) ? Maps.ofNode(report, name, part) : List.of(), root);
      }
    }
    ArrayNode unreadable = root.putArray("unreadable");
    report.unreadable().forEach(unreadable::add);
    ArrayNode warnings = root.putArray("warnings");
    report.warnings().forEach(warnings::add);
    return root;
  }

  private static ObjectNode store(StoreState state) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("description", state.description());
    switch (state) {
      case StoreState.Reachable _ -> node.put("state", "reachable");
      case StoreState.Unreachable unreachable -> {
        node.put("state", "unreachable");
        node.put("reason", unreachable.reason());
        unreachable.viewAt().ifPresent(at -> node.put("viewAt", at.toString()));
      }
    }
    return node;
  }

  private static ObjectNode agent(AgentState state) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("node", state.node());
    switch (state) {
      case AgentState.Running running -> {
        node.put("state", "running");
        node.put("detail", running.detail());
        ArrayNode problems = node.putArray("problems");
        running.problems().forEach(problems::add);
      }
      case AgentState.Down down -> {
        node.put("state", "down");
        node.put("reason", down.reason());
      }
    }
    return node;
  }

  private static void ranges(ClusterReport report, ObjectNode root) {
    ArrayNode ranges = root.putArray("ranges");
    for (ClusterRange range : report.ranges()) {
      RangeCount count = report.count(range);
      ranges
          .addObject()
          .put("cidr", range.prefix().toString())
          .put("blockPrefixLength", range.blockLength())
          .put("blocks", count.total())
          .put("claimed", count.claimed())
          .put("released", count.released())
          .put("free", count.free());
    }
  }

  private static ObjectNode node(ClusterReport report, Node node) {
    ObjectNode entry = JsonNodeFactory.instance.objectNode();
    entry.put("node", node.name());
    node.record().ifPresent(record -> putRecord(record, entry));
    ArrayNode blocks = entry.putArray("blocks");
    report.blocksOf(node.name()).forEach(block -> blocks.add(block.block().toString()));
    putTotals(Totals.of(report, node.name()), entry);
    return entry;
  }

  private static void putRecord(Joined record, ObjectNode entry) {
    ArrayNode addresses = entry.putArray("addresses");
    record.addresses().forEach(address -> addresses.add(address.toString()));
    entry.put("mac", record.mac().toString());
    entry.put("os", record.os());
    entry.put("version", record.version());
    record.tunnelEndpoint().ifPresent(end -> entry.put("tunnelEndpoint", end.toString()));
    entry.put("joinedAt", record.joinedAt().toString());
  }

  private static void putTotals(Totals totals, ObjectNode entry) {
    totals.used().ifPresent(value -> entry.put("used", value));
    totals.free().ifPresent(value -> entry.put("free", value));
    totals.cooling().ifPresent(value -> entry.put("cooling", value));
    totals.reserved().ifPresent(value -> entry.put("reserved", value));
    totals.at().ifPresent(value -> entry.put("usageAt", value.toString()));
  }

  private static void blocks(List<Block> blocks, ObjectNode root) {
    ArrayNode array = root.putArray("blocks");
    for (Block block : blocks) {
      ObjectNode entry = array.addObject();
      entry.put("block", block.block().toString());
      switch (block.standing()) {
        case Standing.Held held -> {
          entry.put("state", "held");
          entry.put("node", held.node());
          entry.put("claimedAt", held.claimedAt().toString());
        }
        case Standing.Released released -> {
          entry.put("state", "released");
          entry.put("node", released.node());
          entry.put("claimedAt", released.claimedAt().toString());
          entry.put("releasedAt", released.releasedAt().toString());
          entry.put("othersFrom", released.othersFrom().toString());
        }
        case Standing.Unreadable _ -> entry.put("state", "unreadable");
      }
      block
          .usage()
          .ifPresent(
              usage -> {
                entry.put("used", usage.used());
                entry.put("free", usage.free());
                switch (usage) {
                  case Usage.Counted counted -> {
                    entry.put("cooling", counted.cooling());
                    entry.put("reserved", counted.reserved());
                  }
                  case Usage.Reported reported -> entry.put("usageAt", reported.at().toString());
                }
              });
    }
  }

  private static void reservations(List<Reserved> reservations, ObjectNode root) {
    ArrayNode array = root.putArray("reservations");
    for (Reserved entry : reservations) {
      array
          .addObject()
          .put("node", entry.node())
          .put("range", entry.range().toString())
          .put("reason", entry.reason())
          .put("since", entry.since().toString());
    }
  }

  private static ObjectNode lease(HeldLease lease) {
    ObjectNode entry = JsonNodeFactory.instance.objectNode();
    ArrayNode addresses = entry.putArray("addresses");
    lease.addresses().forEach(address -> addresses.add(address.toString()));
    entry.put("node", lease.node());
    entry.put("state", TextReport.name(lease.state()));
    entry.put("network", lease.network());
    lease.podNamespace().ifPresent(value -> entry.put("podNamespace", value));
    lease.podName().ifPresent(value -> entry.put("podName", value));
    entry.put("containerId", lease.containerId());
    entry.put("ifName", lease.ifName());
    entry.put("since", lease.since().toString());
    entry.put("bootId", lease.bootId());
    return entry;
  }

  private static void maps(List<CellMap> maps, ObjectNode root) {
    ArrayNode array = root.putArray("maps");
    for (CellMap map : maps) {
      ObjectNode entry = array.addObject();
      entry.put("title", map.title());
      entry.put("cidr", map.whole().toString());
      entry.put("cellPrefixLength", map.cellLength());
      ArrayNode rows = entry.putArray("rows");
      for (CellMap.Row row : map.rows()) {
        ObjectNode line = rows.addObject();
        switch (row) {
          case CellMap.Row.Cells cells -> {
            line.put("first", cells.first().toString());
            line.put("cells", Palette.PLAIN.text(cells.cells(), ""));
          }
          case CellMap.Row.Unused unused -> {
            line.put("first", unused.first().toString());
            line.put("unusedUpTo", unused.last().toString());
          }
        }
      }
      entry.put("rowsLeftOut", map.left());
      ObjectNode legend = entry.putObject("legend");
      map.legend().stream()
          .sorted()
          .forEach(cell -> legend.put(String.valueOf(cell.character()), cell.meaning()));
    }
  }
}
