package org.ovswin.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Doing the same to several things at once. */
final class Parallel {
  private Parallel() {}

  /**
   * Applies {@code work} to all items, each on a virtual thread of its own, and returns the results
   * in the order of the items. All are waited for, also when one fails: the first failure is thrown
   * then, with the others suppressed in it.
   */
  static <A, B> List<B> map(List<A> items, Function<A, B> work) {
    List<B> results = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<B>> running = new ArrayList<>();
      for (A item : items) {
        running.add(threads.submit(() -> work.apply(item)));
      }
      for (Future<B> future : running) {
        try {
          results.add(future.get());
        } catch (ExecutionException e) {
          failures.add(e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new LabException("interrupted", e);
        }
      }
    }
    throwFirst(failures);
    return results;
  }

  private static void throwFirst(List<Throwable> failures) {
    if (failures.isEmpty()) {
      return;
    }
    Throwable first = failures.getFirst();
    failures.stream().skip(1).filter(other -> !other.equals(first)).forEach(first::addSuppressed);
    switch (first) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new LabException(String.valueOf(first.getMessage()), first);
    }
  }
}
