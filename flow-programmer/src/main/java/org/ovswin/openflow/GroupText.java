package org.ovswin.openflow;

import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;

/** Groups as {@code ovs-ofctl} writes them (OVS lib/ofp-group.c). */
final class GroupText {
  private GroupText() {}

  /** A group as OpenFlow 1.5 describes it. */
  static String format(Group group) {
    return format(Version.V1_5, group);
  }

  /** Before OpenFlow 1.5 buckets have no ids. */
  static String format(Version version, Group group) {
    return head(group.id(), group.type(), group.selection())
        + buckets(version, group.type(), group.buckets());
  }

  static String format(Version version, Message.GroupMod mod) {
    String command =
        switch (mod.command()) {
          case ADD -> "ADD ";
          case MODIFY -> "MOD ";
          case DELETE -> "DEL ";
          case INSERT_BUCKET -> "INSERT_BUCKET " + commandBucket(mod.commandBucketId());
          case REMOVE_BUCKET -> "REMOVE_BUCKET " + commandBucket(mod.commandBucketId());
          case ADD_OR_MODIFY -> "ADD_OR_MOD ";
        };
    String head =
        switch (mod.command()) {
          case INSERT_BUCKET, REMOVE_BUCKET ->
              "group_id=" + Integer.toUnsignedString(mod.groupId());
          case ADD, MODIFY, DELETE, ADD_OR_MODIFY ->
              head(mod.groupId(), mod.type(), mod.selection());
        };
    return command + head + buckets(version, mod.type(), mod.buckets());
  }

  private static String commandBucket(int bucketId) {
    return "command_bucket_id:%s,"
        .formatted(
            switch (bucketId) {
              case Bucket.FIRST -> "first";
              case Bucket.LAST -> "last";
              case Bucket.ALL -> "all";
              default -> Integer.toUnsignedString(bucketId);
            });
  }

  private static String head(int id, Group.Type type, Optional<Group.Selection> selection) {
    String name =
        switch (type) {
          case ALL -> "all";
          case SELECT -> "select";
          case INDIRECT -> "indirect";
          case FAST_FAILOVER -> "ff";
        };
    return "group_id=%s,type=%s%s"
        .formatted(
            Integer.toUnsignedString(id), name, selection.map(GroupText::selection).orElse(""));
  }

  private static String selection(Group.Selection selection) {
    StringBuilder text = new StringBuilder(",selection_method=").append(selection.method());
    if (selection.param() != 0) {
      text.append(",selection_method_param=").append(Long.toUnsignedString(selection.param()));
    }
    StringJoiner fields = new StringJoiner(",");
    selection.fields().stream().sorted(FieldOrder.BY_NUMBER).forEach(f -> fields.add(masked(f)));
    return switch (selection.fields().size()) {
      case 0 -> text.toString();
      case 1 -> text.append(",fields=").append(fields).toString();
      default -> text.append(",fields(").append(fields).append(')').toString();
    };
  }

  /** The value is the mask; one of all bits is not shown. */
  private static String masked(MatchField f) {
    boolean whole = f.high() == f.field().onesHigh() && f.low() == f.field().onesLow();
    return whole ? f.field().ovsName() : f.toString();
  }

  private static String buckets(Version version, Group.Type type, List<Bucket> buckets) {
    int usual = type == Group.Type.SELECT ? 1 : 0;
    StringBuilder text = new StringBuilder();
    for (Bucket bucket : buckets) {
      text.append(",bucket=");
      if (version.isAtLeast(Version.V1_5)) {
        text.append("bucket_id:").append(Integer.toUnsignedString(bucket.bucketId())).append(',');
      }
      if (bucket.weight() != usual) {
        text.append("weight:").append(bucket.weight()).append(',');
      }
      if (bucket.watchPort() != PortNo.ANY) {
        text.append("watch_port:").append(PortNo.toText(bucket.watchPort())).append(',');
      }
      if (bucket.watchGroup() != Group.ANY) {
        text.append("watch_group:")
            .append(Integer.toUnsignedString(bucket.watchGroup()))
            .append(',');
      }
      text.append("actions=").append(ActionText.format(bucket.actions()));
    }
    return text.toString();
  }
}
