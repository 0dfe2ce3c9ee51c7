package org.ovswin.lab;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waiting, with a bound, for what the kernel gives no event for. */
final class Await {
  private static final Duration PAUSE = Duration.ofMillis(4);

  private Await() {}

  /** Whether the condition became true within the bound. An interrupt ends the wait early. */
  static boolean until(Duration bound, BooleanSupplier condition) {
    long end = System.nanoTime() + bound.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0 || Thread.currentThread().isInterrupted()) {
        return false;
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
    return true;
  }
}
