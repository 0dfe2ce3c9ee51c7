package org.ovswin.bench.cni;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.ovswin.bench.measure.Quantile;
import org.ovswin.lab.LabException;
import org.ovswin.sandbox.linux.Netns;

/**
 * Threads inside a node's namespace, where the processes that they start are too. Entering it is
 * not part of what is timed.
 */
final class Callers {
  private Callers() {}

  /** What is done with the n-th pod. */
  @FunctionalInterface
  interface Work {
    void run(int number) throws IOException;
  }

  /** How long all took together and each by itself, in nanoseconds. */
  record Times(double all, List<Double> each) {
    Times {
      each = List.copyOf(each);
    }

    double quantile(double part) {
      return Quantile.of(each.stream().mapToDouble(Double::doubleValue).toArray(), part);
    }
  }

  /** Does the work once for every number below {@code count}, so many at a time. */
  static Times run(Path host, int callers, int count, Work work) throws IOException {
    double[] each = new double[count];
    AtomicInteger next = new AtomicInteger();
    Callable<Long> caller =
        () -> {
          try (Netns netns = Netns.open(host)) {
            return netns.call(
                () -> {
                  long began = System.nanoTime();
                  for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                    long start = System.nanoTime();
                    work.run(i);
                    each[i] = System.nanoTime() - start;
                  }
                  return began;
                });
          }
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
      List<Future<Long>> running = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        running.add(threads.submit(caller));
      }
      long began = Long.MAX_VALUE;
      for (Future<Long> one : running) {
        began = Math.min(began, one.get());
      }
      double all = System.nanoTime() - began;
      return new Times(all, Arrays.stream(each).boxed().toList());
    } catch (ExecutionException e) {
      throw new IOException(String.valueOf(e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted", e);
    }
  }
}
