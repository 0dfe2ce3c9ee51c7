package org.ovswin.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The switch's part: what flows it has, as far as that is known, and the one dump or bundle under
 * way. Used by the reconciler's thread alone; what the switch answers comes back as an event that
 * names the session it was asked in.
 */
final class FlowSide {
  private static final Logger LOG = LoggerFactory.getLogger(FlowSide.class);
  private static final Duration DUMP_RETRY = Duration.ofSeconds(1);

  /** Flows that somebody else deleted or changed are put right after this. */
  private static final Duration AUDIT_INTERVAL = Duration.ofSeconds(30);

  private final FlowSwitch flowSwitch;
  private final Consumer<Event> tell;
  private Optional<Map<Flow.Key, Flow>> installed = Optional.empty();
  private Activity activity = new Activity.Idle();
  private Instant dumpNotBefore = Instant.MAX;
  private String problem = "connecting";
  private long session;

  /** What is under way in the session. */
  private sealed interface Activity {
    record Idle() implements Activity {}

    record Dumping() implements Activity {}

    record Applying(List<FlowChange> changes) implements Activity {}
  }

  FlowSide(FlowSwitch flowSwitch, Consumer<Event> tell) {
    this.flowSwitch = flowSwitch;
    this.tell = tell;
  }

  /** The switch's flows of ours; empty while they are not known. Never changed, but replaced. */
  Optional<Map<Flow.Key, Flow>> installed() {
    return installed;
  }

  /** Why {@link #installed} is empty, where it is. */
  String problem() {
    return problem;
  }

  /** Cookies of flows on their way to the switch: it may have them any moment. */
  Set<Long> comingCookies() {
    Set<Long> cookies = new HashSet<>();
    if (activity instanceof Activity.Applying(List<FlowChange> changes)) {
      for (FlowChange change : changes) {
        if (!(change instanceof FlowChange.DeleteStrict)) {
          cookies.add(change.flow().cookie());
        }
      }
    }
    return cookies;
  }

  /** When {@link #start} next looks by itself. */
  Instant nextDump() {
    return dumpNotBefore;
  }

  void switchUp(Instant now) {
    session++;
    forget("reading its flows");
    dumpNotBefore = now;
  }

  void switchDown(String reason) {
    session++;
    forget(reason);
    dumpNotBefore = Instant.MAX;
  }

  private void forget(String reason) {
    installed = Optional.empty();
    activity = new Activity.Idle();
    problem = reason;
  }

  void dumped(Event.FlowsDumped dumped, Instant now) {
    if (dumped.session() == session) {
      activity = new Activity.Idle();
      dumpNotBefore = now.plus(AUDIT_INTERVAL);
      Map<Flow.Key, Flow> flows = new HashMap<>();
      dumped.flows().forEach(flow -> flows.put(flow.key(), flow));
      installed = Optional.of(flows);
    }
  }

  void dumpFailed(Event.DumpFailed failed, Instant now) {
    if (failed.session() == session) {
      LOG.warn("flow dump failed: {}", String.valueOf(failed.failure().getMessage()));
      activity = new Activity.Idle();
      dumpNotBefore = now.plus(DUMP_RETRY);
    }
  }

  void applied(Event.FlowsApplied applied, Instant now) {
    if (applied.session() != session) {
      return;
    }
    if (applied.failure().isPresent()) {
      // What of it the switch has is not known: look.
      LOG.warn("flows refused: {}", String.valueOf(applied.failure().get().getMessage()));
      forget("it refused flows: " + applied.failure().get().getMessage());
      dumpNotBefore = now.plus(DUMP_RETRY);
      return;
    }
    activity = new Activity.Idle();
    Map<Flow.Key, Flow> flows = new HashMap<>(installed.orElseThrow());
    for (FlowChange change : applied.changes()) {
      switch (change) {
        case FlowChange.Add(Flow flow) -> flows.put(flow.key(), flow);
        case FlowChange.ModifyStrict(Flow flow) -> flows.put(flow.key(), flow);
        case FlowChange.DeleteStrict(Flow flow) -> flows.remove(flow.key());
      }
    }
    installed = Optional.of(flows);
  }

  /** Begins what there is to do: the changes, else a dump that is due. One thing at a time. */
  void start(List<FlowChange> changes, Instant now) {
    if (!(activity instanceof Activity.Idle)) {
      return;
    }
    if (installed.isPresent() && !changes.isEmpty()) {
      apply(changes);
    } else if (!now.isBefore(dumpNotBefore)) {
      dump();
    }
  }

  private void apply(List<FlowChange> changes) {
    activity = new Activity.Applying(changes);
    long asked = session;
    var _ =
        flowSwitch
            .apply(changes)
            .whenComplete(
                (_, failure) ->
                    tell.accept(
                        new Event.FlowsApplied(asked, changes, Optional.ofNullable(failure))));
  }

  private void dump() {
    activity = new Activity.Dumping();
    long asked = session;
    var _ =
        flowSwitch
            .dump()
            .whenComplete(
                (flows, failure) ->
                    tell.accept(
                        failure == null
                            ? new Event.FlowsDumped(asked, flows)
                            : new Event.DumpFailed(asked, failure)));
  }
}
