package org.ovswin.cli;

import java.nio.file.Path;
import java.util.List;
import org.ovswin.agent.AgentConfig;
import org.ovswin.agent.AgentConfigFile;
import org.ovswin.agent.InvalidConfigException;
import picocli.CommandLine.Option;

/** Which node of this machine a command is about. */
final class NodeOption {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      defaultValue = Agent.DEFAULT_CONFIG,
      description = "The agent's configuration (default: ${DEFAULT-VALUE}).")
  private Path file = Path.of(Agent.DEFAULT_CONFIG);

  Path file() {
    return file;
  }

  AgentConfig read() throws MisuseException {
    return read(file);
  }

  static AgentConfig read(Path file) throws MisuseException {
    try {
      return AgentConfigFile.read(file);
    } catch (InvalidConfigException e) {
      throw new MisuseException(String.valueOf(e.getMessage()));
    }
  }

  /** How to start the agent, for messages. */
  String startCommand() {
    return String.join(" ", List.of("ovs-win", "agent", "--config", file.toString()));
  }
}
