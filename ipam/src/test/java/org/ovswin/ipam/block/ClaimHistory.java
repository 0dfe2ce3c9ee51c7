package org.ovswin.ipam.block;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;

/**
 * What many clients asked of a store that was empty at first, and what it answered, with the times
 * of both. {@link ClaimHistoryCheck} judges it; nothing here knows how a store works.
 *
 * <p>All clients must be threads of one process: their times are of one monotonic clock. An answer
 * that is an exception may stand for anything from "never happened" to "happens later".
 *
 * <p>Thread-safe.
 */
public final class ClaimHistory {
  private final List<Operation> operations = new ArrayList<>();
  private final AtomicLong last = new AtomicLong();

  /** One holder of blocks. */
  record Holder(String node, UUID owner) {
    static Holder of(BlockRecord record) {
      return new Holder(record.node(), record.owner());
    }
  }

  /** What was asked. */
  sealed interface Action {
    record Claim(Holder holder, Family family) implements Action {}

    /** In some stores it releases what the node's name still has of a life before. */
    record Register(String node) implements Action {}

    record Release(IpPrefix block) implements Action {}

    record ReleaseNode(String node) implements Action {}

    record Look() implements Action {}
  }

  /** What was answered. */
  sealed interface Answer {
    /** To a claim: all that the holder holds of the family. */
    record Holds(Set<IpPrefix> blocks) implements Answer {}

    /** To a registration. */
    record Done() implements Answer {}

    /** To a claim that got not all it asked for. */
    record Refused() implements Answer {}

    /** To a release of a block or a node: who held what until then. */
    record Ended(Map<IpPrefix, Holder> blocks) implements Answer {}

    /** To a look: who holds what. Blocks that cannot be told are left out of both. */
    record Seen(Map<IpPrefix, Holder> blocks, Set<IpPrefix> unreadable) implements Answer {}

    /** Nobody knows. */
    record Unknown() implements Answer {}
  }

  /**
   * One call.
   *
   * @param invoked and answered: before and after it; no two of a history are equal
   */
  record Operation(Action action, long invoked, long answered, Answer answer) {}

  /** What was recorded so far. */
  public synchronized List<Operation> operations() {
    return List.copyOf(operations);
  }

  /** The contradictions in what was recorded so far, each in a sentence; none if all is well. */
  public List<String> violations() {
    return ClaimHistoryCheck.violations(operations());
  }

  /** A client whose calls are recorded. */
  public Client client(BlockStore store) {
    return new Client(store);
  }

  /** A time after all that were given before. */
  private long time() {
    return last.updateAndGet(before -> Math.max(before + 1, System.nanoTime()));
  }

  private interface Call<T> {
    T run() throws IOException;
  }

  private interface Reading<T> {
    Answer answer(T result);
  }

  private <T> T recorded(Action action, Call<T> call, Reading<T> reading) throws IOException {
    long invoked = time();
    Answer answer = new Answer.Unknown();
    try {
      T result = call.run();
      answer = reading.answer(result);
      return result;
    } finally {
      long answered = time();
      synchronized (this) {
        operations.add(new Operation(action, invoked, answered, answer));
      }
    }
  }

  private static Answer answer(Claim claim) {
    return switch (claim) {
      case Claim.Claimed(List<BlockRecord> held) -> new Answer.Holds(holders(held).keySet());
      case Claim.Exhausted _, Claim.NameTaken _, Claim.BlockTaken _, Claim.Denied _ ->
          new Answer.Refused();
    };
  }

  private static Map<IpPrefix, Holder> holders(Iterable<BlockRecord> records) {
    Map<IpPrefix, Holder> holders = new HashMap<>();
    records.forEach(record -> holders.put(record.block(), Holder.of(record)));
    return Map.copyOf(holders);
  }

  /** A store whose calls are recorded; it throws what the store throws. */
  public final class Client {
    private final BlockStore store;

    private Client(BlockStore store) {
      this.store = store;
    }

    public Registration register(NodeRecord record) throws IOException {
      return recorded(
          new Action.Register(record.node()), () -> store.register(record), _ -> new Answer.Done());
    }

    public Claim claim(String node, UUID owner, Family family, int count) throws IOException {
      return recorded(
          new Action.Claim(new Holder(node, owner), family),
          () -> store.claim(node, owner, family, count),
          ClaimHistory::answer);
    }

    public Claim claim(String node, UUID owner, IpPrefix block) throws IOException {
      return recorded(
          new Action.Claim(new Holder(node, owner), Family.of(block)),
          () -> store.claim(node, owner, block),
          ClaimHistory::answer);
    }

    public Optional<BlockRecord> release(IpPrefix block) throws IOException {
      return recorded(
          new Action.Release(block),
          () -> store.release(block),
          ended -> new Answer.Ended(holders(ended.stream().toList())));
    }

    public List<BlockRecord> releaseNode(String node) throws IOException {
      return recorded(
          new Action.ReleaseNode(node),
          () -> store.releaseNode(node),
          ended -> new Answer.Ended(holders(ended)));
    }

    public ClusterView view() throws IOException {
      return recorded(new Action.Look(), store::view, Client::seen);
    }

    private static Answer seen(ClusterView view) {
      Set<IpPrefix> unreadable = new HashSet<>();
      view.unreadable().forEach(record -> record.block().ifPresent(unreadable::add));
      return new Answer.Seen(
          holders(view.blocks().stream().filter(BlockRecord::isHeld).toList()),
          Set.copyOf(unreadable));
    }
  }
}
