package org.ovswin.ipam.block;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.ClaimHistory.Action;
import org.ovswin.ipam.block.ClaimHistory.Answer;
import org.ovswin.ipam.block.ClaimHistory.Holder;
import org.ovswin.ipam.block.ClaimHistory.Operation;

/**
 * Decides from a history alone whether a store kept its word.
 *
 * <p>Each block is looked at by itself, as a register that says who holds it: free at first. Three
 * questions are asked:
 *
 * <ul>
 *   <li><b>Two holders.</b> From the answer to a claim until something is asked that could end it,
 *       the claimer holds the block, whatever else happens. No two such times of one block overlap.
 *   <li><b>Lost.</b> Nothing that is asked and answered inside such a time shows the block free.
 *   <li><b>Not linearizable</b> (Herlihy and Wing, 1990). There is one order of all calls, in which
 *       each takes effect at one moment between its invocation and its answer and in which all
 *       answers are right. This includes the other two, which say more clearly what is wrong.
 * </ul>
 *
 * <p>The search for that order is the one of Wing and Gong: try what can come next, remember which
 * sets of calls led to which holder, and step back from dead ends. A call that nobody knows the end
 * of would double the sets with each; but it is only ever of use right before an answer that is
 * wrong without it, of those that do the same the first is as good as any, and a release of one
 * node is spent before one of whoever holds the block, which can do all that the other can. So
 * there is nothing to try about these. What is searched all the same has a bound.
 */
final class ClaimHistoryCheck {
  private static final long NEVER = Long.MAX_VALUE;

  /** More than any history took that was right; some seconds. */
  private static final int MAX_TURNS = 100_000;

  private ClaimHistoryCheck() {}

  /** The contradictions, each in a sentence. */
  static List<String> violations(List<Operation> history) {
    List<Operation> byTime =
        history.stream().sorted(Comparator.comparingLong(Operation::invoked)).toList();
    List<String> violations = new ArrayList<>();
    for (IpPrefix block : blocks(byTime)) {
      List<Step> steps = steps(byTime, block);
      List<String> clear = new ArrayList<>();
      List<Tenure> tenures = tenures(steps);
      twoHolders(block, tenures, clear);
      lost(block, tenures, steps, clear);
      if (clear.isEmpty()) {
        notLinearizable(block, steps).ifPresent(clear::add);
      }
      violations.addAll(clear);
    }
    return violations;
  }

  private static Set<IpPrefix> blocks(List<Operation> history) {
    Set<IpPrefix> blocks = new TreeSet<>();
    for (Operation operation : history) {
      if (operation.action() instanceof Action.Release(IpPrefix block)) {
        blocks.add(block);
      }
      switch (operation.answer()) {
        case Answer.Holds(Set<IpPrefix> held) -> blocks.addAll(held);
        case Answer.Ended(Map<IpPrefix, Holder> ended) -> blocks.addAll(ended.keySet());
        case Answer.Seen(Map<IpPrefix, Holder> seen, _) -> blocks.addAll(seen.keySet());
        case Answer.Done _, Answer.Refused _, Answer.Unknown _ -> {}
      }
    }
    return blocks;
  }

  /** What a call means for one block. */
  private sealed interface Effect {
    /** The holder got the block, or had it. */
    record Acquired(Holder holder) implements Effect {}

    /** The holder had the block, and has it no more. */
    record Freed(Holder holder) implements Effect {}

    /** Somebody had the block, or nobody. */
    record Seen(Optional<Holder> holder) implements Effect {}

    /** The holder did not have the block. */
    record NotOf(Holder holder) implements Effect {}

    /** No instance of the node had the block. */
    record NotOfNode(String node) implements Effect {}

    /** The holder may have got the block. */
    record MaybeAcquired(Holder holder) implements Effect {}

    /** Whoever has it may have lost it. */
    record MaybeFreed() implements Effect {}

    /** If the node has it, it may have lost it. */
    record MaybeFreedOf(String node) implements Effect {}
  }

