package org.ovswin.ipam.block;

import org.ovswin.ipam.address.IpPrefix;

/**
 * The range of the whole cluster and the size of the blocks it is cut into.
 *
 * @param prefix all pod addresses of the cluster, for example 10.244.0.0/16
 * @param blockLength prefix length of one block, for example 24
 */
public record ClusterRange(IpPrefix prefix, int blockLength) {
  /** Blocks are counted in a long. */
  private static final int MAX_BLOCK_BITS = 62;

  public ClusterRange {
    int longest = Math.min(prefix.network().bitLength(), prefix.length() + MAX_BLOCK_BITS);
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
