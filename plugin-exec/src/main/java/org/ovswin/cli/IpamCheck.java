package org.ovswin.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.ovswin.agent.AgentConfig;
import org.ovswin.ipam.disk.ProcessLock;
import org.ovswin.ipam.lease.Finding;
import org.ovswin.ipam.lease.JournalException;
import org.ovswin.ipam.lease.LeaseCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says what is wrong with the leases on disk, and repairs it with consent. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = {
      "Reads every file of this node's leases and says what is wrong, where, what a repair would"
          + " do",
      "and what it would lose. With --repair it asks for each; the damaged original is kept. A"
          + " repair",
      "needs the agent stopped."
    },
    footer = {
      "",
      "Example: ovs-win ipam check --repair",
      "Exit code 1: something is wrong that the next start of the agent does not settle by itself."
    })
final class IpamCheck implements Callable<Integer> {
  private final Reader in;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NodeOption node = new NodeOption();
  @Mixin private Printed printed = new Printed();

  @Option(names = "--repair", description = "Repairs what can be, asking for each finding.")
  private boolean repair;

  @Option(names = "--yes", description = "With --repair: consents to everything, unasked.")
  private boolean yes;

  IpamCheck() {
    this(new InputStreamReader(System.in, StandardCharsets.UTF_8));
  }

  IpamCheck(Reader in) {
    this.in = in;
  }

  @Override
  public Integer call() throws IOException, MisuseException, FailedException {
    if (yes && !repair) {
      throw new MisuseException("--yes: (expected: with --repair)");
    }
    AgentConfig config = node.read();
    Path directory = config.leaseDirectory();
    if (repair) {
      requireStopped(directory);
    }
    List<Finding> findings = check(directory);
    Optional<LeaseCheck.Repair> done = Optional.empty();
    if (repair && !findings.isEmpty()) {
      PrintWriter err = spec.commandLine().getErr();
      text(directory, findings).forEach(err::println);
      List<Finding> consent = consent(findings, err);
      if (!consent.isEmpty()) {
        done = Optional.of(repair(directory, consent));
        findings = check(directory);
      }
    }
    List<String> lines = new ArrayList<>();
    done.ifPresent(what -> lines.addAll(text(what)));
    lines.addAll(text(directory, findings));
    printed.print(spec.commandLine().getOut(), lines, tree(directory, findings, done));
    boolean settled =
        findings.stream().allMatch(finding -> finding.by() == Finding.Remedy.NEXT_START);
    return settled ? 0 : Main.FAILED;
  }

  private List<Finding> check(Path directory) throws IOException {
    try (Waiting _ =
        Waiting.announced(spec.commandLine().getErr(), "reading the files in " + directory)) {
      return LeaseCheck.check(directory);
    }
  }

  /** Before anybody is asked anything. The repair itself takes the lock again. */
  private static void requireStopped(Path directory) throws IOException, FailedException {
    if (!directory.toFile().exists()) {
      return;
    }
    switch (ProcessLock.tryAcquire(directory)) {
      case ProcessLock.Attempt.HeldBy(String pid) ->
          throw new FailedException(
              "%s: is in use by process %s (expected: the agent stopped; nothing was changed)"
                  .formatted(directory, pid));
      case ProcessLock.Attempt.Acquired(ProcessLock lock) -> lock.close();
    }
  }

  /** What may be acted on. A file is repaired as a whole or not at all. */
  private List<Finding> consent(List<Finding> findings, PrintWriter err) throws IOException {
    BufferedReader answers = new BufferedReader(in);
    Set<Path> left = new HashSet<>();
    for (Finding finding : findings) {
      if (finding.by() == Finding.Remedy.PERSON) {
        left.add(finding.file());
      }
    }
    List<Finding> consent = new ArrayList<>();
    for (Finding finding : findings) {
      if (left.contains(finding.file())) {
        continue;
      }
      if (yes || isYes(answers, finding, err)) {
        consent.add(finding);
      } else {
        left.add(finding.file());
      }
    }
    consent.removeIf(finding -> left.contains(finding.file()));
    left.forEach(file -> err.println("left as it is: " + file));
    err.flush();
    return consent;
  }

  private static boolean isYes(BufferedReader answers, Finding finding, PrintWriter err)
      throws IOException {
    while (true) {
      err.print(
          "%s, byte %d: %s? [y/n] "
              .formatted(finding.file().getFileName(), finding.offset(), finding.remedy()));
      err.flush();
      String answer = answers.readLine();
      if (answer == null) {
        err.println("no answer, so no");
        return false;
      }
      switch (answer.strip().toLowerCase(Locale.ROOT)) {
        case "y", "yes" -> {
          return true;
        }
        case "n", "no" -> {
          return false;
        }
        default -> err.println(answer + " (expected: y or n)");
      }
    }
  }

  private static LeaseCheck.Repair repair(Path directory, List<Finding> consent)
      throws IOException, FailedException {
    try {
      return LeaseCheck.repair(directory, consent, List.of(), Instant.now());
    } catch (JournalException | IllegalArgumentException e) {
      throw new FailedException(String.valueOf(e.getMessage()));
    }
  }

  private static List<String> text(Path directory, List<Finding> findings) {
    if (findings.isEmpty()) {
      return List.of(directory + ": all is as it should be");
    }
    List<String> lines = new ArrayList<>();
    for (Finding finding : findings) {
      lines.add("%s, byte %d".formatted(finding.file(), finding.offset()));
      lines.add("  found:  " + finding.meaning());
      lines.add("  remedy: " + finding.remedy() + who(finding.by()));
      lines.add("  lost:   " + finding.loss());
    }
    return lines;
  }

  private static String who(Finding.Remedy by) {
    return switch (by) {
      case NEXT_START -> " (the next start of the agent does)";
      case REPAIR -> " (ovs-win ipam check --repair does)";
      case PERSON -> " (a person has to)";
    };
  }

  private static List<String> text(LeaseCheck.Repair repair) {
    List<String> lines = new ArrayList<>(repair.done());
    if (!repair.affected().isEmpty()) {
      lines.add("something was lost about " + Holders.joined(repair.affected()));
    }
    return lines;
  }

  private static ObjectNode tree(
      Path directory, List<Finding> findings, Optional<LeaseCheck.Repair> repair) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("directory", directory.toString());
    ArrayNode list = tree.putArray("findings");
    for (Finding finding : findings) {
      list.addObject()
          .put("file", finding.file().toString())
          .put("offset", finding.offset())
          .put("meaning", finding.meaning())
          .put("remedy", finding.remedy())
          .put("loss", finding.loss())
          .put("by", finding.by().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }
    repair.ifPresent(
        what -> {
          ObjectNode entry = tree.putObject("repair");
          ArrayNode done = entry.putArray("done");
          what.done().forEach(done::add);
          ArrayNode kept = entry.putArray("kept");
          what.kept().forEach(file -> kept.add(file.toString()));
          ArrayNode affected = entry.putArray("affected");
          what.affected().forEach(address -> affected.add(address.toString()));
          ArrayNode reserved = entry.putArray("reserved");
          what.reserved().forEach(range -> reserved.add(range.toString()));
        });
    return tree;
  }
}
