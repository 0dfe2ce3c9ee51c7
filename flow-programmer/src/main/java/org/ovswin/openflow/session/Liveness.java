package org.ovswin.openflow.session;

import java.util.OptionalLong;

/**
 * Whether the other side is still there: a pure state machine, whose {@code now} is nanoseconds of
 * a monotonic clock. The switch sends nothing by itself on a quiet connection, so silence is
 * answered with an echo request, and silence after that means that it is dead.
 */
record Liveness(long probeAfter, long deadAfter, long lastHeard, OptionalLong probed) {
  /** What the driver is to do. */
  enum Verdict {
    ALIVE,
    PROBE,
    DEAD
  }

  static Liveness start(SessionConfig config, long now) {
    return new Liveness(
        config.probeAfter().toNanos(), config.deadAfter().toNanos(), now, OptionalLong.empty());
  }

  Verdict verdict(long now) {
    if (probed.isPresent()) {
      return now - probed.getAsLong() >= deadAfter ? Verdict.DEAD : Verdict.ALIVE;
    }
    return now - lastHeard >= probeAfter ? Verdict.PROBE : Verdict.ALIVE;
  }

  /** Any message is a sign of life. */
  Liveness heard(long now) {
    return new Liveness(probeAfter, deadAfter, now, OptionalLong.empty());
  }

  Liveness probing(long now) {
    return new Liveness(probeAfter, deadAfter, lastHeard, OptionalLong.of(now));
  }
}