  /**
   * One call, for one block.
   *
   * @param until the latest moment at which it took effect
   */
  private record Step(Effect effect, long from, long until) {
    boolean isOptional() {
      return switch (effect) {
        case Effect.MaybeAcquired _, Effect.MaybeFreed _, Effect.MaybeFreedOf _ -> true;
        case Effect.Acquired _, Effect.Freed _, Effect.Seen _, Effect.NotOf _, Effect.NotOfNode _ ->
            false;
      };
    }

    boolean onlyLooks() {
      return switch (effect) {
        case Effect.Seen _, Effect.NotOf _, Effect.NotOfNode _ -> true;
        case Effect.Acquired _,
            Effect.Freed _,
            Effect.MaybeAcquired _,
            Effect.MaybeFreed _,
            Effect.MaybeFreedOf _ ->
            false;
      };
    }

    /** Whether it could end what this holder has. */
    boolean couldEnd(Holder holder) {
      return switch (effect) {
        case Effect.Freed(Holder freed) -> freed.equals(holder);
        case Effect.MaybeFreed _ -> true;
        case Effect.MaybeFreedOf(String node) -> node.equals(holder.node());
        case Effect.Acquired _,
            Effect.Seen _,
            Effect.NotOf _,
            Effect.NotOfNode _,
            Effect.MaybeAcquired _ ->
            false;
      };
    }

    /** Whether it shows that this holder does not have the block. */
    boolean contradicts(Holder holder) {
      return switch (effect) {
        case Effect.Seen(Optional<Holder> seen) -> !seen.equals(Optional.of(holder));
        case Effect.NotOf(Holder other) -> other.equals(holder);
        case Effect.NotOfNode(String node) -> node.equals(holder.node());
        case Effect.Acquired _,
            Effect.Freed _,
            Effect.MaybeAcquired _,
            Effect.MaybeFreed _,
            Effect.MaybeFreedOf _ ->
            false;
      };
    }

    /** Who holds the block after it, if it can happen while this one does. */
    Optional<Optional<Holder>> after(Optional<Holder> before) {
      return switch (effect) {
        case Effect.Acquired(Holder holder) -> acquired(before, holder);
        case Effect.MaybeAcquired(Holder holder) -> acquired(before, holder);
        case Effect.Freed(Holder holder) ->
            before.equals(Optional.of(holder)) ? Optional.of(Optional.empty()) : Optional.empty();
        case Effect.MaybeFreed _ -> Optional.of(Optional.empty());
        case Effect.MaybeFreedOf(String node) ->
            Optional.of(before.filter(holder -> !holder.node().equals(node)));
        case Effect.Seen(Optional<Holder> seen) -> unchanged(before, before.equals(seen));
        case Effect.NotOf(Holder holder) -> unchanged(before, !before.equals(Optional.of(holder)));
        case Effect.NotOfNode(String node) ->
            unchanged(before, before.filter(holder -> holder.node().equals(node)).isEmpty());
      };
    }

    boolean isPossible(Optional<Holder> before) {
      return after(before).isPresent();
    }

    /** Who must have the block before it. */
    Optional<Holder> shown() {
      return switch (effect) {
        case Effect.Freed(Holder holder) -> Optional.of(holder);
        case Effect.Seen(Optional<Holder> holder) -> holder;
        case Effect.Acquired _,
            Effect.NotOf _,
            Effect.NotOfNode _,
            Effect.MaybeAcquired _,
            Effect.MaybeFreed _,
            Effect.MaybeFreedOf _ ->
            Optional.empty();
      };
    }

    private static Optional<Optional<Holder>> acquired(Optional<Holder> before, Holder holder) {
      return before.isEmpty() || before.get().equals(holder)
          ? Optional.of(Optional.of(holder))
          : Optional.empty();
    }

    private static Optional<Optional<Holder>> unchanged(Optional<Holder> before, boolean possible) {
      return possible ? Optional.of(before) : Optional.empty();
    }
  }

