package org.ovswin.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.ovswin.agent.SwitchFlows.Known;
import org.ovswin.agent.SwitchFlows.Others;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.MeterDiff;
import org.ovswin.openflow.session.Reconciled;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.Pipeline;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The switch's part: the state that its flows were last brought to, and the one step under way.
 * Used by the reconciler's thread alone; what the switch answers comes back as an event that names
 * the session it was asked in.
 *
 * <p>From one settled state to another it takes the changes between the two. All else is a
 * reconcile, which looks at the switch's flows: after a connect, after a failure, for another node,
 * while flows without a known reason are kept, and every 30 s, so that what somebody else deleted
 * or changed is put right.
 */
final class FlowSide {
  private static final Logger LOG = LoggerFactory.getLogger(FlowSide.class);
  private static final Duration AUDIT_INTERVAL = Duration.ofSeconds(30);

  /** Before the first try after a failure, and at least between two tries. */
  private static final Duration RETRY = Duration.ofSeconds(1);

  /** Each failure for the same target doubles the pause, up to this. */
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(10);

  private final FlowSwitch flowSwitch;
  private final Consumer<Event> tell;
  private Known known = new Known.Down("connecting");
  private Optional<FlowTarget> underWay = Optional.empty();
  private Optional<Failure> failure = Optional.empty();
  private Instant auditAt = Instant.MIN;
  private long session;

  /** What was tried last and not done, and how long it rests. */
  private record Failure(FlowTarget target, Instant at, Duration pause) {}

  FlowSide(FlowSwitch flowSwitch, Consumer<Event> tell) {
    this.flowSwitch = flowSwitch;
    this.tell = tell;
  }

  SwitchFlows flows() {
    return new SwitchFlows(known, underWay.map(FlowTarget::state));
  }

  /** When {@link #start} next has something to do by itself. */
  Instant nextLook() {
    return switch (known) {
      case Known.Down _ -> Instant.MAX;
      case Known.Unsettled _ -> failure.map(last -> last.at().plus(RETRY)).orElse(Instant.MIN);
      case Known.Settled _ -> auditAt;
    };
  }

  void switchUp() {
    begin(new Known.Unsettled("reading its flows"));
  }

  void switchDown(String reason) {
    begin(new Known.Down(reason));
  }

  private void begin(Known anew) {
    session++;
    known = anew;
    underWay = Optional.empty();
    failure = Optional.empty();
  }

  void reconciled(Event.FlowsReconciled event, Instant now) {
    if (event.session() == session) {
      Reconciled result = event.result();
      logRepair(result);
      settle(result.kept() == 0 ? Others.NONE : Others.KEPT);
      auditAt = now.plus(AUDIT_INTERVAL);
    }
  }

  private void logRepair(Reconciled result) {
    boolean wasThought =
        known instanceof Known.Settled settled
            && underWay.map(FlowTarget::state).equals(Optional.of(settled.target().state()))
            && settled.others() == Others.NONE;
    if (wasThought && !result.isNothing()) {
      LOG.warn(
          "flows repaired: added={} modified={} deleted={} meters={}",
          result.added(),
          result.modified(),
          result.deleted(),
          result.meters());
    }
  }

  void applied(Event.FlowsApplied event) {
    if (event.session() == session) {
      settle(Others.NONE);
    }
  }

  private void settle(Others others) {
    known = new Known.Settled(underWay.orElseThrow(), others);
    underWay = Optional.empty();
    failure = Optional.empty();
  }

  /** What of it the switch has is not known: it is to be looked at. */
  void failed(Event.FlowsFailed event, Instant now) {
    if (event.session() != session) {
      return;
    }
    FlowTarget target = underWay.orElseThrow();
    String reason = String.valueOf(event.failure().getMessage());
    Duration pause =
        failure
            .filter(last -> last.target().equals(target))
            .map(last -> last.pause().multipliedBy(2))
            .orElse(RETRY);
    if (pause.compareTo(LONGEST_RETRY) > 0) {
      pause = LONGEST_RETRY;
    }
    LOG.warn("flows refused: {}; next try in {} s", reason, pause.toSeconds());
    known = new Known.Unsettled("it refused flows: " + reason);
    failure = Optional.of(new Failure(target, now, pause));
    underWay = Optional.empty();
  }

  /** Whether {@link #start} with this target can only delete flows of pods. */
  boolean onlyTakesAway(FlowTarget target) {
    return known instanceof Known.Settled settled
        && settled.others() == Others.NONE
        && settled.target().state().hasSameNode(target.state())
        && settled.target().state().pods().size() > target.state().pods().size()
        && Set.copyOf(settled.target().state().pods()).containsAll(target.state().pods());
  }

  /** Begins what there is to do for this target. One thing at a time. */
  void start(FlowTarget target, Instant now) {
    if (underWay.isPresent()) {
      return;
    }
    switch (known) {
      case Known.Down _ -> {}
      case Known.Unsettled _ -> {
        if (isDue(target, now)) {
          reconcile(target);
        }
      }
      case Known.Settled settled -> {
        if (!now.isBefore(auditAt) || needsLook(settled, target)) {
          reconcile(target);
        } else if (!settled.target().state().equals(target.state())) {
          apply(settled.target().state(), target);
        }
      }
    }
  }

  private boolean isDue(FlowTarget target, Instant now) {
    return failure.isEmpty()
        || !now.isBefore(
            failure
                .get()
                .at()
                .plus(failure.get().target().equals(target) ? failure.get().pause() : RETRY));
  }

  /**
   * What was kept may be just what the next state asks for. And what depends on the node is more
   * than one bundle should hold.
   */
  private static boolean needsLook(Known.Settled settled, FlowTarget target) {
    return (settled.others() == Others.KEPT && !settled.target().equals(target))
        || !settled.target().state().hasSameNode(target.state());
  }

  private void reconcile(FlowTarget target) {
    underWay = Optional.of(target);
    long asked = session;
    var _ =
        flowSwitch
            .reconcile(
                Pipeline.source(target.state()),
                flow -> target.removal().allows(flow.cookie()),
                Pipeline.meters(target.state()))
            .whenComplete(
                (result, problem) ->
                    tell.accept(
                        problem == null
                            ? new Event.FlowsReconciled(asked, result)
                            : new Event.FlowsFailed(asked, problem)));
  }

  private void apply(NodeState before, FlowTarget target) {
    List<FlowChange> changes = Pipeline.changes(before, target.state());
    MeterDiff.Steps meters = Pipeline.meterChanges(before, target.state());
    if (changes.isEmpty() && meters.isEmpty()) {
      // Another name of a node, for example, which no flow shows.
      known = new Known.Settled(target, Others.NONE);
      return;
    }
    underWay = Optional.of(target);
    long asked = session;
    var _ =
        flowSwitch
            .apply(meters, changes)
            .whenComplete(
                (_, problem) ->
                    tell.accept(
                        problem == null
                            ? new Event.FlowsApplied(asked)
                            : new Event.FlowsFailed(asked, problem)));
  }
}
