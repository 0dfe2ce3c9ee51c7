package org.ovswin.ipam.block;

import java.util.Optional;
import org.ovswin.ipam.block.ClaimHistory.Holder;

/**
 * One call of a history, for one block: a register that says who holds it.
 *
 * @param until the latest moment at which it took effect; {@link #NEVER} if nobody knows
 */
record BlockStep(Effect effect, long from, long until) {
  static final long NEVER = Long.MAX_VALUE;

  /** What a call means for one block. */
  sealed interface Effect {
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
