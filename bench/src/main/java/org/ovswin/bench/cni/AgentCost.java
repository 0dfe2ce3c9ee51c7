package org.ovswin.bench.cni;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
  private final Setting setting;
  private final Rounds rounds = new Rounds();
  private final List<Measurement> measurements = new ArrayList<>();
  private final List<Goal> goals = new ArrayList<>();

  private AgentCost(Setting setting) {
    this.setting = setting;
  }

  /** From the most pods downwards: the process that has seen all that came before is looked at. */
  static RowResult measure(Setting setting) throws IOException {
    AgentCost row = new AgentCost(setting);
    List<Integer> there = setting.plan().there();
    setting.ours().hold(there.getLast());
    row.reside("resident, after all ADDs and DELs");
    for (int pods : there.reversed()) {
      setting.ours().hold(pods);
      row.restarted(pods);
    }
    return Row.AGENT.result(row.measurements, row.goals);
  }

  private void restarted(int pods) throws IOException {
    String ready = "kill -9 to ready, %d pods".formatted(pods);
    setting.rounds(
        "%s %d".formatted(Row.AGENT, pods),
        _ -> rounds.add(ready, Rounds.time(() -> setting.node().restartAgent())));
    report(ready, "s", 1e9, 1);
    reside("resident after a restart, %d pods".formatted(pods));
    idle("CPU when idle, of one core, %d pods".formatted(pods));
  }

  private void reside(String what) throws IOException {
    rest();
    rounds.add(what, residentMib(pid()));
    report(what, "MiB", 1, 120);
  }

  private void idle(String what) {
    long before = Cpu.of(pid());
    long start = System.nanoTime();
    rest();
    rounds.add(what, 100.0 * (Cpu.of(pid()) - before) / (System.nanoTime() - start));
    report(what, "%", 1, 0.5);
  }

  private void report(String what, String unit, double size, double most) {
    Spread spread = rounds.of(what, size);
    measurements.add(new Measurement(what, unit, spread));
    goals.add(Goal.atMost(most, what, unit, spread));
  }

  private void rest() {
    LockSupport.parkNanos(setting.plan().idle().toNanos());
  }

  private long pid() {
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
