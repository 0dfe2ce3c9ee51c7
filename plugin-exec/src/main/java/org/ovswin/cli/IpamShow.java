package org.ovswin.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.ovswin.agent.AgentConfig;
import org.ovswin.agent.Stores;
import org.ovswin.cli.report.ClusterReport;
import org.ovswin.cli.report.JsonReport;
import org.ovswin.cli.report.Palette;
import org.ovswin.cli.report.TextReport;
import org.ovswin.cli.report.View;
import org.ovswin.cli.report.View.LeaseFilter;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.IpPrefix;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows the cluster's addresses. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the cluster's ranges, nodes and blocks; with options a node, leases, or a map.",
      "Reads the store and the journal on disk: the agent need not run. Of other machines' nodes"
          + " it",
      "knows what they tell the store."
    },
    footer = {
      "",
      "Example: ovs-win ipam show --node worker-1 --map --watch",
      "Exit code 1: something could not be read; what could is shown."
    })
final class IpamShow implements Callable<Integer> {
  private static final Duration LEAST_INTERVAL = Duration.ofMillis(100);
  private static final Duration MOST_INTERVAL = Duration.ofHours(1);

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

  @Option(names = "--node", paramLabel = "NAME", description = "Only this node.")
  private Optional<String> node = Optional.empty();

  @Option(
      names = "--leases",
      description = "The leases of this machine's nodes; those below narrow it.")
  private boolean leases;

  @ArgGroup(exclusive = false, heading = "Which leases (each implies --leases):%n")
  private Filter filter = new Filter();

  @Option(
      names = "--map",
      description = "One cell for each block; with --node, for each address of its blocks.")
  private boolean map;

  @Option(names = "--range", paramLabel = "CIDR", description = "With --map: only this part of it.")
  private Optional<IpPrefix> range = Optional.empty();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text, wide, json or yaml (default: ${DEFAULT-VALUE}).")
  private Format output = Format.TEXT;

  @Option(
      names = "--color",
      paramLabel = "WHEN",
      defaultValue = "auto",
      description = "auto, always or never; NO_COLOR is heeded (default: ${DEFAULT-VALUE}).")
  private Palette.Choice color = Palette.Choice.AUTO;

