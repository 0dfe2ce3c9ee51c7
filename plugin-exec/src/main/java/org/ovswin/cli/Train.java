package org.ovswin.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.ovswin.lab.AgentJava;
import org.ovswin.lab.AgentTraining;
import org.ovswin.lab.LabSpec;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Makes the start-up cache of the agent beside its jars; {@code ./ovs-win} of a checkout does. */
@Command(
    name = "train",
    hidden = true,
    mixinStandardHelpOptions = true,
    description = {
      "Makes lib/agent.aot, with which the agent starts faster, by running an agent in a lab of",
      "its own for a few seconds. Needs root and Open vSwitch; nothing of the lab stays."
    },
    footer = {"", "Example: ovs-win train"})
final class Train implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, MisuseException {
    Path home = Path.of(System.getProperty("ovswin.home", "")).toAbsolutePath();
    AgentTraining.run(new AgentJava(home), LabSpec.of(1, Demo.launcher()), this::progress);
    return 0;
  }

  private void progress(String line) {
    spec.commandLine().getErr().println(line);
    spec.commandLine().getErr().flush();
  }
}
