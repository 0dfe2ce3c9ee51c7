package org.ovswin.openflow.session;

import java.time.Duration;

/**
 * When to try to connect: a pure state machine, whose {@code now} is nanoseconds of a monotonic
 * clock.
 *
 * <pre>
 * Waiting --(its time comes)--> Connecting --(handshake done)--> Up
 *    ^                              |                            |
 *    +---------(failed, too late)---+--------(disconnected)------+
 * </pre>
 *
 * The pause doubles with each attempt that did not come to {@link Up}, and with each connection
 * that was up for less than {@code max}: a switch that accepts and hangs up must not be asked in a
 * tight loop.
 */
record Reconnect(Duration min, Duration max, Duration handshakeTimeout, State state) {
  /** What the connection is doing. */
  sealed interface State {
    /** Nothing until {@code until}. */
    record Waiting(long until, int failures) implements State {}

    /** Connecting and shaking hands, until {@code deadline}. */
    record Connecting(long deadline, int failures) implements State {}

    /** Connected since {@code since}. */
    record Up(long since, int failures) implements State {}
  }

  /** What the driver is to do. */
  enum Todo {
    NOTHING,
    CONNECT,
    GIVE_UP
  }

  private static final int MAX_DOUBLINGS = 30;

  static Reconnect start(SessionConfig config, long now) {
    return new Reconnect(
        config.backoffMin(),
        config.backoffMax(),
        config.handshakeTimeout(),
        new State.Waiting(now, 0));
  }

  Todo todo(long now) {
    return switch (state) {
      case State.Waiting(long until, int _) -> now - until >= 0 ? Todo.CONNECT : Todo.NOTHING;
      case State.Connecting(long deadline, int _) ->
          now - deadline >= 0 ? Todo.GIVE_UP : Todo.NOTHING;
      case State.Up _ -> Todo.NOTHING;
    };
  }

  /** How long until {@link #todo} may answer something else, in nanoseconds. */
  long nanosToWait(long now) {
    return switch (state) {
      case State.Waiting(long until, int _) -> Math.max(0, until - now);
      case State.Connecting(long deadline, int _) -> Math.max(0, deadline - now);
      case State.Up _ -> Long.MAX_VALUE;
    };
  }

  Reconnect connecting(long now) {
    return with(new State.Connecting(now + handshakeTimeout.toNanos(), failures()));
  }

  Reconnect up(long now) {
    return with(new State.Up(now, failures()));
  }

  /** The attempt failed or the connection went. */
  Reconnect down(long now) {
    boolean lasted = state instanceof State.Up(long since, int _) && now - since >= max.toNanos();
    int failures = lasted ? 0 : failures();
    return with(new State.Waiting(now + pauseNanos(failures), failures + 1));
  }

  private long pauseNanos(int failures) {
    long doubled = min.toNanos() << Math.min(failures, MAX_DOUBLINGS);
    return doubled <= 0 ? max.toNanos() : Math.min(doubled, max.toNanos());
  }

  private int failures() {
    return switch (state) {
      case State.Waiting(long _, int failures) -> failures;
      case State.Connecting(long _, int failures) -> failures;
      case State.Up(long _, int failures) -> failures;
    };
  }

  private Reconnect with(State next) {
    return new Reconnect(min, max, handshakeTimeout, next);
  }
}
