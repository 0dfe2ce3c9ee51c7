package org.ovswin.bench.cni;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.ovswin.bench.measure.Machine;
import org.ovswin.bench.measure.RowResult;
import org.ovswin.bench.measure.RowsJson;
import org.ovswin.bench.measure.RowsText;
import org.ovswin.cli.Main;
import org.ovswin.cli.MisuseException;
import org.ovswin.cli.OutputFormat;
import org.ovswin.lab.AgentJava;
import org.ovswin.lab.Lab;
import org.ovswin.lab.LabSpec;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the CNI plugin beside those of the CNI project. */
@Command(
    name = "cni",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Attaches and detaches pods as container runtimes do, a process a request, in turns with",
      "the CNI project's bridge (without and with ipMasq) and ptp, each on a node of its own out",
      "of a network namespace. Only numbers of one run may be compared with each other."
    },
    footer = {
      "",
      "Exit codes: 0 every goal reached; 1 a goal missed, or failed; 2 wrong use; 3 something",
      "missing here.",
      "Example: ovs-win bench cni --quick"
    })
public final class Cni implements Callable<Integer> {
  private static final int MAX_ROUNDS = 100;
  private static final String PEERS_PACKAGE = "containernetworking-plugins";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--rows",
      paramLabel = "ROW",
      split = ",",
      description = "Of first, together, packet, density and agent (default: all).")
  private List<String> rows = List.of();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "How often the plugins take turns (default: 7; with --quick 2).")
  private Optional<Integer> rounds = Optional.empty();

  @Option(
      names = "--pods",
      paramLabel = "N",
      split = ",",
      description = {
        "How many pods are there already, 1 to 1000, ascending (default: 50,100,250;",
        "with --quick 100,250)."
      })
  private List<Integer> pods = List.of();

  @Option(
      names = "--ready-ports",
      paramLabel = "N",
      description = {
        "How many of our ports wait for pods, 0 to 64 (openvswitch.readyPorts, and its",
        "default). With 0 each pod brings its own."
      })
  private Optional<Integer> readyPorts = Optional.empty();

  @Option(names = "--quick", description = "Under three minutes: fewer rounds and pods.")
  private boolean quick;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text or json (default: ${DEFAULT-VALUE}).")
  private OutputFormat output = OutputFormat.TEXT;

  @Override
  public Integer call() throws IOException, MisuseException {
    Plan plan = plan();
    Path launcher = launcher();
    for (String peer : List.of("bridge", "ptp", "host-local")) {
      if (!Files.isExecutable(Plugin.PEERS.resolve(peer))) {
        progress(
            "ovs-win: %s: not there (install %s)"
                .formatted(Plugin.PEERS.resolve(peer), PEERS_PACKAGE));
        return Main.MISSING;
      }
    }
    double load = Machine.load();
    List<RowResult> results = measure(plan, launcher);
    report(plan, load, results);
    return RowResult.isAllReached(results) ? 0 : 1;
  }

  private List<RowResult> measure(Plan plan, Path launcher) throws IOException {
    try (Lab lab = Lab.open(spec(launcher), this::progress)) {
      lab.startNodes();
      Setting setting = Setting.of(plan, lab, launcher, this::progress);
      progress("warming up");
      for (Party party : setting.parties()) {
        int some = Math.min(plan.most(), 20);
        var _ = party.add(some, 2);
        var _ = party.delete(some, 2);
        var _ = party.settle();
      }
      List<RowResult> results = new ArrayList<>();
      for (Row row : plan.rows()) {
        results.add(row.measure(setting));
      }
      return results;
    }
  }

  /** Its agent is run as an installed one is, if this was built with Maven. */
  private LabSpec spec(Path launcher) throws IOException {
    LabSpec lab = LabSpec.of(1, launcher);
    LabSpec spec = readyPorts.map(lab::withReadyPorts).orElse(lab);
    AgentJava installed = new AgentJava(distribution());
    return Files.exists(installed.cache()) ? spec.withJavaCommand(installed.command()) : spec;
  }

  private void report(Plan plan, double load, List<RowResult> results) throws IOException {
    Machine machine = Machine.here();
    String peers =
        Machine.firstLine(List.of("dpkg-query", "-W", PEERS_PACKAGE))
            .map(line -> line.replace('\t', ' '))
            .orElse(PEERS_PACKAGE + " of unknown version");
    PrintWriter out = spec.commandLine().getOut();
    switch (output) {
      case TEXT -> {
        out.println(
            "ovs-win %s on %d x %s, %d MiB, load %.1f"
                .formatted(
                    machine.commit(),
                    machine.cores(),
                    machine.processor(),
                    machine.memoryMib(),
                    load));
        out.println(
            "Linux %s, %s, Java %s, %s"
                .formatted(machine.kernel(), machine.openVSwitch(), machine.java(), peers));
        out.println();
        out.println("Of %d rounds".formatted(plan.rounds()));
        RowsText.print(results, out);
      }
      case JSON -> {
        ObjectNode more =
            RowsJson.object()
                .put("openVSwitch", machine.openVSwitch())
                .put("peers", peers)
                .put("load", load);
        RowsJson.print(machine, more, json(plan), results, out);
      }
    }
  }

  private static ObjectNode json(Plan plan) {
    return RowsJson.object()
        .put("rounds", plan.rounds())
        .put("first", plan.first())
        .put("there", plan.there().toString())
        .put("batch", plan.batch())
        .put("callers", plan.callers().toString())
        .put("together", plan.together())
        .put("senders", plan.senders())
        .put("idleSeconds", plan.idle().toSeconds());
  }

  private Plan plan() throws MisuseException {
    int roundCount = rounds.orElse(quick ? 2 : 7);
    if (roundCount < 1 || roundCount > MAX_ROUNDS) {
      throw new MisuseException(
          "--rounds: %d (expected: 1 to %d)".formatted(roundCount, MAX_ROUNDS));
    }
    List<Integer> there =
        pods.isEmpty() ? (quick ? List.of(100, 250) : List.of(50, 100, 250)) : pods;
    if (!there.stream().allMatch(n -> n >= 1 && n <= 1000)
        || !there.equals(there.stream().sorted().distinct().toList())) {
      throw new MisuseException("--pods: %s (expected: 1 to 1000, ascending)".formatted(there));
    }
    return new Plan(
        chosenRows(),
        roundCount,
        quick ? 20 : 50,
        there,
        quick ? 5 : 10,
        List.of(8, 32),
        quick ? 32 : 96,
        quick ? 200 : 1000,
        Duration.ofSeconds(quick ? 5 : 20));
  }

  private List<Row> chosenRows() throws MisuseException {
    List<Row> all = List.of(Row.values());
    List<Row> chosen = new ArrayList<>();
    for (String word : rows) {
      chosen.add(
          all.stream()
              .filter(row -> row.toString().equals(word))
              .findFirst()
              .orElseThrow(
                  () ->
                      new MisuseException(
                          "--rows: %s (expected: of %s)"
                              .formatted(word, Arrays.toString(Row.values())))));
    }
    return chosen.isEmpty() ? all : chosen.stream().distinct().sorted().toList();
  }

  /** What the checkout's build has made. */
  private static Path distribution() {
    return Path.of(System.getProperty("ovswin.checkout", "."))
        .resolve("plugin-exec/target/dist")
        .toAbsolutePath();
  }

  private static Path launcher() throws MisuseException {
    Path launcher = distribution().resolve("bin/ovs-win-cni");
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
}
