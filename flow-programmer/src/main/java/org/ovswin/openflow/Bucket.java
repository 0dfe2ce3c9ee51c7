package org.ovswin.openflow;

import java.util.List;

/**
 * One of a group's action lists (OpenFlow 1.5, 5.10).
 *
 * @param bucketId unsigned, 0 to {@link #MAX_ID}; before OpenFlow 1.5 the position in the group
 * @param weight 16 bits; of a select group the share of packets, 0 for none; 0 in other groups
 * @param watchPort the bucket is live while this port is; {@link PortNo#ANY} for none
 * @param watchGroup the bucket is live while this group is; {@link Group#ANY} for none
 */
public record Bucket(
    int bucketId, int weight, int watchPort, int watchGroup, List<Action> actions) {
  /** The highest id, as an unsigned number. */
  public static final int MAX_ID = 0xffff_ff00;

  /** In place of an id: before all buckets. */
  public static final int FIRST = 0xffff_fffd;

  /** In place of an id: after all buckets. */
  public static final int LAST = 0xffff_fffe;

  /** In place of an id: every bucket. */
  public static final int ALL = 0xffff_ffff;

  private static final int MAX_WEIGHT = 0xffff;

  public Bucket {
    if (Integer.compareUnsigned(bucketId, MAX_ID) > 0) {
      throw new IllegalArgumentException(
          "bucket_id: %s (expected: 0 to %s)"
              .formatted(Integer.toUnsignedString(bucketId), Integer.toUnsignedString(MAX_ID)));
    }
    if (weight < 0 || weight > MAX_WEIGHT) {
      throw new IllegalArgumentException(
          "weight: %d (expected: 0 to %d)".formatted(weight, MAX_WEIGHT));
    }
    actions = List.copyOf(actions);
  }

  /** A bucket of an all or indirect group. */
  public static Bucket of(int bucketId, Action... actions) {
    return new Bucket(bucketId, 0, PortNo.ANY, Group.ANY, List.of(actions));
  }

  /** A bucket of a select group. */
  public static Bucket weighted(int bucketId, int weight, Action... actions) {
    return new Bucket(bucketId, weight, PortNo.ANY, Group.ANY, List.of(actions));
  }

  /** A bucket of a fast failover group, used while the port is live. */
  public static Bucket watching(int bucketId, int port, Action... actions) {
    return new Bucket(bucketId, 0, port, Group.ANY, List.of(actions));
  }

  /** Whether its use depends on a port or another group. */
  public boolean hasLiveness() {
    return watchPort != PortNo.ANY || watchGroup != Group.ANY;
  }
}
