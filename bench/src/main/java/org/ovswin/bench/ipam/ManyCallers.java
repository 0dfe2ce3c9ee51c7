package org.ovswin.bench.ipam;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.ovswin.bench.measure.Goal;
import org.ovswin.bench.measure.Measurement;
import org.ovswin.bench.measure.Rounds;
import org.ovswin.bench.measure.RowResult;
import org.ovswin.lab.LabException;

/** How many allocations a second do many callers get together? */
final class ManyCallers {
  private static final String OURS = "ours";
  private static final String DISK = "append + fdatasync, one after the other";
  private static final String HOST_LOCAL = "host-local";
  private static final String PROCESS = "processes that do nothing";

  /** Less than this is no measurement of something that opens files. */
  private static final double MIN_SECONDS = 1e-6;

  private ManyCallers() {}

  /** What a caller does again and again. */
  @FunctionalInterface
  private interface Request {
    void send(String containerId) throws IOException;
  }

  static RowResult measure(Setting setting) throws IOException {
    Plan plan = setting.plan();
    Rounds rounds = new Rounds();
    setting.rounds(
        Row.CALLERS,
        number -> {
          rounds.add(OURS, ours(setting, number));
          rounds.add(DISK, disk(setting, number));
          rounds.add(HOST_LOCAL, hostLocal(setting, number));
          try (ExecutorService threads = Executors.newFixedThreadPool(plan.callers())) {
            rounds.add(
                PROCESS,
                rate(threads, plan.callers(), processesEach(plan), _ -> HostLocal.startAndEnd()));
          }
        });
    return Row.CALLERS.result(
        List.of(
            new Measurement(OURS, "/s", rounds.of(OURS, 1)),
            new Measurement(DISK, "/s", rounds.of(DISK, 1)),
            new Measurement(HOST_LOCAL, "/s", rounds.of(HOST_LOCAL, 1)),
            new Measurement(PROCESS, "/s", rounds.of(PROCESS, 1)),
            new Measurement(
                "host-local, what a process takes left out",
                "/s",
                rounds.ofBoth(HOST_LOCAL, PROCESS, ManyCallers::withoutProcess))),
        List.of(
            Goal.atLeast(20, "ours / host-local", rounds.ratio(OURS, HOST_LOCAL)),
            Goal.atLeast(10, "ours / fdatasyncs", rounds.ratio(OURS, DISK))));
  }

  /** The rate at which it would be if starting and ending its processes took nothing. */
  private static double withoutProcess(double hostLocal, double process) {
    return 1 / Math.max(MIN_SECONDS, 1 / hostLocal - 1 / process);
  }

  private static int processesEach(Plan plan) {
    return Math.max(1, plan.each() / 40);
  }

  /** Until the code is compiled, for whatever comes then. */
  static void warmUp(Path directory, Plan plan) throws IOException {
    try (LeaseOwner owner = LeaseOwner.open(directory, 0)) {
      var _ = rate(owner, plan);
    } finally {
      Scratch.delete(directory);
    }
  }

  /** A new database each time, so that every round begins with an empty block. */
  private static double ours(Setting setting, int number) throws IOException {
    try (LeaseOwner owner = LeaseOwner.open(setting.path("callers-" + number), 0)) {
      double rate = rate(owner, setting.plan());
      Plan plan = setting.plan();
      requireUsed(
          (long) plan.callers() * plan.each(), owner.call(leases -> (long) leases.leases().size()));
      return rate;
    }
  }

  private static double rate(LeaseOwner owner, Plan plan) throws IOException {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      return rate(threads, plan.callers(), plan.each(), owner::allocate);
    }
  }

  private static double hostLocal(Setting setting, int number) throws IOException {
    Plan plan = setting.plan();
    HostLocal hostLocal = new HostLocal(setting.path("callers-host-local-" + number), Leases.BLOCK);
    try (ExecutorService threads = Executors.newFixedThreadPool(plan.callers())) {
      double rate = rate(threads, plan.callers(), processesEach(plan), hostLocal::allocate);
      requireUsed((long) plan.callers() * processesEach(plan), hostLocal.used());
      return rate;
    }
  }

  private static double disk(Setting setting, int number) throws IOException {
    try (Disk disk = new Disk(setting.path("callers-disk-" + number), setting.bytesOfOne())) {
      int count = setting.plan().samples();
      return count
          * 1e9
          / Rounds.time(
              () -> {
                for (int i = 0; i < count; i++) {
                  disk.appendAndSync();
                }
              });
    }
  }

  /** Requests a second of all callers together. */
  private static double rate(ExecutorService threads, int callers, int each, Request request)
      throws IOException {
    long start = System.nanoTime();
    List<Future<?>> done = new ArrayList<>();
    for (int caller = 0; caller < callers; caller++) {
      String series = "caller-" + caller;
      done.add(
          threads.submit(
              () -> {
                for (int i = 0; i < each; i++) {
                  request.send(Containers.id(series, i));
                }
                return each;
              }));
    }
    try {
      for (Future<?> one : done) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new IOException("a caller: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted", e);
    }
    return (double) callers * each * 1e9 / (System.nanoTime() - start);
  }

  private static void requireUsed(long expected, long used) {
    if (used != expected) {
      throw new LabException(
          "addresses in use: %d (expected: %d, one a request)".formatted(used, expected));
    }
  }
}
