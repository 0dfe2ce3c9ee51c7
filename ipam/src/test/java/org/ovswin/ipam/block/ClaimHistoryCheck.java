package org.ovswin.ipam.block;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockStep.Effect;
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
 */
final class ClaimHistoryCheck {
  private ClaimHistoryCheck() {}

  /** The contradictions, each in a sentence. */
  static List<String> violations(List<Operation> history) {
    List<Operation> byTime =
        history.stream().sorted(Comparator.comparingLong(Operation::invoked)).toList();
    List<String> violations = new ArrayList<>();
    for (IpPrefix block : blocks(byTime)) {
      List<BlockStep> steps = steps(byTime, block);
      List<String> clear = new ArrayList<>();
      List<Tenure> tenures = tenures(steps);
      twoHolders(block, tenures, clear);
      lost(block, tenures, steps, clear);
      if (clear.isEmpty()) {
        LinearOrder.missing(block, steps).ifPresent(clear::add);
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

  private static List<BlockStep> steps(List<Operation> history, IpPrefix block) {
    List<BlockStep> steps = new ArrayList<>();
    for (Operation operation : history) {
      effect(operation, block)
          .ifPresent(
              effect -> {
                boolean settled = !(operation.answer() instanceof Answer.Unknown);
                steps.add(
                    new BlockStep(
                        effect,
                        operation.invoked(),
                        settled ? operation.answered() : BlockStep.NEVER));
              });
    }
    for (Operation operation : history) {
      steps.addAll(takenAndLost(operation, block, List.copyOf(steps)));
    }
    steps.sort(Comparator.comparingLong(BlockStep::from));
    // A claim that may have happened, and whose effect nobody ever saw, explains nothing.
    Set<Holder> shown = new HashSet<>();
    for (BlockStep step : steps) {
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
  private static List<BlockStep> takenAndLost(
      Operation operation, IpPrefix block, List<BlockStep> steps) {
    if (!(operation.action() instanceof Action.Claim(Holder holder, Family family))
        || family != Family.of(block)) {
      return List.of();
    }
    return steps.stream()
        .filter(step -> step.effect().equals(new Effect.Freed(holder)))
        .filter(step -> step.from() < operation.answered() && operation.invoked() < step.until())
        .map(
            _ ->
                new BlockStep(
                    new Effect.MaybeAcquired(holder), operation.invoked(), BlockStep.NEVER))
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

  private static List<Tenure> tenures(List<BlockStep> steps) {
    List<Tenure> tenures = new ArrayList<>();
    for (BlockStep claim : steps) {
      if (claim.effect() instanceof Effect.Acquired(Holder holder)) {
        long until =
            steps.stream()
                .filter(step -> step.couldEnd(holder) && step.until() > claim.from())
                .mapToLong(BlockStep::from)
                .min()
                .orElse(BlockStep.NEVER);
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
      IpPrefix block, List<Tenure> tenures, List<BlockStep> steps, List<String> violations) {
    for (Tenure tenure : tenures) {
      for (BlockStep step : steps) {
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
}