  private static List<Step> steps(List<Operation> history, IpPrefix block) {
    List<Step> steps = new ArrayList<>();
    for (Operation operation : history) {
      effect(operation, block)
          .ifPresent(
              effect -> {
                boolean settled = !(operation.answer() instanceof Answer.Unknown);
                steps.add(
                    new Step(effect, operation.invoked(), settled ? operation.answered() : NEVER));
              });
    }
    for (Operation operation : history) {
      steps.addAll(takenAndLost(operation, block, List.copyOf(steps)));
    }
    steps.sort(Comparator.comparingLong(Step::from));
    // A claim that may have happened, and whose effect nobody ever saw, explains nothing.
    Set<Holder> shown = new HashSet<>();
    for (Step step : steps) {
      switch (step.effect()) {
        case Effect.Acquired(Holder holder) -> shown.add(holder);
        case Effect.Freed(Holder holder) -> shown.add(holder);
        case Effect.Seen(Optional<Holder> holder) -> holder.ifPresent(shown::add);
        case Effect.NotOf _,
            Effect.NotOfNode _,
            Effect.MaybeAcquired _,
            Effect.MaybeFreed _,
            Effect.MaybeFreedOf _ -> {}
      }
    }
    steps.removeIf(
        step ->
            step.effect() instanceof Effect.MaybeAcquired(Holder holder)
                && !shown.contains(holder));
    return steps;
  }

  /**
   * What a claim may have got before its answer was decided: a block that it got on its way, and
   * that somebody released at once, it goes on to claim again.
   */
  private static List<Step> takenAndLost(Operation operation, IpPrefix block, List<Step> steps) {
    if (!(operation.action() instanceof Action.Claim(Holder holder, Family family))
        || family != Family.of(block)) {
      return List.of();
    }
    return steps.stream()
        .filter(step -> step.effect().equals(new Effect.Freed(holder)))
        .filter(step -> step.from() < operation.answered() && operation.invoked() < step.until())
        .map(_ -> new Step(new Effect.MaybeAcquired(holder), operation.invoked(), NEVER))
        .toList();
  }

  private static Optional<Effect> effect(Operation operation, IpPrefix block) {
    return switch (operation.action()) {
      case Action.Claim(Holder holder, Family family) ->
          family != Family.of(block)
              ? Optional.empty()
              : switch (operation.answer()) {
                case Answer.Holds(Set<IpPrefix> held) ->
                    Optional.of(
                        held.contains(block)
                            ? new Effect.Acquired(holder)
                            : new Effect.NotOf(holder));
                case Answer.Refused _, Answer.Unknown _ ->
                    Optional.of(new Effect.MaybeAcquired(holder));
                case Answer.Done _, Answer.Ended _, Answer.Seen _ ->
                    throw new IllegalArgumentException();
              };
      case Action.Register(String node) -> Optional.of(new Effect.MaybeFreedOf(node));
      case Action.Release(IpPrefix released) ->
          !released.equals(block)
              ? Optional.empty()
              : switch (operation.answer()) {
                case Answer.Ended(Map<IpPrefix, Holder> ended) ->
                    Optional.of(
                        ended.containsKey(block)
                            ? new Effect.Freed(ended.get(block))
                            : new Effect.Seen(Optional.empty()));
                case Answer.Unknown _ -> Optional.of(new Effect.MaybeFreed());
                case Answer.Done _, Answer.Holds _, Answer.Refused _, Answer.Seen _ ->
                    throw new IllegalArgumentException();
              };
      case Action.ReleaseNode(String node) ->
          switch (operation.answer()) {
            case Answer.Ended(Map<IpPrefix, Holder> ended) ->
                Optional.of(
                    ended.containsKey(block)
                        ? new Effect.Freed(ended.get(block))
                        : new Effect.NotOfNode(node));
            case Answer.Unknown _ -> Optional.of(new Effect.MaybeFreedOf(node));
            case Answer.Done _, Answer.Holds _, Answer.Refused _, Answer.Seen _ ->
                throw new IllegalArgumentException();
          };
      case Action.Look _ ->
          switch (operation.answer()) {
            case Answer.Seen(Map<IpPrefix, Holder> seen, Set<IpPrefix> unreadable) ->
                unreadable.contains(block)
                    ? Optional.empty()
                    : Optional.of(new Effect.Seen(Optional.ofNullable(seen.get(block))));
            case Answer.Unknown _ -> Optional.empty();
            case Answer.Done _, Answer.Holds _, Answer.Refused _, Answer.Ended _ ->
                throw new IllegalArgumentException();
          };
    };
  }

