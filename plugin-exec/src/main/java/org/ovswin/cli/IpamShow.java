package org.ovswin.cli;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.ovswin.agent.AgentConfig;
import org.ovswin.agent.AgentConfigFile;
import org.ovswin.agent.InvalidConfigException;
import org.ovswin.cli.AddressPlan.NodeAddresses;
import org.ovswin.cli.report.Table;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.lease.Lease;
import org.ovswin.ipam.lease.LeaseView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows nodes, blocks and leases. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the cluster's nodes with their blocks, and the leases of nodes on this machine.",
      "Reads the store and the journal on disk; the agent need not run."
    },
    footer = {"", "Example: ovs-win ipam show --output json"})
final class IpamShow implements Callable<Integer> {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** As much of a container id as people read. */
  private static final int SHORT_ID = 12;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "An agent's configuration; again for further nodes of this machine "
              + "(default: "
              + Agent.DEFAULT_CONFIG
              + ").")
  private List<Path> configs = new ArrayList<>();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text or json (default: ${DEFAULT-VALUE}).")
  private OutputFormat output = OutputFormat.TEXT;

  @Override
  public Integer call() throws IOException, MisuseException {
    AddressPlan plan;
    try {
      List<AgentConfig> read = new ArrayList<>();
      for (Path file : configs.isEmpty() ? List.of(Path.of(Agent.DEFAULT_CONFIG)) : configs) {
        read.add(AgentConfigFile.read(file));
      }
      plan = AddressPlan.read(read);
    } catch (InvalidConfigException | IllegalArgumentException e) {
      throw new MisuseException(String.valueOf(e.getMessage()));
    }
    PrintWriter out = spec.commandLine().getOut();
    switch (output) {
      case TEXT -> printText(plan, out);
      case JSON -> out.println(JSON.writeValueAsString(json(plan)));
    }
    out.flush();
    return plan.unreadable().isEmpty() ? 0 : Main.FAILED;
  }

  static void printText(AddressPlan plan, PrintWriter out) {
    if (plan.ranges().isEmpty()) {
      out.println("no node has claimed a block yet (store " + plan.store() + ")");
      return;
    }
    out.printf(
        "cluster %s: %d of %d blocks claimed (store %s)%n",
        plan.ranges().get(), claimed(plan), blocks(plan.ranges().get()), plan.store());
    out.println();
    Table nodes = new Table("NODE", "BLOCK", "ADDRESS", "OS", "USED", "FREE", "SINCE");
    for (NodeAddresses node : plan.nodes()) {
      nodes.row(
          node.record().node(),
          node.blocks().stream().map(block -> block.block().toString()).collect(joining(",")),
          node.record().address().toString(),
          node.record().os(),
          count(node.leases().map(LeaseView::used)),
          count(node.leases().map(LeaseView::free)),
          seconds(node.record().joinedAt()));
    }
    nodes.print(out, "");
    out.println();
    Table leases = new Table("LEASE", "NODE", "POD", "CONTAINER", "INTERFACE", "STATE", "SINCE");
    boolean some = false;
    for (NodeAddresses node : plan.nodes()) {
      for (Lease lease : node.leases().map(LeaseView::leases).orElse(List.of())) {
        some = true;
        leases.row(
            lease.addresses().getFirst().toString(),
            node.record().node(),
            pod(lease),
            shortened(lease.attachment().containerId()),
            lease.attachment().ifName(),
            state(lease),
            seconds(lease.since()));
      }
    }
    if (some) {
      leases.print(out, "");
    } else {
      out.println("no leases");
    }
    plan.unreadable().forEach(record -> out.println("unreadable: " + record));
  }

  private static int claimed(AddressPlan plan) {
    return plan.nodes().stream().mapToInt(node -> node.blocks().size()).sum();
  }

  private static long blocks(ClusterRanges ranges) {
    return ranges.blockCount(Family.IPV4);
  }

  private static String count(Optional<Long> number) {
    return number.map(Object::toString).orElse("-");
  }

  private static String seconds(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static String pod(Lease lease) {
    return lease.podName().map(name -> lease.podNamespace().orElse("") + "/" + name).orElse("-");
  }

  private static String state(Lease lease) {
    return switch (lease.phase()) {
      case HELD -> "held";
      case WITHDRAWN -> "going";
    };
  }

  private static String shortened(String id) {
    return id.length() <= SHORT_ID ? id : id.substring(0, SHORT_ID);
  }

  static ObjectNode json(AddressPlan plan) {
    ObjectNode root = JSON.createObjectNode();
    ObjectNode cluster = root.putObject("cluster");
    cluster.put("store", plan.store().toString());
    plan.ranges()
        .ifPresent(
            ranges -> {
              var array = cluster.putArray("ranges");
              for (ClusterRange range : ranges.ranges()) {
                array
                    .addObject()
                    .put("cidr", range.prefix().toString())
                    .put("blockPrefixLength", range.blockLength())
                    .put("blocks", range.blockCount());
              }
            });
    cluster.put("claimed", claimed(plan));
    var nodes = root.putArray("nodes");
    for (NodeAddresses node : plan.nodes()) {
      ObjectNode entry = nodes.addObject();
      entry.put("node", node.record().node());
      var blocks = entry.putArray("blocks");
      node.blocks().forEach(block -> blocks.add(block.block().toString()));
      entry.put("address", node.record().address().toString());
      entry.put("mac", node.record().mac().toString());
      entry.put("os", node.record().os());
      entry.put("version", node.record().version());
      entry.put("joinedAt", node.record().joinedAt().toString());
      node.leases().ifPresent(leases -> putLeases(leases, entry));
    }
    var unreadable = root.putArray("unreadable");
    plan.unreadable().forEach(record -> unreadable.add(record.toString()));
    return root;
  }

  private static void putLeases(LeaseView view, ObjectNode node) {
    node.put("used", view.used());
    node.put("free", view.free());
    var leases = node.putArray("leases");
    for (Lease lease : view.leases()) {
      ObjectNode entry = leases.addObject();
      entry.put("address", lease.addresses().getFirst().toString());
      entry.put("state", state(lease));
      entry.put("network", lease.network());
      lease.podNamespace().ifPresent(value -> entry.put("podNamespace", value));
      lease.podName().ifPresent(value -> entry.put("podName", value));
      entry.put("containerId", lease.attachment().containerId());
      entry.put("ifName", lease.attachment().ifName());
      entry.put("since", lease.since().toString());
      entry.put("bootId", lease.bootId());
    }
  }
}
