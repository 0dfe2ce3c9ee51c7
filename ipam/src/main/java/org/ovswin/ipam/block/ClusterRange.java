package org.ovswin.ipam.block;

import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;

/**
 * One range of the cluster and the size of the blocks it is cut into.
 *
 * @param prefix pod addresses of the cluster, for example 10.244.0.0/16
 * @param blockLength prefix length of one block, for example 24
 */
public record ClusterRange(IpPrefix prefix, int blockLength) {
  /** Blocks are counted in a long. */
  private static final int MAX_BLOCK_BITS = 62;

  /** A block's first, second and (IPv4) last address are no pod's, so smaller ones are useless. */
  private static final int MIN_HOST_BITS = 2;

  public ClusterRange {
    int longest =
        Math.min(prefix.network().bitLength() - MIN_HOST_BITS, prefix.length() + MAX_BLOCK_BITS);
    if (prefix.length() > longest) {
      throw new IllegalArgumentException(
          "range: " + prefix + " (expected: a prefix length of at most " + longest + ")");
    }
    if (blockLength < prefix.length() || blockLength > longest) {
      throw new IllegalArgumentException(
          "blockLength: "
              + blockLength
              + " (expected: "
              + prefix.length()
              + " to "
              + longest
              + ", the range is "
              + prefix
              + ")");
    }
  }

  public Family family() {
    return Family.of(prefix);
  }

  /** Blocks in the range, at least 1. */
  public long blockCount() {
    return 1L << (blockLength - prefix.length());
  }

  /**
   * The block of this index, in the order of addresses.
   *
   * @throws IllegalArgumentException if there is none
   */
  public IpPrefix block(long index) {
    if (index < 0 || index >= blockCount()) {
      throw new IllegalArgumentException(
          "block index: " + index + " (expected: 0 to " + (blockCount() - 1) + ")");
    }
    // Shifted at the width of the address: an offset of 2^63 or more does not fit a long.
    return prefix.subPrefix(blockLength, index);
  }

  /** Whether this is one of the blocks. */
  public boolean isBlock(IpPrefix block) {
    return block.length() == blockLength && prefix.contains(block);
  }

  /** "10.244.0.0/16 in blocks of /24". */
  @Override
  public String toString() {
    return prefix + " in blocks of /" + blockLength;
  }
}
