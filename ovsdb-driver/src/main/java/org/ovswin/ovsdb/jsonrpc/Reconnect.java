package org.ovswin.ovsdb.jsonrpc;

/**
 * When to connect, probe and give up a connection: a pure state machine. Times are nanoseconds of
 * one monotonic clock ({@link System#nanoTime()} in the program, a number in tests); compare them
 * by difference only.
 *
 * <pre>
 *            at(t >= until): CONNECT          connected
 *   Waiting -------------------------> Connecting -------> Active <----- received
 *      ^  ^                                |                |  ^            |
 *      |  +--- disconnected, or            |    silent for  |  |            |
 *      |       at(t >= since + connect-    |  probeInterval v  |            |
 *      |       Deadline): DISCONNECT ------+             Probing -----------+
 *      |                                                    |
 *      +-- disconnected, or silent for another probeInterval: DISCONNECT
 * </pre>
 *
 * <p>The pause starts at {@code minBackoff} and doubles up to {@code maxBackoff} with each attempt
 * that fails. A connection that held for {@code maxBackoff} makes it start over: a server that
 * accepts and dies at once must not be asked twenty times a second for ever.
 */
record Reconnect(Policy policy, State state, long backoffNanos) {

  /** The bounds; see {@link SessionOptions}. All in nanoseconds. */
  record Policy(long connectDeadline, long probeInterval, long minBackoff, long maxBackoff) {
    static Policy of(SessionOptions options) {
      return new Policy(
          options.connectDeadline().toNanos(),
          options.probeInterval().toNanos(),
          options.minBackoff().toNanos(),
          options.maxBackoff().toNanos());
    }
  }

  /** Where the connection is. */
  sealed interface State {}

  /** No connection until a time. */
  record Waiting(long until) implements State {}

  /** On the way, since a time. */
  record Connecting(long since) implements State {}

  /** Connected, and heard from the peer. */
  record Active(long connectedAt, long receivedAt) implements State {}

  /** Connected, silent, and asked for an echo. */
  record Probing(long connectedAt, long sentAt) implements State {}

  /** What is to be done now. */
  enum Action {
    NONE,
    CONNECT,
    /** Send an echo request (RFC 7047, 4.1.11). */
    PROBE,
    /** Close: the peer did not answer in time. The state has moved on already. */
    DISCONNECT
  }

  /** The next state and what to do on the way to it. */
  record Step(Reconnect next, Action action) {}

  /** Connects at once. */
  static Reconnect start(Policy policy, long now) {
    return new Reconnect(policy, new Waiting(now), policy.minBackoff());
  }

  /** Lets time pass up to {@code now}. */
  Step at(long now) {
    if (now - wakeAt() < 0) {
      return new Step(this, Action.NONE);
    }
    return switch (state) {
      case Waiting _ -> new Step(in(new Connecting(now)), Action.CONNECT);
      case Connecting _, Probing _ -> new Step(disconnected(now), Action.DISCONNECT);
      case Active active -> new Step(in(new Probing(active.connectedAt(), now)), Action.PROBE);
    };
  }

  /** When {@link #at} has something to do next. */
  long wakeAt() {
    return switch (state) {
      case Waiting waiting -> waiting.until();
      case Connecting connecting -> connecting.since() + policy.connectDeadline();
      case Active active -> active.receivedAt() + policy.probeInterval();
      case Probing probing -> probing.sentAt() + policy.probeInterval();
    };
  }

  /** The connection stands, its TLS handshake included. */
  Reconnect connected(long now) {
    return in(new Active(now, now));
  }

  /** Bytes came from the peer at a time. */
  Reconnect received(long at) {
    return switch (state) {
      case Active active when at - active.receivedAt() > 0 ->
          in(new Active(active.connectedAt(), at));
      case Probing probing when at - probing.sentAt() > 0 ->
          in(new Active(probing.connectedAt(), at));
      case Waiting _, Connecting _, Active _, Probing _ -> this;
    };
  }

  /** The connection went, or could not be made. */
  Reconnect disconnected(long now) {
    boolean held =
        switch (state) {
          case Active active -> now - active.connectedAt() >= policy.maxBackoff();
          case Probing probing -> now - probing.connectedAt() >= policy.maxBackoff();
          case Waiting _, Connecting _ -> false;
        };
    long pause = held ? policy.minBackoff() : backoffNanos;
    return new Reconnect(
        policy, new Waiting(now + pause), Math.min(2 * pause, policy.maxBackoff()));
  }

  private Reconnect in(State next) {
    return new Reconnect(policy, next, backoffNanos);
  }
}
