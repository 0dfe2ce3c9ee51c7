package org.ovswin.ipam.block;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockStep.Effect;
import org.ovswin.ipam.block.ClaimHistory.Holder;

/**
 * One order of all calls about a block, in which each takes effect at one moment between its
 * invocation and its answer and in which all answers are right.
 *
 * <p>The search for that order is the one of Wing and Gong: try what can come next, remember which
 * sets of calls led to which holder, and step back from dead ends. A call that nobody knows the end
 * of would double the sets with each; but it is only ever of use right before an answer that is
 * wrong without it, of those that do the same the first is as good as any, and a release of one
 * node is spent before one of whoever holds the block, which can do all that the other can. So
 * there is nothing to try about these. What is searched all the same has a bound.
 */
final class LinearOrder {
  /** More than any history took that was right; some seconds. */
  private static final int MAX_TURNS = 100_000;

  private LinearOrder() {}

  /**
   * A way to explain some of the steps.
   *
   * @param done of those that must happen
   * @param spent of those that may have happened
   */
  private record Reached(BitSet done, BitSet spent, Optional<Holder> holder) {
    Reached with(int step, Optional<Holder> after) {
      return new Reached(Reached.with(done, step), spent, after);
    }

    Reached spending(int step, Optional<Holder> after) {
      return new Reached(done, Reached.with(spent, step), after);
    }

    private static BitSet with(BitSet steps, int step) {
      BitSet more = (BitSet) steps.clone();
      more.set(step);
      return more;
    }
  }

  /** What can be reached from there is the less the more is spent. */
  private record Place(BitSet done, Optional<Holder> holder) {
    static Place of(Reached reached) {
      return new Place(reached.done(), reached.holder());
    }
  }

  /** Empty if there is one; else how far the longest goes. */
  static Optional<String> missing(IpPrefix block, List<BlockStep> steps) {
    Map<Place, List<BitSet>> seen = new HashMap<>();
    Deque<Reached> open = new ArrayDeque<>();
    open.push(new Reached(new BitSet(), new BitSet(), Optional.empty()));
    Reached furthest = open.peek();
    for (int turn = 0; !open.isEmpty(); turn++) {
      if (turn == MAX_TURNS) {
        return Optional.of(
            "block %s: cannot be told after %d tries, with %d calls (expected: a shorter history)"
                .formatted(block, turn, steps.size()));
      }
      Reached reached = withoutChoice(open.pop(), steps);
      List<BitSet> spent = seen.computeIfAbsent(Place.of(reached), _ -> new ArrayList<>());
      if (spent.stream().anyMatch(less -> isWithin(less, reached.spent()))) {
        continue;
      }
      spent.add(reached.spent());
      if (reached.done().cardinality() > furthest.done().cardinality()) {
        furthest = reached;
      }
      List<Integer> next = next(reached, steps);
      if (next.isEmpty()) {
        return Optional.empty();
      }
      // The first is tried first.
      for (int index : next.reversed()) {
        take(reached, index, steps).ifPresent(open::push);
      }
    }
    int stuck = next(furthest, steps).getFirst();
    return Optional.of(
        "block %s: no order of the calls explains the answers; the longest holds by %s and then %s"
            .formatted(block, furthest.holder(), steps.get(stuck)));
  }

  private static boolean isWithin(BitSet less, BitSet more) {
    BitSet rest = (BitSet) less.clone();
    rest.andNot(more);
    return rest.isEmpty();
  }

  /**
   * Those that must happen and can come next: invoked before anything that is left over was
   * answered. Empty if none is left over.
   */
  private static List<Integer> next(Reached reached, List<BlockStep> steps) {
    long answered = answered(reached, steps);
    List<Integer> next = new ArrayList<>();
    for (int i = reached.done().nextClearBit(0);
        i < steps.size() && steps.get(i).from() <= answered;
        i = reached.done().nextClearBit(i + 1)) {
      if (!steps.get(i).isOptional()) {
        next.add(i);
      }
    }
    return next;
  }

  /** When the first of those was answered that must happen and are left over. */
  private static long answered(Reached reached, List<BlockStep> steps) {
    long answered = BlockStep.NEVER;
    for (int i = reached.done().nextClearBit(0);
        i < steps.size() && steps.get(i).from() <= answered;
        i = reached.done().nextClearBit(i + 1)) {
      if (!steps.get(i).isOptional()) {
        answered = Math.min(answered, steps.get(i).until());
      }
    }
    return answered;
  }

  /** Takes a step, after others that may have happened if it needs them; empty if it cannot be. */
  private static Optional<Reached> take(Reached reached, int index, List<BlockStep> steps) {
    BlockStep step = steps.get(index);
    Optional<Reached> before = Optional.of(reached);
    if (!step.isPossible(reached.holder())) {
      if (reached.holder().isPresent()) {
        before = freed(reached, steps);
      }
      if (before.isPresent() && !step.isPossible(Optional.empty())) {
        before = acquired(before.get(), step, steps);
      }
    }
    return before.flatMap(
        ready -> step.after(ready.holder()).map(holder -> ready.with(index, holder)));
  }

  private static Optional<Reached> freed(Reached reached, List<BlockStep> steps) {
    Effect ofNode = new Effect.MaybeFreedOf(reached.holder().orElseThrow().node());
    return spent(reached, ofNode, steps).or(() -> spent(reached, new Effect.MaybeFreed(), steps));
  }

  private static Optional<Reached> acquired(
      Reached reached, BlockStep needing, List<BlockStep> steps) {
    return needing
        .shown()
        .flatMap(holder -> spent(reached, new Effect.MaybeAcquired(holder), steps));
  }

  /** Spends the first step of this effect that was invoked by now. */
  private static Optional<Reached> spent(Reached reached, Effect effect, List<BlockStep> steps) {
    long answered = answered(reached, steps);
    for (int i = reached.spent().nextClearBit(0);
        i < steps.size() && steps.get(i).from() <= answered;
        i = reached.spent().nextClearBit(i + 1)) {
      if (steps.get(i).effect().equals(effect)) {
        int index = i;
        return steps.get(i).after(reached.holder()).map(after -> reached.spending(index, after));
      }
    }
    return Optional.empty();
  }

  /** Takes at once what only looks and is right: to take it later cannot be better. */
  private static Reached withoutChoice(Reached reached, List<BlockStep> steps) {
    Reached more = reached;
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int index : next(more, steps)) {
        BlockStep step = steps.get(index);
        if (step.onlyLooks() && step.isPossible(more.holder())) {
          more = more.with(index, more.holder());
          changed = true;
        }
      }
    }
    return more;
  }
}
