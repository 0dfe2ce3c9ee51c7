package org.ovswin.ipam.block;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;

/**
 * The next thing to do for a claim. Decided from a view alone, and so the same in every store: a
 * store reads the view, makes the step if the record is still as it was, and asks again, until it
 * is {@link Done}.
 */
public sealed interface ClaimStep {

  /** Nothing is to be done any more. */
  record Done(Claim claim) implements ClaimStep {}

  /**
   * Write this record.
   *
   * @param replaced the record that must be there until then; empty: there must be none
   */
  record Take(BlockRecord record, Optional<BlockRecord> replaced) implements ClaimStep {}

  /**
   * Decides on {@link BlockStore#claim(String, UUID, Family, int)}.
   *
   * @throws IllegalArgumentException if the count is not positive
   */
  static ClaimStep next(
      ClusterView view,
      String node,
      UUID owner,
      Family family,
      int count,
      Instant now,
      Duration grace) {
    if (count < 1) {
      throw new IllegalArgumentException("count: " + count + " (expected: at least 1)");
    }
    Optional<ClaimStep> refused = refusal(view, node, owner);
    if (refused.isPresent()) {
      return refused.get();
    }
    List<BlockRecord> held = held(view, node, owner, family);
    if (held.size() >= count) {
      return new Done(new Claim.Claimed(held));
    }
    List<BlockRecord> released =
        view.blocks().stream()
            .filter(block -> !block.isHeld() && Family.of(block.block()) == family)
            .filter(block -> view.ranges().isBlock(block.block()))
            .toList();
    Optional<BlockRecord> own =
        released.stream().filter(block -> block.node().equals(node)).findFirst();
    if (own.isPresent()) {
      return take(own.get().block(), node, owner, now, own);
    }
    Optional<IpPrefix> lowest = lowestNeverTaken(view, family);
    if (lowest.isPresent()) {
      return take(lowest.get(), node, owner, now, Optional.empty());
    }
    Optional<BlockRecord> oldest =
        released.stream()
            .filter(block -> !block.isInGrace(now, grace))
            .min(Comparator.comparing(block -> block.releasedAt().orElse(now)));
    if (oldest.isPresent()) {
      return take(oldest.get().block(), node, owner, now, oldest);
    }
    return new Done(exhausted(view, family, released, now, grace));
  }

  /** Decides on {@link BlockStore#claim(String, UUID, IpPrefix)}. */
  static ClaimStep next(
      ClusterView view, String node, UUID owner, IpPrefix block, Instant now, Duration grace) {
    Optional<ClaimStep> refused = refusal(view, node, owner);
    if (refused.isPresent()) {
      return refused.get();
    }
    if (!view.ranges().isBlock(block)) {
      return denied("block: " + block + " (expected: one of " + view.ranges() + ")");
    }
    for (UnreadableRecord record : view.unreadable()) {
      if (record.block().filter(block::equals).isPresent()) {
        return denied("block: " + block + " (expected: one whose record can be read): " + record);
      }
    }
    Optional<BlockRecord> present = view.block(block);
    if (present.isEmpty()) {
      return take(block, node, owner, now, Optional.empty());
    }
    BlockRecord record = present.get();
    if (record.isHeldBy(node, owner)) {
      return new Done(new Claim.Claimed(held(view, node, owner, Family.of(block))));
    }
    boolean free =
        !record.isHeld() && (record.node().equals(node) || !record.isInGrace(now, grace));
    return free
        ? take(block, node, owner, now, present)
        : new Done(new Claim.BlockTaken(block, record));
  }

  private static ClaimStep denied(String reason) {
    return new Done(new Claim.Denied(reason));
  }

  private static ClaimStep take(
      IpPrefix block, String node, UUID owner, Instant now, Optional<BlockRecord> replaced) {
    return new Take(BlockRecord.claimed(block, node, owner, now), replaced);
  }

  private static Optional<ClaimStep> refusal(ClusterView view, String node, UUID owner) {
    NodeRecord.requireName(node);
    Optional<NodeRecord> registered = view.node(node);
    if (registered.isEmpty()) {
      return Optional.of(
          denied("node " + node + ": is not registered (expected: a registration before a claim)"));
    }
    return registered.get().owner().equals(owner)
        ? Optional.empty()
        : Optional.of(new Done(new Claim.NameTaken(registered.get(), owner)));
  }

  private static List<BlockRecord> held(ClusterView view, String node, UUID owner, Family family) {
    return view.blocks().stream()
        .filter(block -> block.isHeldBy(node, owner) && Family.of(block.block()) == family)
        .toList();
  }

  private static Optional<IpPrefix> lowestNeverTaken(ClusterView view, Family family) {
    Set<IpPrefix> recorded = new HashSet<>();
    view.blocks().forEach(block -> recorded.add(block.block()));
    view.unreadable().forEach(record -> record.block().ifPresent(recorded::add));
    for (ClusterRange range : view.ranges().of(family).ranges()) {
      // Ends after as many steps as there are records, however large the range is.
      for (long index = 0; index < range.blockCount(); index++) {
        IpPrefix block = range.block(index);
        if (!recorded.contains(block)) {
          return Optional.of(block);
        }
      }
    }
    return Optional.empty();
  }

  private static Claim exhausted(
      ClusterView view, Family family, List<BlockRecord> released, Instant now, Duration grace) {
    List<Instant> ends =
        released.stream()
            .filter(block -> block.isInGrace(now, grace))
            .flatMap(block -> block.releasedAt().stream())
            .map(time -> time.plus(grace))
            .sorted()
            .toList();
    return new Claim.Exhausted(
        family,
        view.ranges().of(family),
        view.ranges().blockCount(family),
        ends.size(),
        ends.stream().findFirst());
  }
}
