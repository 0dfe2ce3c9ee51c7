package org.ovswin.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Groups what has to do with the cluster's ranges. */
@Command(
    name = "range",
    mixinStandardHelpOptions = true,
    description = "Adds ranges to the cluster, and removes them.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {IpamRangeAdd.class, IpamRangeRemove.class})
final class IpamRange implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command (expected: one of those below)");
  }
}
