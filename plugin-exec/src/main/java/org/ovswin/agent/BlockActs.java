package org.ovswin.agent;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.Claim;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.NodeRecord;

/**
 * A block more or less for this node because somebody asked for it. Part of {@link ClusterSide}, on
 * its thread: every call blocks.
 */
final class BlockActs {
  /** The reconciler makes a step and syncs. */
  private static final Duration DROP_PATIENCE = Duration.ofSeconds(5);

  private final NodeRecord self;
  private final Consumer<Event> tell;
  private final Map<IpPrefix, BlockRecord> released = new HashMap<>();

  BlockActs(NodeRecord self, Consumer<Event> tell) {
    this.self = self;
    this.tell = tell;
  }

  /** Blocks that were given back, each with its claim's record: a view may still show that one. */
  Map<IpPrefix, BlockRecord> released() {
    return released;
  }

  /** These are the node's again, if they were not. */
  void claimed(List<BlockRecord> held) {
    held.forEach(record -> released.remove(record.block()));
  }

  /** Claims one more block; completes with it when addresses may be given from it. */
  void claimOneMore(BlockStore store, Family family, CompletableFuture<IpPrefix> done)
      throws IOException {
    List<IpPrefix> before = heldOf(store.view(), family);
    switch (store.claim(self.node(), self.owner(), family, before.size() + 1)) {
      case Claim.Claimed(List<BlockRecord> held) -> {
        IpPrefix added =
            held.stream()
                .map(BlockRecord::block)
                .filter(block -> !before.contains(block))
                .findFirst()
                .orElseThrow(() -> new IOException("the claim gave no further block"));
        released.remove(added);
        CompletableFuture<Void> adopted = new CompletableFuture<>();
        tell.accept(
            new Event.BlocksMoved(List.of(added), List.of(), Set.of(added), Map.of(), adopted));
        var _ =
            adopted.whenComplete(
                (_, problem) -> {
                  if (problem == null) {
                    done.complete(added);
                  } else {
                    done.completeExceptionally(problem);
                  }
                });
      }
      case Claim refusal -> done.completeExceptionally(new IOException(message(refusal)));
    }
  }

  private List<IpPrefix> heldOf(ClusterView now, Family family) {
    return now.blocksOf(self.node()).stream()
        .map(BlockRecord::block)
        .filter(block -> Family.of(block) == family)
        .toList();
  }

  /** What came of it, for a person. */
  static String message(Claim claim) {
    return switch (claim) {
      case Claim.Claimed(List<BlockRecord> held) -> "claimed " + held;
      case Claim.Exhausted exhausted -> exhausted.message();
      case Claim.NameTaken taken -> taken.message();
      case Claim.BlockTaken taken -> taken.message();
      case Claim.Denied denied -> denied.message();
    };
  }

  /** Gives a block back that no pod has an address of; afterwards it may be another node's. */
  void giveBack(BlockStore store, IpPrefix block) throws IOException {
    // Asked first: while the store is away the node keeps what it has.
    Optional<BlockRecord> record = store.view().block(block);
    CompletableFuture<Void> dropped = new CompletableFuture<>();
    tell.accept(new Event.DropBlock(block, dropped));
    try {
      // The last address of it may be given until the database is without the block.
      dropped.get(DROP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IOException(String.valueOf(e.getMessage()), e);
    } catch (TimeoutException e) {
      throw new IOException("the block was not dropped in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the agent is stopping", e);
    }
    // Before: a view that still shows the claim must not bring the block back.
    record.ifPresent(held -> released.put(block, held));
    try {
      store.release(block);
    } catch (IOException e) {
      released.remove(block);
      throw e;
    }
  }
}
