package org.ovswin.openflow.session;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;

/**
 * Brings any number of changes to the switch in rounds: a round is one bundle on each of several
 * connections, and is committed when the switch has refused nothing in any of them and all rounds
 * before it are committed. The messages of the rounds that follow are on their way meanwhile.
 *
 * <p>A round has the changes of one table, or it is one bundle: between connections there is no
 * order. Changes of one key go over one connection. Blocks; one thread, one run.
 */
final class Load {
  /** Changes in a bundle; the switch holds 0.6 KB for each until the commit. */
  static final int BUNDLE_CHANGES = 2048;

  private static final int ROUNDS_IN_FLIGHT = 3;
  private static final int HASH_FACTOR = 0x9e37_79b9;

  /** A bundle and where it was sent. */
  private record Sent(Session session, FlowBundle bundle) {}

  private final Session kept;
  private final Supplier<CompletableFuture<Session>> dial;
  private final int bulkConnections;

  private final Queue<CompletableFuture<Integer>> inFlight = new ArrayDeque<>();
  private CompletableFuture<Integer> last = CompletableFuture.completedFuture(0);
  private List<Session> bulk = List.of();
  private long committed;

  /**
   * @param kept takes what fits into one bundle
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
      List<FlowChange> round = new ArrayList<>();
      boolean oneTable = true;
      for (FlowChange change : changes) {
        boolean sameTable = round.isEmpty() || tableOf(round.getLast()) == tableOf(change);
        int bound = oneTable && sameTable ? BUNDLE_CHANGES * bulkConnections : BUNDLE_CHANGES;
        if (round.size() >= bound) {
          send(round);
          round = new ArrayList<>();
          oneTable = true;
        } else {
          oneTable &= sameTable;
        }
        round.add(change);
      }
      if (!round.isEmpty()) {
        send(round);
      }
      while (!inFlight.isEmpty()) {
        committed += inFlight.remove().join();
      }
      return new Loaded(committed, Math.max(1, bulk.size()));
    } catch (CompletionException e) {
      throw failure(e);
    } finally {
      // Also where the changes failed us: what the switch has taken in is committed before its
      // connection goes.
      var _ = last.handle((_, _) -> 0).join();
      bulk.forEach(session -> session.onLoop(() -> session.close("the load is done")));
    }
  }

  private static int tableOf(FlowChange change) {
    return change.flow().table();
  }

  private void send(List<FlowChange> round) {
    if (inFlight.size() >= ROUNDS_IN_FLIGHT) {
      committed += inFlight.remove().join();
    }
    List<Sent> bundles = new ArrayList<>();
    if (round.size() <= BUNDLE_CHANGES) {
      bundles.add(new Sent(bulk.isEmpty() ? kept : bulk.getFirst(), FlowBundle.held(round)));
    } else {
      open();
      List<List<FlowChange>> shards = shards(round);
      for (int i = 0; i < shards.size(); i++) {
        if (!shards.get(i).isEmpty()) {
          bundles.add(new Sent(bulk.get(i), FlowBundle.held(shards.get(i))));
        }
      }
    }
    for (Sent sent : bundles) {
      sent.session().submitFromOutside(sent.bundle());
    }
    last = settle(last, bundles, round.size());
    inFlight.add(last);
  }

  private void open() {
    if (!bulk.isEmpty()) {
      return;
    }
    List<CompletableFuture<Session>> dialed = new ArrayList<>();
    for (int i = 0; i < bulkConnections; i++) {
      dialed.add(dial.get());
    }
    List<Session> opened = new ArrayList<>();
    bulk = opened;
    dialed.forEach(session -> opened.add(session.join()));
  }

  private List<List<FlowChange>> shards(List<FlowChange> round) {
    List<List<FlowChange>> shards = new ArrayList<>();
    for (int i = 0; i < bulk.size(); i++) {
      shards.add(new ArrayList<>(2 * round.size() / bulk.size()));
    }
    for (FlowChange change : round) {
      Flow flow = change.flow();
      int hash = (31 * flow.match().hashCode() + flow.priority()) * HASH_FACTOR;
      shards.get((int) (((hash & 0xffff_ffffL) * bulk.size()) >>> 32)).add(change);
    }
    return shards;
  }

  /** Commits, or discards where anything went wrong before or here. */
  private static CompletableFuture<Integer> settle(
      CompletableFuture<Integer> before, List<Sent> bundles, int changes) {
    CompletableFuture<Void> checked =
        allOf(bundles.stream().<CompletableFuture<?>>map(sent -> sent.bundle().checked()).toList());
    CompletableFuture<Void> done =
        allOf(bundles.stream().<CompletableFuture<?>>map(sent -> sent.bundle().future()).toList());
    return before
        .handle((_, failure) -> Optional.ofNullable(failure))
        .thenCombine(
            checked.handle((_, failure) -> Optional.ofNullable(failure)),
            (earlier, own) -> earlier.or(() -> own).or(() -> refused(bundles, changes)))
        .thenCompose(
            failure -> {
              if (failure.isEmpty()) {
                bundles.forEach(sent -> sent.bundle().commit(sent.session()));
                return done.thenApply(_ -> changes);
              }
              bundles.forEach(sent -> sent.bundle().discard(sent.session()));
              return done.handle((_, _) -> 0)
                  .thenCompose(_ -> CompletableFuture.failedFuture(failure.get()));
            });
  }

  private static CompletableFuture<Void> allOf(List<CompletableFuture<?>> futures) {
    return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new));
  }

  private static Optional<Throwable> refused(List<Sent> bundles, int changes) {
    List<SessionException.ChangesRefused.Refusal> refusals = new ArrayList<>();
    int refused = 0;
    for (Sent sent : bundles) {
      refused += sent.bundle().checked().getNow(0);
      refusals.addAll(sent.bundle().refusals());
    }
    return refused == 0
        ? Optional.empty()
        : Optional.of(new SessionException.ChangesRefused(refusals, changes, refused));
  }

  private RuntimeException failure(CompletionException e) {
    Throwable cause = e;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof SessionException.Disconnected disconnected && committed > 0) {
      return disconnected.withEffect(SessionException.Effect.UNKNOWN);
    }
    return cause instanceof RuntimeException failure ? failure : e;
  }
}
