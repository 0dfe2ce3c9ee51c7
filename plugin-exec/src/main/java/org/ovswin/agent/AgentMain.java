package org.ovswin.agent;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the agent as a process of its own and ends it on SIGTERM. */
public final class AgentMain {
  private static final Logger LOG = LoggerFactory.getLogger(AgentMain.class);
  private static final int FAILED = 1;
  private static final int MISUSE = 2;

  private AgentMain() {}

  /** {@code --config FILE}, as {@code ovs-win agent} without the other commands' start-up cost. */
  public static void main(String[] args) {
    List<String> words = List.of(args);
    if (words.size() != 2 || !words.getFirst().equals("--config")) {
      System.err.println("usage: --config FILE (expected: the agent's configuration)");
      System.exit(MISUSE);
    }
    System.exit(run(Path.of(words.getLast())));
  }

  /**
   * Runs until the process is told to end.
   *
   * @return the exit code: 0 ended as told, 1 failed, 2 the configuration cannot be used
   */
  public static int run(Path configFile) {
    AgentConfig config;
    try {
      config = AgentConfigFile.read(configFile);
    } catch (InvalidConfigException e) {
      System.err.println("ovs-win: " + e.getMessage());
      return MISUSE;
    }
    try (Agent agent = Agent.start(config)) {
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(agent::stop));
      var _ = agent.ready().thenRun(() -> System.out.println("ready node=" + config.node()));
      agent.awaitEnd();
      return agent.hasFailed() ? FAILED : 0;
    } catch (AgentException e) {
      System.err.println("ovs-win: " + e.getMessage());
      return FAILED;
    } catch (IOException e) {
      System.err.println("ovs-win: " + e.getMessage());
      LOG.debug("start failed", e);
      return FAILED;
    } catch (RuntimeException e) {
      System.err.println("ovs-win: " + e.getMessage());
      LOG.error("start failed", e);
      return FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return FAILED;
    }
  }
}
