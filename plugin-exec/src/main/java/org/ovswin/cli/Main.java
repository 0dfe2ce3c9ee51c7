package org.ovswin.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The {@code ovs-win} command.
 *
 * <p>Exit codes: 0 done, 1 failed, 2 wrong use or configuration, 3 something missing on this
 * machine.
 */
@Command(
    name = "ovs-win",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "The pod network for clusters of Linux and Windows nodes, on Open vSwitch.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      Agent.class,
      Demo.class,
      Down.class,
      Ipam.class,
      OpenFlow.class,
      Train.class,
      Up.class
    },
    footer = {
      "",
      "Exit codes: 0 done, 1 failed, 2 wrong use or configuration, 3 something missing here.",
      "Example: ovs-win demo --nodes 3",
      "From a checkout, ./ovs-win bench --help lists the benchmarks as well."
    })
public final class Main implements Runnable {
  public static final int FAILED = 1;
  public static final int MISUSE = 2;
  public static final int MISSING = 3;

  /** Descriptions are broken by hand. */
  private static final int USAGE_WIDTH = 100;

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Without a command there is nothing to do; the usage says what there is. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command (expected: one of those below)");
  }

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** The whole command; a module above adds its own subcommands to it. */
  public static CommandLine commandLine() {
    CommandLine command = new CommandLine(new Main());
    Arguments.register(command);
    return command
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpWidth(USAGE_WIDTH)
        .setExecutionExceptionHandler(
            (failure, failed, _) -> {
              failed.getErr().println("ovs-win: " + failure.getMessage());
              return switch (failure) {
                case MisuseException _ -> MISUSE;
                case MissingException _ -> MISSING;
                default -> FAILED;
              };
            });
  }
}
