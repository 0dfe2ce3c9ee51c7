package org.ovswin.node;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Between two looks at something that nobody tells about. */
final class Pause {
  private Pause() {}

  /** Returns at once on a thread that is interrupted. */
  static void of(Duration duration) {
    try {
      TimeUnit.NANOSECONDS.sleep(duration.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
