package org.ovswin.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Groups what has to do with nodes' blocks. */
@Command(
    name = "block",
    mixinStandardHelpOptions = true,
    description = "Claims blocks for nodes, and gives them back.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {IpamBlockAdd.class, IpamBlockRelease.class})
final class IpamBlock implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command (expected: one of those below)");
  }
}
