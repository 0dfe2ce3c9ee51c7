package org.ovswin.bench.flows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.ovswin.bench.measure.Cpu;

/** Runs the ways in turns, each on an empty and idle switch, and checks what they left there. */
final class Throughput {
  private static final int WARM_UP_FLOWS = 100_000;
  private static final int WARM_UP_FACTOR = 10;
  private static final int WARM_UP_RUNS = 3;

  private final Plan plan;
  private final Subject subject;
  private final Ours ours;
  private final Limit limit;
  private final Countdown countdown;

  Throughput(Plan plan, Subject subject, Ours ours, Limit limit, Countdown countdown) {
    this.plan = plan;
    this.subject = subject;
    this.ours = ours;
    this.limit = limit;
    this.countdown = countdown;
  }

  /** Runs that are not counted, until the code of this process is compiled. */
  void warmUp() throws IOException {
    // Fewer do not bring the compiler to its end; a small benchmark need not wait for it.
    int flows = Math.min(WARM_UP_FLOWS, WARM_UP_FACTOR * Collections.max(plan.sizes()));
    for (Shape shape : plan.shapes()) {
      try (Load load = Load.of(shape, flows, subject.directory())) {
        for (int i = 0; i < WARM_UP_RUNS; i++) {
          for (Way way : plan.ways()) {
            if (way != Way.OFCTL) {
              run(way, load);
            }
          }
        }
      }
    }
    subject.clear();
  }

  /** All ways at one shape, size and number of ports. */
  List<ThroughputRow> measure(int ports, Shape shape, int flows) throws IOException {
    Map<Way, List<Run>> runs = new EnumMap<>(Way.class);
    Map<Way, Double> tooLong = new EnumMap<>(Way.class);
    for (Way way : plan.ways()) {
      double expected = countdown.secondsOf(way, ports, flows);
      if (expected > plan.longest().toSeconds()) {
        tooLong.put(way, expected);
      } else {
        runs.put(way, new ArrayList<>());
      }
    }
    try (Load load = Load.of(shape, flows, subject.directory())) {
      for (int round = 0; round < plan.rounds(); round++) {
        List<Way> turns = new ArrayList<>(runs.keySet());
        // Another one first each time: whoever follows a slow one must not always be the same.
        Collections.rotate(turns, round);
        for (Way way : turns) {
          countdown.tell("%d ports, %s, %d flows, %s".formatted(ports, shape, flows, way));
          Run run = run(way, load);
          runs.computeIfAbsent(way, _ -> new ArrayList<>()).add(run);
          countdown.ran(way, ports, flows, run.nanos());
        }
      }
    }
    subject.clear();
    List<ThroughputRow> rows = new ArrayList<>();
    for (Way way : plan.ways()) {
      List<Run> done = runs.getOrDefault(way, List.of());
      double expected = tooLong.getOrDefault(way, 0.0);
      countdown.leftOut(way, flows, done.isEmpty() ? plan.rounds() : 0);
      rows.add(new ThroughputRow(ports, shape, flows, way, done, expected));
    }
    return rows;
  }

  private Run run(Way way, Load load) throws IOException {
    subject.clear();
    Run run =
        switch (way) {
          case LIMIT -> here(() -> limit.bulk(load.plain().messages(), load.plain().lastXid()));
          case LIMIT_BUNDLE ->
              here(() -> limit.bulk(load.bundle().messages(), load.bundle().lastXid()));
          case OURS -> here(() -> ours.apply(load.changes()));
          case OURS_LOAD -> here(() -> ours.load(load.changes()));
          case OFCTL_BUNDLE -> elsewhere(load, "--bundle", "add-flows");
          case OFCTL -> elsewhere(load, "add-flows");
        };
    subject.requireFlows(load.flows());
    return run;
  }

  private interface Work {
    void run() throws IOException;
  }

  private Run here(Work work) throws IOException {
    Heap heap = Heap.watch();
    long switchCpu = subject.cpuNanos();
    long cpu = Cpu.own();
    long start = System.nanoTime();
    work.run();
    long nanos = System.nanoTime() - start;
    return new Run(nanos, Cpu.own() - cpu, subject.cpuNanos() - switchCpu, heap.growth());
  }

  private Run elsewhere(Load load, String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of(words));
    command.add(subject.target());
    command.add(load.file().toString());
    long switchCpu = subject.cpuNanos();
    long cpu = Cpu.endedChildren();
    long start = System.nanoTime();
    subject.ofctl(command.toArray(String[]::new));
    long nanos = System.nanoTime() - start;
    return new Run(nanos, Cpu.endedChildren() - cpu, subject.cpuNanos() - switchCpu, 0);
  }
}
