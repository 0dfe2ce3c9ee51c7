package org.ovswin.openflow;

import java.util.List;

/** A step from the groups that a switch has to those that it should have. */
public sealed interface GroupChange extends BundledChange {
  /** Which group, or {@link Group#ALL} where every group is deleted. */
  int groupId();

  /** Adds the group; one with the same id must not be there. */
  record Add(Group group) implements GroupChange {
    @Override
    public int groupId() {
      return group.id();
    }
  }

  /** Replaces the group with this id, which must be there; flows that use it stay. */
  record Modify(Group group) implements GroupChange {
    @Override
    public int groupId() {
      return group.id();
    }
  }

  /** Deletes the group, and with it every flow that uses it. */
  record Delete(int groupId) implements GroupChange {}

  /**
   * Adds buckets to a group; OpenFlow 1.5 and later.
   *
   * @param type the group's own, which decides whether buckets have weights
   * @param after the bucket that they follow, or {@link Bucket#FIRST} or {@link Bucket#LAST}
   */
  record InsertBuckets(int groupId, Group.Type type, int after, List<Bucket> buckets)
      implements GroupChange {
    public InsertBuckets {
      buckets = List.copyOf(buckets);
      GroupRules.checkBuckets(type, buckets);
    }
  }

  /**
   * Takes a bucket out of a group; OpenFlow 1.5 and later.
   *
   * @param bucketId its id, or {@link Bucket#FIRST}, {@link Bucket#LAST} or {@link Bucket#ALL}
   */
  record RemoveBuckets(int groupId, int bucketId) implements GroupChange {}
}
