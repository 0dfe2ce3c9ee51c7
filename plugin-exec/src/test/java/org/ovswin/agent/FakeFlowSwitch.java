package org.ovswin.agent;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.ovswin.openflow.Cookie;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.FlowDiff;
import org.ovswin.openflow.Meter;
import org.ovswin.openflow.MeterDiff;
import org.ovswin.openflow.session.Reconciled;

/**
 * One agent's OpenFlow session with the bridge of a {@link Machine}. Requests are answered when the
 * test says so, in their order.
 */
final class FakeFlowSwitch implements FlowSwitch {
  private final Machine machine;
  private final Runnable beforeCall;
  private final Deque<Request> requests = new ArrayDeque<>();
  private final Deque<Request.Reconcile> goingOn = new ArrayDeque<>();
  private final List<byte[]> sent = new ArrayList<>();

  /** Answers that have come and that the agent has not been told of yet. */
  private final Deque<Runnable> untold = new ArrayDeque<>();

  private int sessions;
  private boolean up;
  private boolean known;
  private int applies;
  private int reconciles;
  private int changed;

  private sealed interface Request {
    CompletableFuture<?> done();

    record Reconcile(
        Iterable<Flow> desired, Predicate<Flow> removable, CompletableFuture<Reconciled> done)
        implements Request {}

    record Apply(List<FlowChange> changes, CompletableFuture<Void> done) implements Request {}
  }

  FakeFlowSwitch(Machine machine, Runnable beforeCall) {
    this.machine = machine;
    this.beforeCall = beforeCall;
  }

  @Override
  public CompletableFuture<Reconciled> reconcile(
      Iterable<Flow> desired, Predicate<Flow> removable, List<Meter> meters) {
    beforeCall.run();
    reconciles++;
    requireIdle();
    requireOrder(desired);
    CompletableFuture<Reconciled> done = new CompletableFuture<>();
    ask(new Request.Reconcile(desired, removable, done));
    return done;
  }

  @Override
  public CompletableFuture<Void> apply(MeterDiff.Steps meters, List<FlowChange> changes) {
    beforeCall.run();
    applies++;
    requireIdle();
    if (changes.isEmpty() && meters.isEmpty()) {
      throw new AssertionError("a bundle of nothing");
    }
    CompletableFuture<Void> done = new CompletableFuture<>();
    ask(new Request.Apply(List.copyOf(changes), done));
    return done;
  }

  private void ask(Request request) {
    if (up) {
      requests.add(request);
    } else {
      request.done().completeExceptionally(disconnected());
    }
  }

  /** As {@code SwitchConnection.reconcile} asks for. */
  private static void requireOrder(Iterable<Flow> desired) {
    Set<Flow.Key> keys = new HashSet<>();
    int table = Integer.MAX_VALUE;
    for (Flow flow : desired) {
      if (flow.table() > table || !keys.add(flow.key()) || !Cookie.isOurs(flow.cookie())) {
        throw new AssertionError("out of order, twice, or not ours: " + flow);
      }
      table = flow.table();
    }
  }

  @Override
  public CompletableFuture<List<Flow>> dump(long cookie) {
    throw new AssertionError("the reconciler looks at no pod's flows");
  }

  @Override
  public CompletableFuture<List<Meter>> dumpMeters() {
    throw new AssertionError("the reconciler looks at no pod's meters");
  }

  private void requireIdle() {
    if (!requests.isEmpty()) {
      throw new AssertionError("a second request before the first was answered");
    }
  }

  private static RuntimeException disconnected() {
    return new IllegalStateException("no OpenFlow session");
  }

  @Override
  public void send(int port, byte[] frame) {
    beforeCall.run();
    sent.add(frame);
  }

  boolean isUp() {
    return up;
  }

  /**
   * Whether the agent has had an answer that tells it the flows, and nothing has gone wrong since.
   */
  boolean isKnown() {
    return known;
  }

  int applies() {
    return applies;
  }

  int reconciles() {
    return reconciles;
  }

  /** How many flows were added, rewritten or deleted for the agent. */
  int changed() {
    return changed;
  }

  /** Frames sent so far. */
  List<byte[]> sent() {
    return sent;
  }

  boolean isBusy() {
    return !requests.isEmpty() || !untold.isEmpty();
  }

