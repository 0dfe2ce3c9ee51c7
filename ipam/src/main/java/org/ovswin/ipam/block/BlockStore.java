package org.ovswin.ipam.block;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.ovswin.ipam.address.IpPrefix;

/**
 * Who holds which block of the cluster's range. Every implementation passes {@code
 * BlockStoreContract}.
 *
 * <p>The protocol is the same in each: a claim creates a record that must not exist yet. Whatever
 * happens to whom, no block has two holders, and no name two owners. Thread-safe.
 */
public interface BlockStore extends AutoCloseable {

  /** The range that this store hands out. */
  ClusterRange range();

  /**
   * Claims the free block of the lowest index, or returns the one that the same owner holds under
   * the same name; its record is then as it was: {@link #publish} renews it.
   *
   * @throws IOException if the store could not be reached or written; the block may have been
   *     claimed all the same, and a further claim then returns it
   */
  Claim claim(NodeClaim claim) throws IOException;

  /**
   * Claims this block and no other, where somebody else decides who has which (Kubernetes'
   * Node.spec.podCIDR); a block that the same owner holds under the same name is returned.
   *
   * @throws IllegalArgumentException if it is not one of the range's blocks
   * @throws IOException as for {@link #claim(NodeClaim)}
   */
  Claim claim(NodeClaim claim, IpPrefix block) throws IOException;

  /**
   * Replaces the record of a node that holds this block, for example when its address has changed.
   *
   * @throws IllegalStateException if the block is not held by this node and owner
   */
  void publish(NodeRecord record) throws IOException;

  /**
   * Gives the block of a node back. Only for a node whose pods are gone: the next claim may hand
   * the block to another node at once.
   *
   * @return the record that ended, or empty if the node holds none
   * @throws IllegalArgumentException if this cannot be a node name
   */
  Optional<NodeRecord> release(String node) throws IOException;

  /** All nodes, by block. Records that cannot be read are left out: {@link #unreadable}. */
  List<NodeRecord> nodes() throws IOException;

  /** The records that {@link #nodes} leaves out. Their blocks stay taken. */
  List<UnreadableRecord> unreadable() throws IOException;

  /**
   * Delivers the full list of {@link #nodes} at once and again within a second of every change, one
   * delivery after the other, on a thread of the watch. While the store cannot be read nothing is
   * delivered.
   *
   * @param consumer what it throws is logged, and the watch goes on
   * @return ends the watch when closed; a delivery under way still comes to its end
   */
  Watch watch(Consumer<List<NodeRecord>> consumer) throws IOException;

  @Override
  void close() throws IOException;

  /** A watch that goes on until it is closed. */
  interface Watch extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * A record that is there and cannot be read.
   *
   * @param name of the file or key
   * @param reason the field, its value and what is expected
   */
  record UnreadableRecord(String name, String reason) {
    @Override
    public String toString() {
      return name + ": " + reason;
    }
  }
}
