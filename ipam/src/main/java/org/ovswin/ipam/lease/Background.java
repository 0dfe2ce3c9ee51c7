package org.ovswin.ipam.lease;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Where compactions run, one at a time. */
interface Background extends AutoCloseable {

  /** Runs the job once, soon. */
  void run(Runnable job);

  /** Returns when no job runs any more. One that has not begun need not run. */
  @Override
  void close();

  /** A thread of its own, which does not keep the process alive. */
  static Background thread() {
    ExecutorService thread =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("lease-compaction").daemon().factory());
    return new Background() {
      @Override
      public void run(Runnable job) {
        thread.execute(job);
      }

      @Override
      public void close() {
        thread.shutdown();
        boolean interrupted = false;
        while (!thread.isTerminated()) {
          try {
            // The job looks after every chunk whether it is still wanted.
            var _ = thread.awaitTermination(1, TimeUnit.MINUTES);
          } catch (InterruptedException e) {
            interrupted = true;
          }
        }
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    };
  }
}
