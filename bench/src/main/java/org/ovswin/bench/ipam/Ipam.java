package org.ovswin.bench.ipam;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.ovswin.bench.measure.Machine;
import org.ovswin.bench.measure.RowResult;
import org.ovswin.cli.Main;
import org.ovswin.cli.MisuseException;
import org.ovswin.cli.OutputFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the IPAM beside host-local and the machine's own fdatasync. */
@Command(
    name = "ipam",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Gives and takes addresses, in turns with the CNI project's host-local (a process a request,",
      "as container runtimes call it) and with the least that the disk takes for something",
      "durable; and has a thousand nodes come to an etcd of three members at once. Only numbers",
      "of one run may be compared with each other."
    },
    footer = {
      "",
      "Exit codes: 0 every goal reached; 1 a goal missed, or failed; 2 wrong use; 3 something",
      "missing here.",
      "Example: ovs-win bench ipam --quick"
    })
public final class Ipam implements Callable<Integer> {
  private static final int MAX_ROUNDS = 100;
  private static final int CALLERS = 64;
  private static final int IN_USE = 60_000;
  private static final int LEASES = 65_000;
  private static final int MAX_NODES = 1000;

  /** What has to be installed, and in which package it is. */
  private static final Map<Path, String> PEERS =
      Map.of(
          HostLocal.PROGRAM, HostLocal.PACKAGE,
          EtcdMembers.PROGRAM, EtcdMembers.PACKAGE);

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--rows",
      paramLabel = "ROW",
      split = ",",
      description = "Of allocation, callers, full, start, lookup and nodes (default: all).")
  private List<String> rows = List.of();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "How often the ways take turns (default: 9; with --quick 3).")
  private Optional<Integer> rounds = Optional.empty();

  @Option(
      names = "--nodes",
      paramLabel = "N",
      defaultValue = "1000",
      description = "How many nodes come at once (default: ${DEFAULT-VALUE}, which is the most).")
  private int nodes = MAX_NODES;

  @Option(
      names = "--directory",
      paramLabel = "DIRECTORY",
      defaultValue = "/var/tmp",
      description = {
        "Where the files go, in a directory of their own that is deleted at the end; its file",
        "system is what is measured (default: ${DEFAULT-VALUE})."
      })
  private Path directory = Path.of("/var/tmp");

  @Option(names = "--quick", description = "A few seconds: fewer rounds and samples.")
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
    String fileSystem = durableFileSystem();
    for (Map.Entry<Path, String> peer : PEERS.entrySet()) {
      if (!Files.isExecutable(peer.getKey())) {
        progress("ovs-win: %s: not there (install %s)".formatted(peer.getKey(), peer.getValue()));
        return Main.MISSING;
      }
    }
    double load = Machine.load();
    List<RowResult> results = measure(plan);
    Report report =
        new Report(
            Machine.here(),
            fileSystem,
            HostLocal.version().orElse("host-local of unknown version"),
            load,
            plan,
            results);
    PrintWriter out = spec.commandLine().getOut();
    switch (output) {
      case TEXT -> ReportText.print(report, out);
      case JSON -> ReportJson.print(report, out);
    }
    return RowResult.isAllReached(results) ? 0 : 1;
  }

  private List<RowResult> measure(Plan plan) throws IOException {
    try (Scratch scratch = Scratch.open(directory.toAbsolutePath())) {
      progress("warming up");
      ManyCallers.warmUp(scratch.resolve("warm-up"), plan);
      int bytesOfOne = JournalGrowth.bytesOfOne(scratch.resolve("growth"));
      Setting setting = new Setting(plan, scratch, bytesOfOne, this::progress);
      List<RowResult> results = new ArrayList<>();
      for (Row row : plan.rows()) {
        results.add(row.measure(setting));
      }
      return results;
    }
  }

  private Plan plan() throws MisuseException {
    int roundCount = rounds.orElse(quick ? 3 : 9);
    if (roundCount < 1 || roundCount > MAX_ROUNDS) {
      throw new MisuseException(
          "--rounds: %d (expected: 1 to %d)".formatted(roundCount, MAX_ROUNDS));
    }
    if (nodes < 1 || nodes > MAX_NODES) {
      throw new MisuseException("--nodes: %d (expected: 1 to %d)".formatted(nodes, MAX_NODES));
    }
    return new Plan(
        chosenRows(),
        roundCount,
        quick ? 30 : 300,
        CALLERS,
        quick ? 100 : 500,
        IN_USE,
        LEASES,
        nodes);
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
    return chosen.isEmpty() ? all : chosen.stream().distinct().toList();
  }

  /**
   * @throws MisuseException nothing is durable there, or it cannot be written to
   */
  private String durableFileSystem() throws IOException, MisuseException {
    if (!Files.isDirectory(directory) || !Files.isWritable(directory)) {
      throw new MisuseException(
          "--directory: %s (expected: a directory that can be written)".formatted(directory));
    }
    FileStore store = Files.getFileStore(directory);
    if (store.type().equals("tmpfs") || store.type().equals("ramfs")) {
      throw new MisuseException(
          "--directory: %s is on %s, which is memory (expected: on a disk)"
              .formatted(directory, store.type()));
    }
    return store.type();
  }

  private void progress(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(line);
    err.flush();
  }
}
