package org.ovswin.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.ovswin.agent.AgentMain;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the node's agent until it is told to stop. */
@Command(
    name = "agent",
    mixinStandardHelpOptions = true,
    description = "Runs this node's agent in the foreground.",
    footer = {"", "Example: ovs-win agent --config /etc/ovs-win/agent.yaml"})
final class Agent implements Callable<Integer> {
  static final String DEFAULT_CONFIG = "/etc/ovs-win/agent.yaml";

  @Option(
      names = "--config",
      paramLabel = "FILE",
      defaultValue = DEFAULT_CONFIG,
      description = "The agent's configuration, YAML (default: ${DEFAULT-VALUE}).")
  private Path config = Path.of(DEFAULT_CONFIG);

  @Override
  public Integer call() {
    return AgentMain.run(config);
  }
}