  @Option(
      names = "--watch",
      description = {
        "Shows it again after each change, until Ctrl-C: in place on a terminal, otherwise",
        "appended; with json one document a line."
      })
  private boolean watch;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      description =
          "With --watch: looks for changes at the latest after so long, such as 500ms (default:"
              + " 2s).")
  private Optional<String> interval = Optional.empty();

  /** Which leases. */
  static final class Filter {
    @Option(names = "--pod", paramLabel = "NAME", description = "Of pods of this name.")
    private Optional<String> pod = Optional.empty();

    @Option(names = "--namespace", paramLabel = "NAME", description = "Of this namespace's pods.")
    private Optional<String> namespace = Optional.empty();

    @Option(
        names = "--address",
        paramLabel = "RANGE",
        description = "On an address, FIRST-LAST, or a prefix.")
    private Optional<AddressRange> address = Optional.empty();

    @Option(
        names = "--container",
        paramLabel = "ID",
        description = "Of containers whose id begins so.")
    private Optional<String> container = Optional.empty();

    LeaseFilter toFilter() throws MisuseException {
      requireText("--pod", pod);
      requireText("--namespace", namespace);
      requireText("--container", container);
      return new LeaseFilter(pod, namespace, address, container);
    }

    private static void requireText(String option, Optional<String> value) throws MisuseException {
      if (value.isPresent() && value.get().isBlank()) {
        throw new MisuseException(option + ": \"" + value.get() + "\" (expected: a name)");
      }
    }
  }

  /** The forms of output. */
  enum Format {
    TEXT,
    WIDE,
    JSON,
    YAML;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public Integer call() throws IOException, MisuseException {
    View view = view();
    Duration pause = pause();
    List<AgentConfig> read = new ArrayList<>();
    for (Path file : configs.isEmpty() ? List.of(Path.of(Agent.DEFAULT_CONFIG)) : configs) {
      read.add(NodeOption.read(file));
    }
    requireOneStore(read);
    Semaphore changes = new Semaphore(0);
    try (Surveyor surveyor = new Surveyor(read, InstantSource.system(), changes::release)) {
      return watch ? watch(surveyor, view, changes, pause) : once(surveyor, view);
    }
  }

  /** Nodes of two clusters cannot be shown as one. */
  private static void requireOneStore(List<AgentConfig> configs) throws MisuseException {
    AgentConfig first = configs.getFirst();
    for (AgentConfig config : configs) {
      if (!config.cluster().store().equals(first.cluster().store())) {
        throw new MisuseException(
            "cluster.store of %s: %s (expected: %s, as in the first configuration)"
                .formatted(config.node(), Stores.description(config), Stores.description(first)));
      }
    }
  }

  private View view() throws MisuseException {
    if (node.isPresent()) {
      Arguments.requireNodeName(node.get());
    }
    LeaseFilter wanted = filter.toFilter();
    boolean someLeases = leases || !wanted.equals(LeaseFilter.ALL);
    if (map && someLeases) {
      throw new MisuseException("--map: (expected: without --leases and what narrows them)");
    }
    if (range.isPresent() && !map) {
      throw new MisuseException("--range: " + range.get() + " (expected: with --map)");
    }
    if (map) {
      return node.<View>map(name -> new View.NodeMap(name, range))
          .orElseGet(() -> new View.ClusterMap(range));
    }
    if (someLeases) {
      return new View.Leases(node, wanted);
    }
    return node.<View>map(View.OneNode::new).orElseGet(View.Cluster::new);
  }

  private Duration pause() throws MisuseException {
    if (interval.isPresent() && !watch) {
      throw new MisuseException("--interval: " + interval.get() + " (expected: with --watch)");
    }
    try {
      return Times.duration(interval.orElse("2s"), LEAST_INTERVAL, MOST_INTERVAL);
    } catch (IllegalArgumentException e) {
      throw new MisuseException("--interval: " + e.getMessage());
    }
  }

  private int once(Surveyor surveyor, View view) throws MisuseException {
    PrintWriter out = spec.commandLine().getOut();
    ClusterReport report;
    try (Waiting _ =
        Waiting.announced(spec.commandLine().getErr(), "waiting for the cluster's store")) {
      report = surveyor.survey().report();
    }
    lines(report, view).forEach(out::println);
    out.flush();
    return report.isComplete() ? 0 : Main.FAILED;
  }

  /** Until nobody reads any more, or a signal ends the program: 130 after Ctrl-C. */
  private int watch(Surveyor surveyor, View view, Semaphore changes, Duration pause)
      throws MisuseException {
    PrintWriter out = spec.commandLine().getOut();
    boolean inPlace =
        (output == Format.TEXT || output == Format.WIDE)
            && Terminal.target() == Palette.Target.TERMINAL;
    Optional<Screen> screen =
        inPlace ? Optional.of(Screen.open(out, Terminal::rows)) : Optional.empty();
    try {
      Optional<ClusterReport> shown = Optional.empty();
      while (true) {
        ClusterReport report = surveyor.survey().report();
        if (screen.isPresent()) {
          // Also unchanged: what was "now" is "2s ago".
          screen.get().show(lines(report, view));
        } else if (shown.isEmpty() || !report.saysTheSame(shown.get())) {
          if (shown.isPresent() && output != Format.JSON && output != Format.YAML) {
            out.println();
          }
          lines(report, view).forEach(out::println);
          out.flush();
          shown = Optional.of(report);
        }
        if (out.checkError()) {
          return 0;
        }
        surveyor.watch();
        var _ = changes.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS);
        changes.drainPermits();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Main.FAILED;
    } finally {
      screen.ifPresent(Screen::close);
    }
  }

  private List<String> lines(ClusterReport report, View view) throws MisuseException {
    try {
      return switch (output) {
        case TEXT -> text(report, view, TextReport.Width.NARROW);
        case WIDE -> text(report, view, TextReport.Width.WIDE);
        case JSON -> {
          ObjectNode tree = JsonReport.tree(report, view);
          yield List.of(watch ? JsonReport.line(tree) : JsonReport.pretty(tree));
        }
        case YAML -> List.of(JsonReport.yaml(JsonReport.tree(report, view)));
      };
    } catch (IllegalArgumentException e) {
      throw new MisuseException(String.valueOf(e.getMessage()));
    }
  }

  private List<String> text(ClusterReport report, View view, TextReport.Width width) {
    return TextReport.lines(
        report, view, width, Palette.of(color, Terminal.target(), System.getenv()));
  }
}
