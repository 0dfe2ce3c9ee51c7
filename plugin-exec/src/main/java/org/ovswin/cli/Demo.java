package org.ovswin.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.ovswin.agent.AgentConfig;
import org.ovswin.agent.AgentConfigFile;
import org.ovswin.agent.InvalidConfigException;
import org.ovswin.cli.report.ClusterReport;
import org.ovswin.cli.report.JsonReport;
import org.ovswin.cli.report.Palette;
import org.ovswin.cli.report.TextReport;
import org.ovswin.cli.report.View;
import org.ovswin.cli.report.View.LeaseFilter;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.lab.DemoRun;
import org.ovswin.lab.Lab;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.LabSpec;
import org.ovswin.lab.Proof;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Builds a small cluster of namespaces and proves with real packets that its pods talk. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Builds a small cluster out of network namespaces, each node with its own Open vSwitch and",
      "agent, proves with real traffic what its pods can and cannot do, and takes it down again."
    },
    footer = {
      "",
      "Example: ovs-win demo --nodes 3 --pods 2",
      "From a checkout, ./ovs-win demo --no-install says what is missing instead of installing it."
    })
final class Demo implements Callable<Integer> {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final View LEASES = new View.Leases(Optional.empty(), LeaseFilter.ALL);
  private static final int MAX_NODES = 20;
  private static final int MAX_PODS = 50;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--nodes",
      paramLabel = "N",
      defaultValue = "2",
      description = "Nodes of the cluster, 1 to " + MAX_NODES + " (default: ${DEFAULT-VALUE}).")
  private int nodes = 2;

  @Option(
      names = "--pods",
      paramLabel = "M",
      defaultValue = "3",
      description = "Pods of each node, 2 to " + MAX_PODS + " (default: ${DEFAULT-VALUE}).")
  private int pods = 3;

  @Option(
      names = "--exit",
      paramLabel = "MODE",
      defaultValue = "gateway",
      description =
          "How packets leave the nodes: gateway (the host forwards) or uplink (default:"
              + " ${DEFAULT-VALUE}).")
  private LabSpec.Exit exit = LabSpec.Exit.GATEWAY;

  @Option(
      names = "--keep",
      description = "Leaves the cluster up and says how to look around and take it down.")
  private boolean keep;

  @Option(
      names = "--down",
      paramLabel = "ID",
      description = "Takes down a cluster that --keep left up, and does nothing else.")
  private Optional<String> down = Optional.empty();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text or json (default: ${DEFAULT-VALUE}).")
  private OutputFormat output = OutputFormat.TEXT;

  @Override
  public Integer call() throws IOException, MisuseException {
    requireBetween("--nodes", nodes, 1, MAX_NODES);
    requireBetween("--pods", pods, 2, MAX_PODS);
    LabSpec labSpec =
        LabSpec.of(nodes, launcher())
            .withExit(exit)
            .withLifetime(keep ? LabSpec.Lifetime.UNTIL_DOWN : LabSpec.Lifetime.WITH_OWNER);
    if (down.isPresent()) {
      Lab.down(labSpec.base(), down.get());
      return 0;
    }
    try (Lab lab = Lab.open(labSpec, this::progress)) {
      lab.startNodes();
      List<Proof> proofs =
          DemoRun.run(lab, pods, (node, address) -> lease(lab, node, address), this::tell);
      ClusterReport plan = plan(lab);
      report(proofs, plan);
      boolean passed = proofs.stream().allMatch(Proof::passed);
      if (keep) {
        lab.keep();
        explain(lab);
      }
      return passed ? 0 : Main.FAILED;
    }
  }

  private static void requireBetween(String option, int value, int least, int most)
      throws MisuseException {
    if (value < least || value > most) {
      throw new MisuseException(
          option + ": " + value + " (expected: " + least + " to " + most + ")");
    }
  }

  /** The launcher beside this program's jars. */
  static Path launcher() throws MisuseException {
    Path home = Path.of(System.getProperty("ovswin.home", ""));
    Path launcher = home.resolve("bin").resolve("ovs-win-cni").toAbsolutePath();
    if (!Files.isExecutable(launcher)) {
      throw new MisuseException(
          launcher + ": no such program (expected: the CNI launcher; run ./ovs-win of a checkout)");
    }
    return launcher;
  }

  private void progress(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(line);
    err.flush();
  }

  private void tell(Proof proof) {
    if (output == OutputFormat.TEXT) {
      PrintWriter out = spec.commandLine().getOut();
      out.println(proof);
      out.flush();
    } else {
      progress(proof.toString());
    }
  }

  private static List<AgentConfig> configs(Lab lab) {
    try {
      List<AgentConfig> configs = new ArrayList<>();
      for (LabNode node : lab.nodes()) {
        configs.add(AgentConfigFile.read(node.configuration()));
      }
      return configs;
    } catch (InvalidConfigException e) {
      throw new IllegalStateException("the lab's own configuration: " + e.getMessage(), e);
    }
  }

  private static ClusterReport plan(Lab lab) {
    try {
      return Surveyor.report(configs(lab));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<String> lease(Lab lab, String node, String address) {
    IpAddress wanted = IpAddress.parse(address);
    return plan(lab).leases().stream()
        .filter(lease -> lease.node().equals(node) && lease.addresses().contains(wanted))
        .map(Object::toString)
        .findFirst();
  }

  private void report(List<Proof> proofs, ClusterReport plan) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    long passed = proofs.stream().filter(Proof::passed).count();
    switch (output) {
      case TEXT -> {
        out.println();
        out.println("ovs-win ipam show:");
        lines(plan, new View.Cluster()).forEach(out::println);
        out.println();
        out.println("ovs-win ipam show --leases:");
        lines(plan, LEASES).forEach(out::println);
        out.println();
        out.println(passed + " of " + proofs.size() + " proofs passed");
      }
      case JSON -> {
        ObjectNode root = JSON.createObjectNode();
        root.put("passed", passed == proofs.size());
        ArrayNode list = root.putArray("proofs");
        for (Proof proof : proofs) {
          ObjectNode entry = list.addObject();
          entry.put("name", proof.name());
          entry.put("passed", proof.passed());
          entry.put("detail", proof.detail());
          entry.put("millis", proof.duration().toMillis());
        }
        root.set("ipam", JsonReport.tree(plan, new View.Cluster()));
        root.set("leases", JsonReport.tree(plan, LEASES).get("leases"));
        out.println(JSON.writeValueAsString(root));
      }
    }
    out.flush();
  }

  private static List<String> lines(ClusterReport plan, View view) {
    return TextReport.lines(plan, view, TextReport.Width.NARROW, Palette.PLAIN);
  }

  private void explain(Lab lab) {
    PrintWriter err = spec.commandLine().getErr();
    err.println();
    err.println("The cluster stays up. To look around:");
    StringBuilder show = new StringBuilder("  ./ovs-win ipam show");
    lab.nodes().forEach(node -> show.append(" --config ").append(node.configuration()));
    err.println(show);
    lab.lookAround().forEach(command -> err.println("  " + command));
    err.println("To take it down:");
    err.println("  ./ovs-win demo --down " + lab.id());
    err.flush();
  }
}
