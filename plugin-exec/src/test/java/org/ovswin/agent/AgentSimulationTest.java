package org.ovswin.agent;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The agent under random requests, faults and crashes, each run from a seed. A failure names the
 * seed; {@link AgentSimulation} with that seed repeats it.
 */
final class AgentSimulationTest {
  private static final int RUNS = 200;

  @TempDir private Path directory;

  @Test
  void anyCourseOfEvents_keepsAllPromisesAndConverges() throws Exception {
    for (long seed = 1; seed <= RUNS; seed++) {
      try {
        new AgentSimulation(seed, directory.resolve("run" + seed)).run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }
}
