package org.ovswin.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Groups what shows and makes OpenFlow messages. */
@Command(
    name = "openflow",
    mixinStandardHelpOptions = true,
    description = "Shows and makes OpenFlow messages.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {OpenFlowPrint.class, OpenFlowEncode.class})
final class OpenFlow implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command (expected: one of those below)");
  }
}
