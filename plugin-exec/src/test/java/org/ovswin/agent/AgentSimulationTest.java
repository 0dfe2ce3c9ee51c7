package org.ovswin.agent;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The agent under random requests, faults and crashes, each run from a seed. A failure names the
 * seed; {@code -Dovswin.simulation.first=SEED -Dovswin.simulation.runs=1} repeats it.
 */
final class AgentSimulationTest {
  private static final int RUNS = Integer.getInteger("ovswin.simulation.runs", 200);
  private static final long FIRST = Long.getLong("ovswin.simulation.first", 1);

  @TempDir private Path directory;

  @Test
  void anyCourseOfEvents_keepsAllPromisesAndConverges() throws Exception {
    for (long seed = FIRST; seed < FIRST + RUNS; seed++) {
      try {
        new AgentSimulation(seed, directory.resolve("run" + seed)).run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }
}
