package org.ovswin.ovsdb.vswitch;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.opendaylight.ovsdb.lib.schema.DatabaseSchema;
import org.ovswin.ovsdb.jsonrpc.OperationFailure;
import org.ovswin.ovsdb.jsonrpc.OvsdbException;
import org.ovswin.ovsdb.jsonrpc.Replica;
import org.ovswin.ovsdb.jsonrpc.ReplicaSession;
import org.ovswin.ovsdb.jsonrpc.SessionOptions;

/**
 * A {@link Vswitch} over an OVSDB server.
 *
 * <p>State belongs to the session's thread. What callers see completes on virtual threads, so that
 * nothing they hang onto a future holds the session up.
 */
final class OvsdbVswitch implements Vswitch {

  private static final String DATABASE = "Open_vSwitch";
  private static final String CLOSED = "closed by its user";
  private static final Executor CALLERS = work -> Thread.ofVirtual().start(work);

  /** Someone who waits for the replica to get somewhere. */
  private interface Waiter {
    /** True when the wait is over. */
    boolean isOver(VswitchSnapshot snapshot);
  }

  private final ListenerQueue listener;
  private final ReplicaSession session;
  private final Executor thread;
  private volatile VswitchSnapshot snapshot = VswitchSnapshot.NOTHING;

  // What follows belongs to the session's thread.
  private final SnapshotBuilder snapshots = new SnapshotBuilder();
  private final List<Waiter> waiters = new ArrayList<>();
  private Optional<DatabaseSchema> schema = Optional.empty();
  private String lossReason = "no connection yet";
  private boolean lossTold;
  private boolean closed;

  OvsdbVswitch(SessionOptions options, VswitchListener listener) {
    this.listener = new ListenerQueue("vswitch-listener-" + options.address(), listener);
    session = ReplicaSession.open(options, DATABASE, Table.columnsByTable(), new Events());
    thread = session.session().thread();
  }

  @Override
  public VswitchSnapshot snapshot() {
    return snapshot;
  }

  @Override
  public CompletableFuture<Void> apply(List<VswitchChange> changes) {
    List<VswitchChange> copy = List.copyOf(changes);
    CompletableFuture<Void> applied = new CompletableFuture<>();
    onThread(applied, () -> apply(copy, applied));
    return applied;
  }

  private void apply(List<VswitchChange> changes, CompletableFuture<Void> applied) {
    if (snapshot.link() == VswitchSnapshot.Link.DOWN) {
      fail(applied, new OvsdbException.NotConnected(lossReason));
      return;
    }
    VswitchPlan plan;
    try {
      plan = VswitchPlan.of(schema.orElseThrow(), snapshot, changes);
    } catch (ChangeFailed e) {
      fail(applied, e);
      return;
    }
    if (plan.steps().isEmpty()) {
      CALLERS.execute(() -> applied.complete(null));
      return;
    }
    var _ =
        session
            .transact(plan.operations())
            .whenComplete(
                (results, failure) -> {
                  if (failure != null) {
                    fail(applied, explained(plan, failure));
                  } else {
                    long nextCfg = nextCfg(results);
                    await(now -> committed(now, nextCfg, applied));
                  }
                });
  }

  /** The result of the plan's last operation: select next_cfg. */
  private static long nextCfg(List<JsonNode> results) {
    return results.getLast().path("rows").path(0).path("next_cfg").asLong();
  }

  /** The transaction is done once and for all; its caller waits for the replica to show it. */
  private static boolean committed(
      VswitchSnapshot now, long nextCfg, CompletableFuture<Void> applied) {
    if (now.link() == VswitchSnapshot.Link.UP
        && now.root().map(root -> root.nextCfg() < nextCfg).orElse(true)) {
      return false;
    }
    CALLERS.execute(() -> applied.complete(null));
    return true;
  }

  private static Throwable explained(VswitchPlan plan, Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (!(cause instanceof OvsdbException.TransactionFailed refused)) {
      return cause;
    }
    Optional<VswitchChange> change =
        switch (refused.failure().where()) {
          case OperationFailure.AtOperation at -> plan.steps().get(at.index()).change();
          case OperationFailure.AtCommit _ -> Optional.empty();
        };
    ChangeFailed explained = new ChangeFailed(change, refused.failure().toString());
    explained.initCause(refused);
    return explained;
  }

