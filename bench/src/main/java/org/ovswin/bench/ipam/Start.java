package org.ovswin.bench.ipam;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ovswin.bench.measure.Goal;
import org.ovswin.bench.measure.Measurement;
import org.ovswin.bench.measure.Program;
import org.ovswin.bench.measure.Rounds;
import org.ovswin.bench.measure.RowResult;
import org.ovswin.ipam.lease.LeaseDatabase;
import org.ovswin.lab.LabException;
import org.ovswin.lab.LabSpec;

/**
 * How long does a start with many leases take, and how much memory? Measured in new processes with
 * the agent's options and as little heap as it starts with.
 */
final class Start {
  private static final String OPEN = "open";
  private static final String CPU = "open, CPU time of its thread";
  private static final String PROCESS = "the whole process, from start to end";
  private static final String USED = "heap in use after a collection";
  private static final String LEAST = "least -Xmx that it starts with";
  private static final List<Integer> HEAPS_MIB = List.of(32, 64, 128, 256);
  private static final double MIB = 1 << 20;

  private final Path directory;
  private final int count;
  private final Rounds rounds = new Rounds();

  private Start(Path directory, int count) {
    this.directory = directory;
    this.count = count;
  }

  static RowResult measure(Setting setting) throws IOException {
    Start start = new Start(setting.path("start"), setting.plan().leases());
    setting.progress().step("%s: preparing %d leases".formatted(Row.START, start.count));
    try (LeaseDatabase leases = Leases.open(start.directory)) {
      Leases.fill(leases, start.count);
    }
    setting.rounds(Row.START, _ -> start.round());
    return start.result();
  }

  private void round() throws IOException {
    for (int heapMib : HEAPS_MIB) {
      long start = System.nanoTime();
      List<String> words = open(heapMib);
      double nanos = System.nanoTime() - start;
      if (!words.equals(List.of(OpenDatabase.OUT_OF_MEMORY))) {
        rounds.add(PROCESS, nanos);
        if (Integer.parseInt(words.get(0)) != count) {
          throw new LabException("leases: %s (expected: %d)".formatted(words.get(0), count));
        }
        rounds.add(OPEN, Double.parseDouble(words.get(1)));
        rounds.add(CPU, Double.parseDouble(words.get(2)));
        rounds.add(USED, Double.parseDouble(words.get(3)));
        rounds.add(LEAST, heapMib);
        return;
      }
    }
    throw new LabException(
        "a start with %d leases: out of memory (expected: -Xmx%dm is enough)"
            .formatted(count, HEAPS_MIB.getLast()));
  }

  /** What {@link OpenDatabase} printed. */
  private List<String> open(int heapMib) throws IOException {
    List<String> command = new ArrayList<>(LabSpec.thisJava());
    command.addAll(List.of("-Xmx%dm".formatted(heapMib), OpenDatabase.class.getName()));
    command.addAll(List.of(directory.toString(), Leases.BLOCK.toString()));
    String output = Program.run(new ProcessBuilder(command), new byte[0]);
    return List.of(output.lines().toList().getLast().split(" ", -1));
  }

  private RowResult result() {
    return Row.START.result(
        List.of(
            new Measurement(OPEN, "ms", rounds.of(OPEN, 1e6)),
            new Measurement(CPU, "ms", rounds.of(CPU, 1e6)),
            new Measurement(PROCESS, "ms", rounds.of(PROCESS, 1e6)),
            new Measurement(USED, "MiB", rounds.of(USED, MIB)),
            new Measurement(LEAST, "MiB", rounds.of(LEAST, 1))),
        List.of(
            Goal.atMost(300, OPEN, "ms", rounds.of(OPEN, 1e6)),
            Goal.atMost(32, LEAST, "MiB", rounds.of(LEAST, 1))));
  }
}
