package org.ovswin.ipam.block;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
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
 * sets of calls led to which holder, and step back from dead ends.
 */
final class ClaimHistoryCheck {
  private static final long NEVER = Long.MAX_VALUE;

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
        case Answer.Refused _, Answer.Unknown _ -> {}
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
                case Answer.Ended _, Answer.Seen _ -> throw new IllegalArgumentException();
              };
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
                case Answer.Holds _, Answer.Refused _, Answer.Seen _ ->
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
            case Answer.Holds _, Answer.Refused _, Answer.Seen _ ->
                throw new IllegalArgumentException();
          };
      case Action.Look _ ->
          switch (operation.answer()) {
            case Answer.Seen(Map<IpPrefix, Holder> seen, Set<IpPrefix> unreadable) ->
                unreadable.contains(block)
                    ? Optional.empty()
                    : Optional.of(new Effect.Seen(Optional.ofNullable(seen.get(block))));
            case Answer.Unknown _ -> Optional.empty();
            case Answer.Holds _, Answer.Refused _, Answer.Ended _ ->
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

  /** A set of steps that have happened, and who holds the block after them in some order. */
  private record Reached(BitSet done, Optional<Holder> holder) {}

  private static Optional<String> notLinearizable(IpPrefix block, List<Step> steps) {
    Set<Reached> seen = new HashSet<>();
    Deque<Reached> open = new ArrayDeque<>();
    open.push(new Reached(new BitSet(steps.size()), Optional.empty()));
    Reached furthest = open.peek();
    while (!open.isEmpty()) {
      Reached reached = withoutChoice(open.pop(), steps);
      if (!seen.add(reached)) {
        continue;
      }
      if (reached.done().cardinality() > furthest.done().cardinality()) {
        furthest = reached;
      }
      List<Integer> next = next(reached, steps);
      if (next.isEmpty()) {
        return Optional.empty();
      }
      for (int index : next) {
        steps
            .get(index)
            .after(reached.holder())
            .ifPresent(holder -> open.push(new Reached(with(reached.done(), index), holder)));
      }
    }
    int stuck = furthest.done().nextClearBit(0);
    return Optional.of(
        "block %s: no order of the calls explains the answers; the longest holds by %s and then %s"
            .formatted(block, furthest.holder(), steps.get(stuck)));
  }

  /**
   * What can come next: invoked before anything that is left over was answered. Empty if nothing
   * that must happen is left over.
   */
  private static List<Integer> next(Reached reached, List<Step> steps) {
    long answered = NEVER;
    boolean mustGoOn = false;
    for (int i = reached.done().nextClearBit(0);
        i < steps.size() && steps.get(i).from() <= answered;
        i = reached.done().nextClearBit(i + 1)) {
      if (!steps.get(i).isOptional()) {
        mustGoOn = true;
        answered = Math.min(answered, steps.get(i).until());
      }
    }
    List<Integer> next = new ArrayList<>();
    if (mustGoOn) {
      for (int i = reached.done().nextClearBit(0);
          i < steps.size() && steps.get(i).from() <= answered;
          i = reached.done().nextClearBit(i + 1)) {
        next.add(i);
      }
    }
    return next;
  }

  /** Takes at once what only looks and is right: to take it later cannot be better. */
  private static Reached withoutChoice(Reached reached, List<Step> steps) {
    BitSet done = (BitSet) reached.done().clone();
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int index : next(new Reached(done, reached.holder()), steps)) {
        Step step = steps.get(index);
        if (step.onlyLooks() && step.after(reached.holder()).isPresent()) {
          done.set(index);
          changed = true;
        }
      }
    }
    return new Reached(done, reached.holder());
  }

  private static BitSet with(BitSet done, int index) {
    BitSet more = (BitSet) done.clone();
    more.set(index);
    return more;
  }
}
