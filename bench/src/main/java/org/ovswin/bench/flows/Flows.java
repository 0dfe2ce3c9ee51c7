package org.ovswin.bench.flows;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.ovswin.bench.measure.Machine;
import org.ovswin.cli.Main;
import org.ovswin.cli.MisuseException;
import org.ovswin.cli.OutputFormat;
import org.ovswin.lab.LabException;
import org.ovswin.lab.Prerequisites;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures flow programming beside the switch's limit and {@code ovs-ofctl}. */
@Command(
    name = "flows",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Starts an Open vSwitch of its own and puts the same flows into it in several ways, which",
      "take turns:",
      "  limit         encoded before, written by a plain loop, and one barrier",
      "  limit-bundle  the same messages as one bundle",
      "  ours          from objects, one bundle that is checked before the commit",
      "  ours-load     from objects, over several connections",
      "  ofctl-bundle  ovs-ofctl --no-names --bundle add-flows of a file",
      "  ofctl         ovs-ofctl --no-names add-flows of a file",
      "Then it times single requests. Only numbers of one run may be compared with each other."
    },
    footer = {
      "",
      "Needs root. Exit codes: 0 done, 1 failed, 2 wrong use, 3 something missing here.",
      "Example: ovs-win bench flows --quick --plot flows.svg"
    })