  @Override
  public CompletableFuture<Map<String, PortOutcome>> awaitPorts(
      Collection<String> names, Duration deadline) {
    Set<String> wanted = new TreeSet<>(names);
    CompletableFuture<Map<String, PortOutcome>> outcome = new CompletableFuture<>();
    onThread(
        outcome,
        () -> {
          long target = snapshot.root().map(RootRow::nextCfg).orElse(0L);
          await(now -> settled(now, target, wanted, outcome));
        });
    CompletableFuture.delayedExecutor(deadline.toNanos(), TimeUnit.NANOSECONDS, CALLERS)
        .execute(() -> expire(outcome, wanted, deadline));
    return outcome;
  }

  /**
   * Whether ovs-vswitchd has dealt with the ports. Before it has taken over the configuration that
   * was there when the wait began, a row may still show what became of an earlier one.
   */
  private boolean settled(
      VswitchSnapshot now,
      long target,
      Set<String> wanted,
      CompletableFuture<Map<String, PortOutcome>> outcome) {
    if (outcome.isDone()) {
      return true;
    }
    if (closed) {
      fail(outcome, new OvsdbException.NotConnected(CLOSED));
      return true;
    }
    if (now.link() == VswitchSnapshot.Link.DOWN
        || now.root().map(root -> root.curCfg() < target).orElse(false)) {
      return false;
    }
    Map<String, PortOutcome> outcomes = new LinkedHashMap<>();
    for (String name : wanted) {
      Optional<PortOutcome> port =
          now.iface(name).map(InterfaceRow::outcome).orElse(Optional.of(new PortOutcome.Gone()));
      if (port.isEmpty()) {
        return false;
      }
      outcomes.put(name, port.get());
    }
    succeed(outcome, Map.copyOf(outcomes));
    return true;
  }

  private void expire(
      CompletableFuture<Map<String, PortOutcome>> outcome, Set<String> wanted, Duration deadline) {
    if (outcome.isDone()) {
      return;
    }
    VswitchSnapshot now = snapshot;
    Set<String> open = new TreeSet<>(wanted);
    open.removeIf(name -> now.iface(name).flatMap(InterfaceRow::outcome).isPresent());
    String configuration =
        now.root()
            .map(root -> "cur_cfg " + root.curCfg() + " of " + root.nextCfg())
            .orElse("no configuration");
    outcome.completeExceptionally(
        new OvsdbException.DeadlineExceeded(
            "ovs-vswitchd to take over ports "
                + Operations.describe(open)
                + " ("
                + configuration
                + ", link "
                + now.link()
                + ")",
            deadline));
    // The waiter must not stay until something changes that may never change.
    onThread(outcome, this::wake);
  }

  @Override
  public void close() {
    onThread(
        new CompletableFuture<>(),
        () -> {
          closed = true;
          wake();
        });
    session.close();
    listener.close();
  }

  /** Fails the future when the session is closed already. */
  private void onThread(CompletableFuture<?> future, Runnable work) {
    try {
      thread.execute(work);
    } catch (RejectedExecutionException _) {
      fail(future, new OvsdbException.NotConnected(CLOSED));
    }
  }

  private void await(Waiter waiter) {
    if (!waiter.isOver(snapshot)) {
      waiters.add(waiter);
    }
  }

  private void wake() {
    for (Iterator<Waiter> each = waiters.iterator(); each.hasNext(); ) {
      if (each.next().isOver(snapshot)) {
        each.remove();
      }
    }
  }

  private static <T> void succeed(CompletableFuture<T> future, T value) {
    CALLERS.execute(() -> future.complete(value));
  }

  private static void fail(CompletableFuture<?> future, Throwable reason) {
    CALLERS.execute(() -> future.completeExceptionally(reason));
  }

  private final class Events implements ReplicaSession.Listener {
    @Override
    public void synced(Replica replica, DatabaseSchema found) {
      schema = Optional.of(found);
      lossTold = false;
      snapshot = snapshots.build(replica);
      wake();
      listener.connected(snapshot);
    }

    @Override
    public void changed(Replica replica) {
      snapshot = snapshots.build(replica);
      wake();
      listener.changed(snapshot);
    }

    @Override
    public void lost(String reason) {
      snapshot = snapshot.down();
      lossReason = reason;
      wake();
      if (!lossTold) {
        lossTold = true;
        listener.disconnected(reason);
      }
    }
  }
}
