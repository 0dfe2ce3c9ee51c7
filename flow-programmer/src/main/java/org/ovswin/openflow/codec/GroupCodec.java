package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Optional;
import org.ovswin.openflow.Bucket;
import org.ovswin.openflow.Group;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Version;

/**
 * Group-mods and descriptions of groups (OpenFlow 1.3, 7.3.4.2; 1.5, 7.3.4.3 and 7.3.5.10).
 *
 * <pre>
 * 1.3, 1.4: command (16 bits) | type (8) | zeros (8) | group (32) | buckets
 * 1.5:      command (16) | type (8) | zeros (8) | group (32) | length of the buckets (16)
 *           | zeros (16) | bucket of the command (32) | buckets | properties
 *
 * description before 1.5: length (16) | type (8) | zeros (8) | group (32) | buckets
 * from 1.5 on:            length (16) | type (8) | zeros (8) | group (32)
 *                         | length of the buckets (16) | zeros (48) | buckets | properties
 * </pre>
 */
final class GroupCodec {
  private GroupCodec() {}

  static void writeMod(ByteBuf out, Version version, Message.GroupMod mod) {
    boolean withProperties = version.isAtLeast(Version.V1_5);
    out.writeShort(commandOf(version, mod.command()));
    out.writeByte(Wire.indexOf(mod.type()));
    out.writeZero(1);
    out.writeInt(mod.groupId());
    if (!withProperties) {
      BucketCodec.checkNoSelection(version, mod.selection());
      BucketCodec.write(out, version, mod.type(), mod.buckets());
      return;
    }
    int lengthAt = out.writerIndex();
    out.writeZero(4);
    out.writeInt(mod.commandBucketId());
    int bucketsAt = out.writerIndex();
    BucketCodec.write(out, version, mod.type(), mod.buckets());
    out.setShort(lengthAt, out.writerIndex() - bucketsAt);
    mod.selection().ifPresent(selection -> BucketCodec.writeSelection(out, version, selection));
  }

  /** Empty where it has a property that the model does not know. */
  static Optional<Message> readMod(WireReader in, Version version) {
    Message.GroupMod.Command command = command(in, version);
    Group.Type type = readType(in);
    in.skip(1);
    int groupId = in.i32();
    if (!version.isAtLeast(Version.V1_5)) {
      List<Bucket> buckets = BucketCodec.read(in, version, type);
      return Optional.of(
          new Message.GroupMod(command, type, groupId, Bucket.ALL, buckets, Optional.empty()));
    }
    int length = in.u16();
    in.skip(2);
    int commandBucketId = in.i32();
    List<Bucket> buckets = BucketCodec.read(in.sub(length), version, type);
    return BucketCodec.readProperties(in)
        .map(
            properties ->
                new Message.GroupMod(
                    command, type, groupId, commandBucketId, buckets, properties.selection()));
  }

  static void writeDescription(ByteBuf out, Version version, Group group) {
    int start = out.writerIndex();
    out.writeZero(2);
    out.writeByte(Wire.indexOf(group.type()));
    out.writeZero(1);
    out.writeInt(group.id());
    if (version.isAtLeast(Version.V1_5)) {
      int lengthAt = out.writerIndex();
      out.writeZero(8);
      int bucketsAt = out.writerIndex();
      BucketCodec.write(out, version, group.type(), group.buckets());
      out.setShort(lengthAt, out.writerIndex() - bucketsAt);
      group.selection().ifPresent(selection -> BucketCodec.writeSelection(out, version, selection));
    } else {
      BucketCodec.checkNoSelection(version, group.selection());
      BucketCodec.write(out, version, group.type(), group.buckets());
    }
    out.setShort(start, out.writerIndex() - start);
  }

  /** Empty where it has a property that the model does not know. */
  static Optional<Group> readDescription(WireReader in, Version version) {
    boolean withProperties = version.isAtLeast(Version.V1_5);
    WireReader group = in.structure("group", withProperties ? 16 : 8);
    group.skip(2);
    Group.Type type = readType(group);
    group.skip(1);
    int groupId = group.i32();
    if (!withProperties) {
      return Optional.of(new Group(groupId, type, BucketCodec.read(group, version, type)));
    }
    int length = group.u16();
    group.skip(6);
    List<Bucket> buckets = BucketCodec.read(group.sub(length), version, type);
    return BucketCodec.readProperties(group)
        .map(properties -> new Group(groupId, type, buckets, properties.selection()));
  }

  private static Group.Type readType(WireReader in) {
    return in.constant("group type", Group.Type.values(), in.u8());
  }

  private static int commandOf(Version version, Message.GroupMod.Command command) {
    if (!isKnown(version, command)) {
      throw new IllegalArgumentException(
          "group-mod of single buckets in OpenFlow %s (expected: 1.5 or later)".formatted(version));
    }
    return numberOf(command);
  }

  private static Message.GroupMod.Command command(WireReader in, Version version) {
    int number = in.u16();
    for (Message.GroupMod.Command command : Message.GroupMod.Command.values()) {
      if (numberOf(command) == number && isKnown(version, command)) {
        return command;
      }
    }
    throw in.malformed("group-mod command: %d (expected: 0 to 2)".formatted(number));
  }

  private static int numberOf(Message.GroupMod.Command command) {
    return switch (command) {
      case ADD -> 0;
      case MODIFY -> 1;
      case DELETE -> 2;
      case INSERT_BUCKET -> 3;
      case REMOVE_BUCKET -> 5;
      case ADD_OR_MODIFY -> 0x8000;
    };
  }

  /**
   * Open vSwitch has Nicira's form of group-mod, which knows buckets before 1.5, for OpenFlow 1.0
   * only: it refuses it in 1.3 and 1.4.
   */
  private static boolean isKnown(Version version, Message.GroupMod.Command command) {
    return switch (command) {
      case ADD, MODIFY, DELETE, ADD_OR_MODIFY -> true;
      case INSERT_BUCKET, REMOVE_BUCKET -> version.isAtLeast(Version.V1_5);
    };
  }
}
