package org.ovswin.openflow;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the switch asks of groups (OpenFlow 1.5, 7.3.4.3; OVS ofputil_check_group_mod). */
final class GroupRules {
  private GroupRules() {}

  static void check(
      Message.GroupMod.Command command,
      Group.Type type,
      int groupId,
      int commandBucketId,
      List<Bucket> buckets,
      Optional<Group.Selection> selection) {
    boolean all = groupId == Group.ALL && command == Message.GroupMod.Command.DELETE;
    if (!all && Integer.compareUnsigned(groupId, Group.MAX_ID) > 0) {
      throw new IllegalArgumentException(
          "group_id: %s (expected: 0 to %s)"
              .formatted(
                  Integer.toUnsignedString(groupId), Integer.toUnsignedString(Group.MAX_ID)));
    }
    boolean whole =
        switch (command) {
          case ADD, MODIFY, ADD_OR_MODIFY -> true;
          case DELETE, INSERT_BUCKET, REMOVE_BUCKET -> false;
        };
    checkCommandBucket(command, commandBucketId);
    if (selection.isPresent() && !(whole && type == Group.Type.SELECT)) {
      throw new IllegalArgumentException(
          "selection_method: %s (expected: none but to add or modify a select group)"
              .formatted(selection.get().method()));
    }
    boolean bare =
        switch (command) {
          case DELETE, REMOVE_BUCKET -> true;
          case ADD, MODIFY, ADD_OR_MODIFY, INSERT_BUCKET -> false;
        };
    if (bare && !buckets.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: %d buckets (expected: none)".formatted(FieldText.lower(command), buckets.size()));
    }
    if (type == Group.Type.INDIRECT && !bare && buckets.size() != 1) {
      throw new IllegalArgumentException(
          "indirect group: %d buckets (expected: 1)".formatted(buckets.size()));
    }
    checkBuckets(type, buckets);
  }

  private static void checkCommandBucket(Message.GroupMod.Command command, int bucketId) {
    boolean place =
        Integer.compareUnsigned(bucketId, Bucket.MAX_ID) <= 0
            || bucketId == Bucket.FIRST
            || bucketId == Bucket.LAST;
    boolean right =
        switch (command) {
          case INSERT_BUCKET -> place;
          case REMOVE_BUCKET -> place || bucketId == Bucket.ALL;
          case ADD, MODIFY, DELETE, ADD_OR_MODIFY -> bucketId == Bucket.ALL;
        };
    if (!right) {
      throw new IllegalArgumentException(
          "command_bucket_id: %s (expected: one that %s can have)"
              .formatted(Integer.toUnsignedString(bucketId), FieldText.lower(command)));
    }
  }

  static void checkBuckets(Group.Type type, List<Bucket> buckets) {
    Set<Integer> ids = HashSet.newHashSet(buckets.size());
    for (Bucket bucket : buckets) {
      String name = "bucket " + Integer.toUnsignedString(bucket.bucketId());
      if (!ids.add(bucket.bucketId())) {
        throw new IllegalArgumentException(name + ": twice (expected: once)");
      }
      if (bucket.weight() != 0 && type != Group.Type.SELECT) {
        throw new IllegalArgumentException(
            "%s: weight %d (expected: 0 but in a select group)".formatted(name, bucket.weight()));
      }
      switch (type) {
        case FAST_FAILOVER -> {
          if (!bucket.hasLiveness()) {
            throw new IllegalArgumentException(
                name + ": watches nothing (expected: a port or group in a fast failover group)");
          }
        }
        case ALL, INDIRECT -> {
          if (bucket.hasLiveness()) {
            throw new IllegalArgumentException(
                name + ": watches (expected: only in select and fast failover groups)");
          }
        }
        case SELECT -> {}
      }
    }
  }
}