  /** Flows that the switch may have any moment. */
  List<Flow> underWay() {
    List<Flow> flows = new ArrayList<>();
    goingOn.forEach(reconcile -> reconcile.desired().forEach(flows::add));
    for (Request request : requests) {
      switch (request) {
        case Request.Reconcile reconcile -> reconcile.desired().forEach(flows::add);
        case Request.Apply(List<FlowChange> changes, var _) -> {
          for (FlowChange change : changes) {
            if (!(change instanceof FlowChange.DeleteStrict)) {
              flows.add(change.flow());
            }
          }
        }
      }
    }
    return flows;
  }

  void connect() {
    sessions++;
    up = true;
    known = false;
  }

  /**
   * The session goes; whether the switch still does what was asked is the test's choice. A
   * reconcile goes on in the next session, before all that is asked there.
   */
  void disconnect() {
    up = false;
    known = false;
    for (Request request : requests) {
      switch (request) {
        case Request.Reconcile reconcile -> goingOn.add(reconcile);
        case Request.Apply apply -> apply.done().completeExceptionally(disconnected());
      }
    }
    requests.clear();
  }

  /** The switch does what was asked, but the answer is not there yet. */
  void perform() {
    requests.forEach(request -> machine.apply(changes(request)));
  }

  /**
   * The switch does a part of what was asked: of a reconcile any change may be in it or not, a
   * bundle is in it or not.
   */
  void performPartly(Random random) {
    for (Request request : requests) {
      switch (request) {
        case Request.Reconcile _ ->
            machine.apply(changes(request).stream().filter(_ -> random.nextBoolean()).toList());
        case Request.Apply _ -> {
          if (random.nextBoolean()) {
            machine.apply(changes(request));
          }
        }
      }
    }
  }

  private List<FlowChange> changes(Request request) {
    return switch (request) {
      case Request.Apply apply -> apply.changes();
      case Request.Reconcile reconcile ->
          difference(reconcile).stream()
              .filter(
                  change ->
                      !(change instanceof FlowChange.DeleteStrict)
                          || reconcile.removable().test(change.flow()))
              .toList();
    };
  }

  private List<FlowChange> difference(Request.Reconcile reconcile) {
    List<Flow> desired = new ArrayList<>();
    reconcile.desired().forEach(desired::add);
    return FlowDiff.diff(machine.dump(), desired);
  }

  /** The switch does what was asked first and answers. */
  void answer() {
    if (!requests.isEmpty()) {
      answerLater();
    }
    tell();
  }

  /** As {@link #answer}, but the agent is told later: perhaps when the session has gone. */
  void answerLater() {
    int session = sessions;
    while (!goingOn.isEmpty()) {
      Request.Reconcile old = goingOn.pop();
      Reconciled result = reconciled(old);
      untold.add(() -> old.done().complete(result));
    }
    switch (requests.pop()) {
      case Request.Reconcile reconcile -> {
        Reconciled result = reconciled(reconcile);
        machine.flowsAreSeen();
        untold.add(
            () -> {
              known = up && session == sessions;
              reconcile.done().complete(result);
            });
      }
      case Request.Apply apply -> {
        changed += apply.changes().size();
        machine.apply(apply.changes());
        untold.add(() -> apply.done().complete(null));
      }
    }
  }

  private Reconciled reconciled(Request.Reconcile reconcile) {
    List<FlowChange> changes = changes(reconcile);
    long kept = (long) difference(reconcile).size() - changes.size();
    long added = changes.stream().filter(FlowChange.Add.class::isInstance).count();
    long modified = changes.stream().filter(FlowChange.ModifyStrict.class::isInstance).count();
    machine.apply(changes);
    changed += changes.size();
    return new Reconciled(0, added, modified, changes.size() - added - modified, kept);
  }

  /** The agent is told of an answer. */
  void tell() {
    untold.pop().run();
  }

  boolean hasRequests() {
    return !requests.isEmpty();
  }

  boolean hasUntold() {
    return !untold.isEmpty();
  }

  /** The switch refuses what was asked first; of a reconcile, a part may have been done. */
  void refuse(Random random) {
    known = false;
    Request request = requests.pop();
    if (request instanceof Request.Reconcile) {
      machine.apply(changes(request).stream().filter(_ -> random.nextBoolean()).toList());
    }
    request.done().completeExceptionally(new IllegalStateException("refused"));
  }

  @Override
  public void close() {}
}
