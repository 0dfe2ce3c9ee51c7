package org.ovswin.ipam.lease;

import java.util.ArrayDeque;
import java.util.Queue;

/** Compactions that run when the test says so, on its own thread. */
final class QueuedBackground implements Background {
  private final Queue<Runnable> jobs = new ArrayDeque<>();

  @Override
  public void run(Runnable job) {
    jobs.add(job);
  }

  boolean hasWork() {
    return !jobs.isEmpty();
  }

  /** Runs what waits. */
  void runAll() {
    while (!jobs.isEmpty()) {
      jobs.remove().run();
    }
  }

  /** What waits never runs, as when the process ends. */
  @Override
  public void close() {
    jobs.clear();
  }
}