public final class Flows implements Callable<Integer> {
  private static final int MAX_FLOWS = 1_000_000;
  private static final int MAX_PORTS = 1000;
  private static final int MAX_ROUNDS = 100;
  private static final int MAX_SAMPLES = 1_000_000;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--shapes",
      paramLabel = "SHAPE",
      split = ",",
      description = "Of l3, ct-nat, conjunction and group (default: all).")
  private List<String> shapes = List.of();

  @Option(
      names = "--sizes",
      paramLabel = "N",
      split = ",",
      description = "Numbers of flows, such as 500 or 10k (default: 1k,10k,100k,500k).")
  private List<String> sizes = List.of();

  @Option(
      names = "--ports",
      paramLabel = "N",
      split = ",",
      description = "Numbers of veth ports on the bridge (default: 0,110,250).")
  private List<String> ports = List.of();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "How often each way is run (default: 5; with --quick 3).")
  private Optional<Integer> rounds = Optional.empty();

  @Option(names = "--skip", paramLabel = "WAY", split = ",", description = "Ways that are not run.")
  private List<String> skip = List.of();

  @Option(
      names = "--longest",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = {
        "A run that is expected to take longer, by the way's speed so far, is left out, and the",
        "table says so (default: ${DEFAULT-VALUE})."
      })
  private int longest = 60;

  @Option(
      names = "--samples",
      paramLabel = "N",
      description = "Of each latency, 0 for none (default: 2000; with --quick 300).")
  private Optional<Integer> samples = Optional.empty();

  @Option(
      names = "--standing",
      paramLabel = "N",
      description = {
        "Flows in the switch while latencies are measured, and in the dump and the reconcile",
        "(default: 100k; with --quick 10k)."
      })
  private String standing = "";

  @Option(
      names = "--quick",
      description = "About a minute: l3, 1k and 10k flows, 0 and 110 ports, unless said otherwise.")
  private boolean quick;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text or json (default: ${DEFAULT-VALUE}).")
  private OutputFormat output = OutputFormat.TEXT;

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description = "Draws the flows a second into this file, as SVG.")
  private Optional<Path> plot = Optional.empty();

  @Override
  public Integer call() throws IOException, MisuseException {
    Plan plan = plan();
    requirePlotDirectory();
    List<String> missing = Prerequisites.missing();
    if (!missing.isEmpty()) {
      missing.forEach(line -> progress("ovs-win: " + line));
      return Main.MISSING;
    }
    Report report = measure(plan);
    if (plot.isPresent()) {
      Plot.write(report, plot.get());
    }
    PrintWriter out = spec.commandLine().getOut();
    switch (output) {
      case TEXT -> ReportText.print(report, out);
      case JSON -> ReportJson.print(report, out);
    }
    return 0;
  }

  private Report measure(Plan plan) throws IOException {
    Countdown countdown = new Countdown(plan, this::progress);
    try (Subject subject = Subject.start(this::progress)) {
      try (Ours ours = Ours.connect(subject.socket());
          Limit limit = new Limit(subject.socket())) {
        Throughput throughput = new Throughput(plan, subject, ours, limit, countdown);
        progress("warming up");
        throughput.warmUp();
        List<ThroughputRow> rows = new ArrayList<>();
        List<LatencyRow> latencies = new ArrayList<>();
        for (int count : plan.ports()) {
          subject.growPorts(count);
          for (int flows : plan.sizes()) {
            for (Shape shape : plan.shapes()) {
              rows.addAll(throughput.measure(count, shape, flows));
            }
          }
          if (plan.samples() > 0) {
            countdown.tell("%d ports, latencies".formatted(count));
            latencies.addAll(new Latencies(plan, subject, ours, limit).measure(count));
            countdown.ranLatencies(plan, count);
          }
        }
        return new Report(Machine.here(), plan, rows, latencies, Machine.peakRssMib());
      } catch (IOException | RuntimeException e) {
        if (subject.closed()) {
          throw new LabException("the switch was taken down while it was measured", e);
        }
        throw e;
      }
    }
  }

  private Plan plan() throws MisuseException {
    List<String> sizeWords =
        orElse(sizes, quick ? List.of("1k", "10k") : List.of("1k", "10k", "100k", "500k"));
    List<String> portWords =
        orElse(ports, quick ? List.of("0", "110") : List.of("0", "110", "250"));
    List<String> allShapes = Arrays.stream(Shape.values()).map(Shape::toString).toList();
    return new Plan(
        choices("--shapes", orElse(shapes, quick ? List.of("l3") : allShapes), Shape.values()),
        counts("--sizes", sizeWords, 1, MAX_FLOWS),
        counts("--ports", portWords, 0, MAX_PORTS),
        between("--rounds", rounds.orElse(quick ? 3 : 5), 1, MAX_ROUNDS),
        skipped(),
        Duration.ofSeconds(between("--longest", longest, 1, 3600)),
        between("--samples", samples.orElse(quick ? 300 : 2000), 0, MAX_SAMPLES),
        count(
            "--standing", standing.isEmpty() ? (quick ? "10k" : "100k") : standing, 1, MAX_FLOWS));
  }

  /** Before an hour of measuring, not after it. */
  private void requirePlotDirectory() throws MisuseException {
    if (plot.isPresent()) {
      Path directory = plot.get().toAbsolutePath().getParent();
      if (directory == null || !Files.isWritable(directory) || Files.isDirectory(plot.get())) {
        throw new MisuseException(
            "--plot: %s (expected: a file in a directory that can be written)"
                .formatted(plot.get()));
      }
    }
  }

  private Set<Way> skipped() throws MisuseException {
    Set<Way> ways = EnumSet.noneOf(Way.class);
    ways.addAll(choices("--skip", skip, Way.values()));
    if (ways.size() == Way.values().length) {
      throw new MisuseException("--skip: all ways (expected: at least one that is left)");
    }
    return ways;
  }

  private static List<String> orElse(List<String> given, List<String> otherwise) {
    return given.isEmpty() ? otherwise : given;
  }

  private static <E extends Enum<E>> List<E> choices(String option, List<String> words, E[] all)
      throws MisuseException {
    List<E> chosen = new ArrayList<>();
    for (String word : words) {
      chosen.add(
          Stream.of(all)
              .filter(one -> one.toString().equals(word))
              .findFirst()
              .orElseThrow(
                  () ->
                      new MisuseException(
                          "%s: %s (expected: of %s)"
                              .formatted(option, word, Arrays.toString(all)))));
    }
    return chosen.stream().distinct().toList();
  }

  /** Ascending: ports are only ever added, and what small sizes take says what large ones will. */
  private static List<Integer> counts(String option, List<String> words, int least, int most)
      throws MisuseException {
    TreeSet<Integer> counts = new TreeSet<>();
    for (String word : words) {
      counts.add(count(option, word, least, most));
    }
    return List.copyOf(counts);
  }

  private static int count(String option, String word, int least, int most) throws MisuseException {
    boolean thousands = word.endsWith("k");
    String digits = thousands ? word.substring(0, word.length() - 1) : word;
    if (!digits.matches("\\d{1,7}")) {
      throw new MisuseException(
          "%s: %s (expected: a number such as 500 or 10k)".formatted(option, word));
    }
    return between(option, Integer.parseInt(digits) * (thousands ? 1000 : 1), least, most);
  }

  private static int between(String option, int value, int least, int most) throws MisuseException {
    if (value < least || value > most) {
      throw new MisuseException(
          "%s: %d (expected: %d to %d)".formatted(option, value, least, most));
    }
    return value;
  }

  private void progress(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(line);
    err.flush();
  }
}
