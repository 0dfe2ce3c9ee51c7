package org.ovswin.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.ovswin.agent.admin.GcMode;
import org.ovswin.agent.admin.GcReport;
import org.ovswin.agent.admin.GcReport.Candidate;
import org.ovswin.cli.report.Table;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Finds the leases that nobody needs. */
@Command(
    name = "gc",
    mixinStandardHelpOptions = true,
    description = {
      "Lists this node's leases that nobody needs any more, with the reason of each. Nothing is",
      "changed unless --yes is given: then they are taken back, and it is said what became of each."
    },
    footer = {"", "Example: ovs-win ipam gc --yes"})
final class IpamGc implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NodeOption node = new NodeOption();
  @Mixin private Printed printed = new Printed();

  @ArgGroup private Mode mode = new Mode();

  /** One of the two. */
  static final class Mode {
    @SuppressWarnings("UnusedVariable") // Set by picocli; it is what happens without --yes.
    @Option(names = "--dry-run", description = "Only list them; this is the default.")
    private boolean dryRun;

    @Option(names = "--yes", description = "List them and take them back.")
    private boolean yes;
  }

  @Override
  public Integer call() throws MisuseException, MissingException, FailedException {
    GcReport found = ask(mode.yes ? GcMode.RECLAIM : GcMode.DRY_RUN);
    printed.print(spec.commandLine().getOut(), text(found), tree(found));
    return found.candidates().stream().anyMatch(candidate -> candidate.problem().isPresent())
        ? Main.FAILED
        : 0;
  }

  private GcReport ask(GcMode wanted) throws MisuseException, MissingException, FailedException {
    return AgentCall.make(
        node,
        spec.commandLine().getErr(),
        switch (wanted) {
          case DRY_RUN -> "looking for leases that nobody needs";
          case RECLAIM -> "waiting until they are taken back";
        },
        agent -> agent.gc(wanted));
  }

  private static List<String> text(GcReport report) {
    if (report.found() == 0) {
      return List.of("nothing to take back: every lease is needed");
    }
    Table table =
        switch (report.mode()) {
          case DRY_RUN -> new Table("ADDRESS", "HELD BY", "REASON");
          case RECLAIM -> new Table("ADDRESS", "HELD BY", "REASON", "NOW");
        };
    for (Candidate candidate : report.candidates()) {
      String addresses = Holders.addresses(candidate.holder());
      String name = candidate.holder().displayName();
      switch (report.mode()) {
        case DRY_RUN -> table.row(addresses, name, candidate.reason());
        case RECLAIM -> table.row(addresses, name, candidate.reason(), outcome(candidate));
      }
    }
    List<String> lines = new ArrayList<>(table.lines());
    if (report.found() > report.candidates().size()) {
      lines.add("and %d more".formatted(report.found() - report.candidates().size()));
    }
    lines.add("");
    lines.add(
        switch (report.mode()) {
          case DRY_RUN ->
              "%s nobody needs; ovs-win ipam gc --yes takes %s back"
                  .formatted(leases(report.found()), report.found() == 1 ? "it" : "them");
          case RECLAIM -> {
            long left =
                report.candidates().stream()
                    .filter(candidate -> candidate.outcome() != GcReport.Outcome.RECLAIMED)
                    .count();
            yield left == 0
                ? leases(report.found()) + " taken back"
                : "%d of %s still under way; ovs-win ipam gc shows what is left"
                    .formatted(left, leases(report.found()));
          }
        });
    return lines;
  }

  private static String outcome(Candidate candidate) {
    String outcome =
        switch (candidate.outcome()) {
          case LEFT -> "left";
          case RECLAIMED -> "taken back";
          case UNDER_WAY -> "under way";
        };
    return outcome + candidate.problem().map(problem -> ": " + problem).orElse("");
  }

  private static String leases(int count) {
    return count + (count == 1 ? " lease" : " leases");
  }

  private static ObjectNode tree(GcReport report) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("dryRun", report.mode() == GcMode.DRY_RUN);
    tree.put("found", report.found());
    ArrayNode candidates = tree.putArray("candidates");
    for (Candidate candidate : report.candidates()) {
      ObjectNode entry = candidates.addObject();
      Holders.put(candidate.holder(), entry);
      entry.put("reason", candidate.reason());
      entry.put("outcome", candidate.outcome().name().toLowerCase(Locale.ROOT).replace('_', '-'));
      candidate.problem().ifPresent(problem -> entry.put("problem", problem));
    }
    return tree;
  }
}
