package org.ovswin.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Groups what has to do with addresses. */
@Command(
    name = "ipam",
    mixinStandardHelpOptions = true,
    description = "Looks at the cluster's addresses, and acts on them.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      IpamShow.class,
      IpamRelease.class,
      IpamReserve.class,
      IpamUnreserve.class,
      IpamGc.class,
      IpamCheck.class,
      IpamHistory.class,
      IpamBlock.class,
      IpamRange.class
    })
final class Ipam implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command (expected: one of those below)");
  }
}
