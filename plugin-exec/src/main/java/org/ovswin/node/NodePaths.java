package org.ovswin.node;

import java.nio.file.Path;
import org.ovswin.agent.AgentConfig;

/** The agent's configuration as it is on disk when a step asks; an earlier step writes it. */
record NodePaths(Path configFile) {
  AgentConfig config() throws NodeException {
    return ConfigurationStep.read(configFile);
  }
}
