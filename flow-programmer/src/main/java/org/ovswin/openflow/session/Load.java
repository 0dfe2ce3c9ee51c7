package org.ovswin.openflow.session;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;

/**
 * Brings any number of changes to the switch in rounds: a round is one batch on each of several
 * connections. Some rounds are on their way at a time, but those of a table begin when those of the
 * table before are done: between connections there is no order. For the same reason changes of one
 * key go over one connection. Blocks; one thread, one run.
 */
final class Load {
  /** Changes in a batch. */
  static final int BATCH_CHANGES = 512;

  /** So many changes are worth connections of their own. */
  static final int FEW_CHANGES = 2048;

  private static final int ROUNDS_IN_FLIGHT = 4;
  private static final int HASH_FACTOR = 0x9e37_79b9;

  /** Changes that were sent, and when they are done. */
  private record Round(int changes, CompletableFuture<Void> done) {}

  private final Session kept;
  private final Supplier<CompletableFuture<Session>> dial;
  private final int bulkConnections;

  private final Queue<Round> inFlight = new ArrayDeque<>();
  private List<Session> bulk = List.of();
  private long made;
  private int table = -1;

  /**
   * @param kept takes a few changes
   * @param dial opens one more connection
   */
  Load(Session kept, Supplier<CompletableFuture<Session>> dial, int bulkConnections) {
    this.kept = kept;
    this.dial = dial;
    this.bulkConnections = bulkConnections;
  }

  /**
   * Makes the changes.
   *
   * @throws SessionException a change was refused, or a connection went
   */
  Loaded run(Iterable<? extends FlowChange> changes) {
    try {
      List<FlowChange> few = new ArrayList<>();
      Iterator<? extends FlowChange> all = changes.iterator();
      while (few.size() < FEW_CHANGES && all.hasNext()) {
        few.add(all.next());
      }
      if (all.hasNext()) {
        sendMany(few, all);
      } else if (!few.isEmpty()) {
        send(few, List.of(kept));
      }
      awaitAll();
      return new Loaded(made, Math.max(1, bulk.size()));
    } catch (CompletionException e) {
      throw failure(e);
    } finally {
      // Also where the changes failed us: what is on its way goes before its connection.
      settle();
      bulk.forEach(session -> session.onLoop(() -> session.close("the load is done")));
    }
  }

  private void settle() {
    try {
      for (Round round : inFlight) {
        var _ = round.done().handle((_, _) -> 0).get();
      }
    } catch (InterruptedException | ExecutionException e) {
      Thread.currentThread().interrupt(); // Closed: nothing is waited for.
    }
  }

  private void sendMany(List<FlowChange> first, Iterator<? extends FlowChange> rest) {
    open();
    List<FlowChange> round = new ArrayList<>();
    Iterator<FlowChange> begin = first.iterator();
    while (begin.hasNext() || rest.hasNext()) {
      FlowChange change = begin.hasNext() ? begin.next() : rest.next();
      boolean otherTable = !round.isEmpty() && change.flow().table() != table;
      if (otherTable || round.size() >= BATCH_CHANGES * bulk.size()) {
        send(round, bulk);
        round = new ArrayList<>();
      }
      if (otherTable) {
        awaitAll();
      }
      table = change.flow().table();
      round.add(change);
    }
    send(round, bulk);
  }

  private void send(List<FlowChange> changes, List<Session> sessions) {
    while (inFlight.size() >= ROUNDS_IN_FLIGHT) {
      awaitOldest();
    }
    List<CompletableFuture<?>> batches = new ArrayList<>();
    List<List<FlowChange>> shards = shards(changes, sessions.size());
    for (int i = 0; i < shards.size(); i++) {
      if (!shards.get(i).isEmpty()) {
        ChangeBatch<FlowChange> batch = ChangeBatch.ofFlows(shards.get(i));
        batches.add(batch.future());
        sessions.get(i).submitFromOutside(batch);
      }
    }
    CompletableFuture<Void> done =
        CompletableFuture.allOf(batches.toArray(CompletableFuture[]::new));
    inFlight.add(new Round(changes.size(), done));
  }

  private void awaitAll() {
    while (!inFlight.isEmpty()) {
      awaitOldest();
    }
  }

  private void awaitOldest() {
    var _ = BulkWork.await(inFlight.element().done());
    made += inFlight.remove().changes();
  }

  private void open() {
    List<CompletableFuture<Session>> dialed = new ArrayList<>();
    for (int i = 0; i < bulkConnections; i++) {
      dialed.add(dial.get());
    }
    List<Session> opened = new ArrayList<>();
    bulk = opened;
    dialed.forEach(session -> opened.add(BulkWork.await(session)));
  }

  /** The changes by the hash of their key, in order. */
  private static List<List<FlowChange>> shards(List<FlowChange> changes, int count) {
    if (count == 1) {
      return List.of(changes);
    }
    List<List<FlowChange>> shards = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      shards.add(new ArrayList<>(2 * changes.size() / count));
    }
    for (FlowChange change : changes) {
      Flow flow = change.flow();
      int hash = (31 * flow.match().hashCode() + flow.priority()) * HASH_FACTOR;
      shards.get((int) (((hash & 0xffff_ffffL) * count) >>> 32)).add(change);
    }
    return shards;
  }

  private RuntimeException failure(CompletionException e) {
    Throwable cause = e;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof SessionException.Disconnected disconnected && made > 0) {
      return disconnected.withEffect(SessionException.Effect.UNKNOWN);
    }
    return cause instanceof RuntimeException failure ? failure : e;
  }
}
