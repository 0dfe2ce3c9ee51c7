package org.ovswin.openflow.session;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Predicate;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;

/**
 * One attempt to make the switch's flows the desired ones, in memory that does not grow with the
 * flows but by 25 bytes of {@link FlowIndex} each. Blocks; one thread.
 */
final class Reconcile {
  /** A difference up to this is made in one bundle, which the switch commits in about 10 ms. */
  static final int MAX_BUNDLE = 2048;

  /** So many flows that are too much are held; of more, only that they exist. */
  private static final int MAX_EXTRAS = 2 * MAX_BUNDLE;

  /** Where the flows of a reconcile come from and go to. */
  interface Bridge {
    /** The connection that is kept. */
    Session kept();

    /** One more connection. */
    Session dial();

    void apply(List<FlowChange> changes);

    void load(Iterable<FlowChange> changes);
  }

  private final Bridge bridge;
  private final long cookie;
  private final long cookieMask;
  private final Iterable<Flow> desired;
  private final Predicate<Flow> removable;

  private final List<Flow> extras = new ArrayList<>();
  private long removed;
  private long kept;

  Reconcile(
      Bridge bridge,
      long cookie,
      long cookieMask,
      Iterable<Flow> desired,
      Predicate<Flow> removable) {
    this.bridge = bridge;
    this.cookie = cookie;
    this.cookieMask = cookieMask;
    this.desired = desired;
    this.removable = removable;
  }

  /**
   * Dumps, compares and applies.
   *
   * @throws SessionException the connection went, or the switch refused a change
   * @throws IllegalArgumentException the desired flows contradict each other
   */
  Reconciled run() {
    Session session = bridge.kept();
    FlowIndex index;
    try (FlowDump dump = FlowDump.start(session, cookie, cookieMask)) {
      // Asked first, the switch makes its answer meanwhile.
      index = FlowIndex.of(desired, cookie, cookieMask, session.version());
      for (var flow = dump.next(); flow.isPresent(); flow = dump.next()) {
        compare(index, flow.get());
      }
    }

    int wrong = index.missing() + index.different();
    Counted changes = new Counted(index);
    if (wrong + removed <= MAX_BUNDLE) {
      List<FlowChange> all = new ArrayList<>();
      if (wrong > 0) {
        changes.forEach(all::add);
      }
      all.addAll(deletes());
      if (!all.isEmpty()) {
        bridge.apply(all);
      }
    } else {
      if (wrong > 0) {
        bridge.load(changes);
      }
      deleteMany(index);
    }
    return new Reconciled(index.size() - wrong, changes.added, changes.modified, removed, kept);
  }

  private void compare(FlowIndex index, Flow flow) {
    if (index.observe(flow) != FlowIndex.Observed.EXTRA) {
      return;
    }
    if (!removable.test(flow)) {
      kept++;
      return;
    }
    removed++;
    if (extras.size() < MAX_EXTRAS) {
      extras.add(flow);
    }
  }

  /** From the first table to the last. */
  private List<FlowChange> deletes() {
    return extras.stream()
        .sorted(Comparator.comparingInt(Flow::table))
        .<FlowChange>map(FlowChange.DeleteStrict::new)
        .toList();
  }

  private void deleteMany(FlowIndex index) {
    if (removed <= extras.size()) {
      if (removed > 0) {
        bridge.load(deletes());
      }
      return;
    }
    extras.clear();
    // The switch dumps from the first table to the last. The dump has a connection of its own,
    // since it waits while the deletes are made.
    Session session = bridge.dial();
    try (FlowDump dump = FlowDump.start(session, cookie, cookieMask)) {
      bridge.load(() -> new Deletes(dump, index));
    } finally {
      session.onLoop(() -> session.close("the dump is done"));
    }
  }

  /** What differs, as changes, in the order of the desired flows; counts as it goes. */
  private final class Counted implements Iterable<FlowChange> {
    private final FlowIndex index;
    private long added;
    private long modified;

    Counted(FlowIndex index) {
      this.index = index;
    }

    @Override
    public Iterator<FlowChange> iterator() {
      Iterator<Flow> flows = desired.iterator();
      return new Pulled<>() {
        @Override
        Optional<FlowChange> pull() {
          while (flows.hasNext()) {
            Optional<FlowChange> change = index.change(flows.next());
            if (change.isPresent()) {
              count(change.get());
              return change;
            }
          }
          return Optional.empty();
        }
      };
    }

    private void count(FlowChange change) {
      if (change instanceof FlowChange.ModifyStrict) {
        modified++;
      } else {
        added++;
      }
    }
  }

  /** What is too much, as changes, as the dump shows it. */
  private final class Deletes extends Pulled<FlowChange> {
    private final FlowDump dump;
    private final FlowIndex index;

    Deletes(FlowDump dump, FlowIndex index) {
      this.dump = dump;
      this.index = index;
    }

    @Override
    Optional<FlowChange> pull() {
      for (var flow = dump.next(); flow.isPresent(); flow = dump.next()) {
        if (index.isExtra(flow.get()) && removable.test(flow.get())) {
          return flow.map(FlowChange.DeleteStrict::new);
        }
      }
      return Optional.empty();
    }
  }

  /** An iterator of what one method gives. */
  private abstract static class Pulled<T> implements Iterator<T> {
    private Optional<T> ahead = Optional.empty();
    private boolean ended;

    /** The next; nothing at the end. */
    abstract Optional<T> pull();

    @Override
    public boolean hasNext() {
      if (ahead.isEmpty() && !ended) {
        ahead = pull();
        ended = ahead.isEmpty();
      }
      return ahead.isPresent();
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      T next = ahead.orElseThrow();
      ahead = Optional.empty();
      return next;
    }
  }
}
