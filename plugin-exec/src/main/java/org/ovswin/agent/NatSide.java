package org.ovswin.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.ovswin.agent.HostNatState.Target;
import org.ovswin.sandbox.EndpointException;
import org.ovswin.sandbox.HostNat;
import org.ovswin.sandbox.PortForward;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The host's address translation: what it was last brought to, and the one step under way. Every 30
 * s it is looked at whether somebody else flushed or changed it. Used by the reconciler's thread
 * alone; its calls block, so they run on {@link HostSide}'s threads.
 */
final class NatSide {
  private static final Logger LOG = LoggerFactory.getLogger(NatSide.class);
  private static final Duration LOOK_INTERVAL = Duration.ofSeconds(30);
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Optional<HostNat> nat;
  private final Executor threads;
  private final Consumer<Event> tell;
  private HostNatState state = HostNatState.UNKNOWN;
  private Instant notBefore = Instant.MIN;
  private Instant lookAt = Instant.MIN;
  private Optional<String> lastProblem = Optional.empty();

  /**
   * Of a node.
   *
   * @param nat empty where flows translate: nothing is ever asked of the host then
   */
  NatSide(Optional<HostNat> nat, Executor threads, Consumer<Event> tell) {
    this.nat = nat;
    this.threads = threads;
    this.tell = tell;
  }

  HostNatState state() {
    return state;
  }

  /** Why the host's rules are not as wanted, where they are not. */
  Optional<String> problem() {
    return lastProblem;
  }

  /** When {@link #start} next has something to do by itself. */
  Instant nextLook() {
    return state.settled().isPresent() ? lookAt : notBefore;
  }

  /** Begins what there is to do for this target. One thing at a time. */
  void start(Target target, Instant now) {
    boolean asWanted = state.settled().equals(Optional.of(target)) && now.isBefore(lookAt);
    if (state.coming().isPresent() || asWanted || now.isBefore(notBefore)) {
      return;
    }
    HostNat host = nat.orElseThrow();
    Optional<Target> before = state.settled();
    state = new HostNatState(before, Optional.of(target));
    try {
      threads.execute(() -> tell.accept(new Event.NatMoved(bring(host, before, target))));
    } catch (RejectedExecutionException e) {
      tell.accept(new Event.NatMoved(Optional.of("too many calls under way")));
    }
  }

  private static Optional<String> bring(HostNat nat, Optional<Target> before, Target target) {
    try {
      boolean same = before.filter(known -> known.spec().equals(target.spec())).isPresent();
      if (!same) {
        nat.apply(target.spec());
      } else if (!nat.isAsLast()) {
        LOG.warn("the host's rules were changed by somebody else: put right");
        nat.apply(target.spec());
      }
      for (PortForward forward : target.ended()) {
        if (before.filter(known -> known.ended().contains(forward)).isEmpty()) {
          nat.forget(forward);
        }
      }
      return Optional.empty();
    } catch (EndpointException | RuntimeException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  void moved(Optional<String> problem, Instant now) {
    if (problem.isEmpty()) {
      state = new HostNatState(state.coming(), Optional.empty());
      lookAt = now.plus(LOOK_INTERVAL);
    } else {
      state = HostNatState.UNKNOWN;
      notBefore = now.plus(RETRY);
      if (!problem.equals(lastProblem)) {
        LOG.warn("host's address translation not ready: {}", problem.get());
      }
    }
    lastProblem = problem;
  }
}
