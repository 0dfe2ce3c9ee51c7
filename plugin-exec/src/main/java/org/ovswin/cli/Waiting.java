package org.ovswin.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Says on standard error, every two seconds, what is being waited for. */
final class Waiting implements AutoCloseable {
  private static final Duration INTERVAL = Duration.ofSeconds(2);

  private final CountDownLatch over = new CountDownLatch(1);

  private Waiting() {}

  /** From now until it is closed. */
  static Waiting announced(PrintWriter err, String what) {
    Waiting waiting = new Waiting();
    Thread.ofVirtual().name("waiting").start(() -> waiting.announce(err, what, INTERVAL));
    return waiting;
  }

  private void announce(PrintWriter err, String what, Duration interval) {
    try {
      for (long passed = interval.toSeconds();
          !over.await(interval.toMillis(), TimeUnit.MILLISECONDS);
          passed += interval.toSeconds()) {
        err.println(what + " (" + passed + " s)");
        err.flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    over.countDown();
  }
}
