package org.ovswin.bench.cni;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.ovswin.bench.measure.Cpu;
import org.ovswin.bench.measure.Goal;
import org.ovswin.bench.measure.Measurement;
import org.ovswin.bench.measure.Rounds;
import org.ovswin.bench.measure.RowResult;
import org.ovswin.bench.measure.Spread;
import org.ovswin.lab.LabException;

/** What does the agent take that has many pods, and how soon is it ready beside them? */
final class AgentCost {
  private static final String RESIDENT = "resident";
  private static final String RESTARTED = "resident, after a restart";
  private static final String IDLE = "CPU when idle, of one core";
  private static final String READY = "kill -9 to ready";

  private AgentCost() {}

  static RowResult measure(Setting setting) throws IOException {
    setting.grow(setting.plan().there().getLast());
    Rounds rounds = new Rounds();
    long grown = pid(setting);
    rest(setting);
    rounds.add(RESIDENT, residentMib(grown));
    setting.rounds(
        Row.AGENT.toString(),
        _ -> {
          rounds.add(READY, Rounds.time(() -> setting.node().restartAgent()));
          long pid = pid(setting);
          rest(setting);
          long before = Cpu.of(pid);
          long start = System.nanoTime();
          rest(setting);
          rounds.add(IDLE, 100.0 * (Cpu.of(pid) - before) / (System.nanoTime() - start));
          rounds.add(RESTARTED, residentMib(pid));
        });
    Spread resident = rounds.of(RESIDENT, 1);
    Spread restarted = rounds.of(RESTARTED, 1);
    Spread idle = rounds.of(IDLE, 1);
    Spread ready = rounds.of(READY, 1e9);
    return Row.AGENT.result(
        List.of(
            new Measurement(RESIDENT, "MiB", resident),
            new Measurement(RESTARTED, "MiB", restarted),
            new Measurement(IDLE, "%", idle),
            new Measurement(READY, "s", ready)),
        List.of(
            Goal.atMost(120, RESIDENT, "MiB", resident),
            Goal.atMost(120, RESTARTED, "MiB", restarted),
            Goal.atMost(0.5, IDLE, "%", idle),
            Goal.atMost(1, READY, "s", ready)));
  }

  private static void rest(Setting setting) {
    LockSupport.parkNanos(setting.plan().idle().toNanos());
  }

  private static long pid(Setting setting) {
    return setting.node().agentProcess().orElseThrow().pid();
  }

  private static double residentMib(long pid) throws IOException {
    Path status = Path.of("/proc/%d/status".formatted(pid));
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("VmRSS:")) {
        return Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024;
      }
    }
    throw new LabException(status + ": no VmRSS (expected: a process that runs)");
  }
}
