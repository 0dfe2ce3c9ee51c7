package org.ovswin.ipam.block;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;

/**
 * Who holds which block of the cluster's ranges, and who the nodes are. Every implementation passes
 * {@code BlockStoreContract}.
 *
 * <p>The protocol is the same in each. There is one record per node and one per block. A claim
 * creates a block's record that must not exist yet, or replaces one that nobody holds and that
 * nobody else has replaced since it was read. Whatever happens to whom, no block has two holders,
 * and no name two owners. What is claimed is decided by {@link ClaimStep}, the same for all.
 *
 * <p>Thread-safe. An {@link IOException} says that the store could not be reached or written. What
 * was asked for may have happened all the same, so every call may be made again: none does more the
 * second time.
 */
public interface BlockStore extends AutoCloseable {

  /** What and where this store is, for people, without secrets: "directory /var/lib/ovs-win". */
  String description();

  /**
   * The id of the cluster that this was opened with. While the store shows another or none, views,
   * claims and changes of ranges fail with {@link NoClusterException}.
   */
  UUID clusterId();

  /** Whether the store can be worked with, as far as is known now. Never blocks. */
  StoreHealth health();

  /** All records, read now. */
  ClusterView view() throws IOException;

  /** Adds a range. Nodes that are running use it from now on. */
  RangeChange addRange(ClusterRange range) throws IOException;

  /** Removes a range that no node holds a block of, and none that was released just now. */
  RangeChange removeRange(IpPrefix prefix) throws IOException;

  /**
   * Makes a node known to its peers, or what it says of itself anew: the first step of every node,
   * and whenever its record has changed. A record that is already as wanted is not written again.
   *
   * @param record of the node; {@link NodeRecord#joinedAt()} counts the first time only
   */
  Registration register(NodeRecord record) throws IOException;

  /**
   * Claims blocks of one family until the node holds at least {@code count}: first those that it
   * held itself and released, if nobody has taken them since; then the lowest that were never
   * taken, in the order in which the ranges were added; then those whose grace ended longest ago.
   *
   * @param count at least 1
   * @return {@link Claim.Exhausted} if there are not as many; those claimed on the way are the
   *     node's
   */
  Claim claim(String node, UUID owner, Family family, int count) throws IOException;

  /** Claims this block and no other, where somebody else decides who has which. */
  Claim claim(String node, UUID owner, IpPrefix block) throws IOException;

  /**
   * Gives a block back. Only for a block that no pod has an address of. It stays the node's until
   * the grace is over: others do not get it, the same name does.
   *
   * @return the record with its end, or empty if nobody holds the block
   */
  Optional<BlockRecord> release(IpPrefix block) throws IOException;

  /**
   * Removes a node's record and its usage, and releases its blocks. Only for a node that is gone.
   *
   * @return the blocks it held, each with its end
   * @throws IllegalArgumentException if this cannot be a node's name
   */
  List<BlockRecord> releaseNode(String node) throws IOException;

  /** Replaces what is known of a node's use of its blocks. Kept apart: no watch wakes. */
  void report(NodeUsage usage) throws IOException;

  /** The last report of each node, by name. Those that cannot be read are left out. */
  List<NodeUsage> usages() throws IOException;

  /**
   * Delivers the view at once and again within a second of every change, one delivery after the
   * other, on a thread of the watch. Changes that come together may be delivered as one. While the
   * store cannot be read nothing is delivered; afterwards it goes on by itself.
   *
   * @param consumer what it throws is logged, and the watch goes on
   */
  Watch watch(Consumer<ClusterView> consumer) throws IOException;

  /** Ends the watches and gives back what the store holds open. A second call does nothing. */
  @Override
  void close() throws IOException;
}
