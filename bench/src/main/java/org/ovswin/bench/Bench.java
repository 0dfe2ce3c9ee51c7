package org.ovswin.bench;

import org.ovswin.bench.cni.Cni;
import org.ovswin.bench.flows.Flows;
import org.ovswin.bench.ipam.Ipam;
import org.ovswin.cli.Main;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ovs-win bench}, which a checkout has beside the commands that are installed. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Benchmarks; docs/benchmarks.md says how to read them.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {Cni.class, Flows.class, Ipam.class},
    footer = {
      "",
      "Examples: ovs-win bench cni --quick",
      "          ovs-win bench flows --quick",
      "          ovs-win bench ipam --quick",
      "          ovs-win bench jmh Pipeline"
    })
public final class Bench implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command (expected: one of those below)");
  }

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** The whole command, {@code bench} added. */
  static CommandLine commandLine() {
    // JMH's options are not known here: what is no word of ours is its.
    CommandLine jmh =
        new CommandLine(new Jmh())
            .setUnmatchedOptionsArePositionalParams(true)
            .setStopAtPositional(true);
    CommandLine bench = new CommandLine(new Bench()).addSubcommand("jmh", jmh);
    return Main.commandLine()
        .addSubcommand("bench", bench)
        .setCaseInsensitiveEnumValuesAllowed(true);
  }
}
