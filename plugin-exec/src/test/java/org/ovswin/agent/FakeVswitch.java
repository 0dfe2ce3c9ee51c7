package org.ovswin.agent;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.ovswin.ovsdb.vswitch.PortOutcome;
import org.ovswin.ovsdb.vswitch.Vswitch;
import org.ovswin.ovsdb.vswitch.VswitchChange;
import org.ovswin.ovsdb.vswitch.VswitchSnapshot;

/**
 * One agent's connection to the database of a {@link Machine}. Nothing happens by itself: the test
 * says when a transaction is committed, when the replica learns of it, and when the link goes.
 */
final class FakeVswitch implements Vswitch {
  private final Machine machine;
  private final Runnable moved;
  private final Runnable beforeCall;
  private VswitchSnapshot replica = VswitchSnapshot.NOTHING;
  private final List<Transaction> waiting = new ArrayList<>();
  private final List<Transaction> committed = new ArrayList<>();
  private int applies;

  record Transaction(List<VswitchChange> changes, CompletableFuture<Void> done) {}

  FakeVswitch(Machine machine, Runnable moved, Runnable beforeCall) {
    this.machine = machine;
    this.moved = moved;
    this.beforeCall = beforeCall;
  }

  @Override
  public VswitchSnapshot snapshot() {
    return replica;
  }

  @Override
  public CompletableFuture<Void> apply(List<VswitchChange> changes) {
    beforeCall.run();
    applies++;
    if (!isUp()) {
      return CompletableFuture.failedFuture(new IllegalStateException("no connection"));
    }
    if (!waiting.isEmpty() || !committed.isEmpty()) {
      throw new AssertionError("a second transaction before the first has ended");
    }
    Transaction transaction = new Transaction(changes, new CompletableFuture<>());
    waiting.add(transaction);
    return transaction.done();
  }

  /** Calls of {@link #apply} so far. */
  int applies() {
    return applies;
  }

  boolean isUp() {
    return replica.link() == VswitchSnapshot.Link.UP;
  }

  boolean isBusy() {
    return !waiting.isEmpty() || !committed.isEmpty();
  }

  /** What is on its way to the database. */
  List<VswitchChange> underWay() {
    return waiting.stream().flatMap(transaction -> transaction.changes().stream()).toList();
  }

  /** The server commits; the replica does not show it yet. */
  void commit() {
    for (Transaction transaction : waiting) {
      machine.commit(transaction.changes());
      committed.add(transaction);
    }
    waiting.clear();
  }

  /** The server refuses. */
  void refuse() {
    List<Transaction> refused = List.copyOf(waiting);
    waiting.clear();
    refused.forEach(
        transaction -> transaction.done().completeExceptionally(new IllegalStateException("no")));
  }

  /** The replica shows the database as it is; the first time, and after a loss, it is up again. */
  void update() {
    VswitchSnapshot now = machine.snapshot();
    if (!now.equals(replica)) {
      replica = now;
      moved.run();
    }
    List<Transaction> shown = List.copyOf(committed);
    committed.clear();
    shown.forEach(transaction -> transaction.done().complete(null));
  }

  /** The connection goes; whether the server still gets what was sent is the test's choice. */
  void lose() {
    List<Transaction> lost = new ArrayList<>(waiting);
    lost.addAll(committed);
    waiting.clear();
    committed.clear();
    replica =
        new VswitchSnapshot(
            VswitchSnapshot.Link.DOWN,
            replica.root(),
            replica.bridges(),
            replica.ports(),
            replica.interfaces());
    moved.run();
    lost.forEach(
        transaction ->
            transaction.done().completeExceptionally(new IllegalStateException("link lost")));
  }

  @Override
  public CompletableFuture<Map<String, PortOutcome>> awaitPorts(
      Collection<String> names, Duration deadline) {
    throw new AssertionError("the reconciler sees ports in the replica");
  }

  @Override
  public void close() {}
}