  /** A time in which the holder surely had the block. */
  private record Tenure(Holder holder, long from, long until) {
    boolean overlaps(Tenure other) {
      return from < other.until && other.from < until;
    }
  }

  private static List<Tenure> tenures(List<Step> steps) {
    List<Tenure> tenures = new ArrayList<>();
    for (Step claim : steps) {
      if (claim.effect() instanceof Effect.Acquired(Holder holder)) {
        long until =
            steps.stream()
                .filter(step -> step.couldEnd(holder) && step.until() > claim.from())
                .mapToLong(Step::from)
                .min()
                .orElse(NEVER);
        if (until > claim.until()) {
          tenures.add(new Tenure(holder, claim.until(), until));
        }
      }
    }
    return tenures;
  }

  private static void twoHolders(IpPrefix block, List<Tenure> tenures, List<String> violations) {
    for (int i = 0; i < tenures.size(); i++) {
      for (Tenure other : tenures.subList(0, i)) {
        Tenure tenure = tenures.get(i);
        if (!other.holder().equals(tenure.holder()) && other.overlaps(tenure)) {
          violations.add(
              "block %s has two holders at %d: %s and %s"
                  .formatted(
                      block,
                      Math.max(tenure.from(), other.from()),
                      other.holder(),
                      tenure.holder()));
          return;
        }
      }
    }
  }

  private static void lost(
      IpPrefix block, List<Tenure> tenures, List<Step> steps, List<String> violations) {
    for (Tenure tenure : tenures) {
      for (Step step : steps) {
        boolean inside = step.from() > tenure.from() && step.until() < tenure.until();
        if (inside && step.contradicts(tenure.holder())) {
          violations.add(
              "block %s was lost: %s got it by %d, and %s at %d to %d"
                  .formatted(
                      block,
                      tenure.holder(),
                      tenure.from(),
                      step.effect(),
                      step.from(),
                      step.until()));
          return;
        }
      }
    }
  }

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

  private static Optional<String> notLinearizable(IpPrefix block, List<Step> steps) {
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
  private static List<Integer> next(Reached reached, List<Step> steps) {
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
  private static long answered(Reached reached, List<Step> steps) {
    long answered = NEVER;
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
  private static Optional<Reached> take(Reached reached, int index, List<Step> steps) {
    Step step = steps.get(index);
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

  private static Optional<Reached> freed(Reached reached, List<Step> steps) {
    Effect ofNode = new Effect.MaybeFreedOf(reached.holder().orElseThrow().node());
    return spent(reached, ofNode, steps).or(() -> spent(reached, new Effect.MaybeFreed(), steps));
  }

  private static Optional<Reached> acquired(Reached reached, Step needing, List<Step> steps) {
    return needing
        .shown()
        .flatMap(holder -> spent(reached, new Effect.MaybeAcquired(holder), steps));
  }

  /** Spends the first step of this effect that was invoked by now. */
  private static Optional<Reached> spent(Reached reached, Effect effect, List<Step> steps) {
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
  private static Reached withoutChoice(Reached reached, List<Step> steps) {
    Reached more = reached;
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int index : next(more, steps)) {
        Step step = steps.get(index);
        if (step.onlyLooks() && step.isPossible(more.holder())) {
          more = more.with(index, more.holder());
          changed = true;
        }
      }
    }
    return more;
  }
}
