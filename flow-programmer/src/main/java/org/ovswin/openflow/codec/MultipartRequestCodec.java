package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import java.util.Optional;
import org.ovswin.openflow.Group;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.MultipartRequest;
import org.ovswin.openflow.Version;

/**
 * The bodies of multipart requests (OpenFlow 1.5, 7.3.5), after their header.
 *
 * <pre>
 * aggregate:           table (8 bits) | zeros (24) | out port (32) | out group (32) | zeros (32)
 *                      | cookie (64) | cookie mask (64) | match
 * port, group, meter:  which one (32) | zeros (32)
 * the rest:            nothing
 * </pre>
 */
final class MultipartRequestCodec {
  private MultipartRequestCodec() {}

  static void write(ByteBuf out, Version version, MultipartRequest request) {
    out.writeShort(typeOf(request));
    out.writeZero(6);
    switch (request) {
      case MultipartRequest.Description _,
          MultipartRequest.Tables _,
          MultipartRequest.GroupFeatures _,
          MultipartRequest.MeterFeatures _ -> {}
      case MultipartRequest.Aggregate aggregate -> {
        out.writeByte(aggregate.table());
        out.writeZero(3);
        out.writeInt(aggregate.outPort());
        out.writeInt(aggregate.outGroup());
        out.writeZero(4);
        out.writeLong(aggregate.cookie());
        out.writeLong(aggregate.cookieMask());
        FieldCodec.writeMatch(out, version, aggregate.match());
      }
      case MultipartRequest.Ports(int port) -> writeOne(out, port);
      case MultipartRequest.Groups(int groupId) -> writeOne(out, groupId);
      case MultipartRequest.GroupDescriptions(int groupId) -> {
        if (version.isAtLeast(Version.V1_5)) {
          writeOne(out, groupId);
        } else if (groupId != Group.ALL) {
          throw new IllegalArgumentException(
              "description of group %s in OpenFlow %s (expected: of all)"
                  .formatted(Integer.toUnsignedString(groupId), version));
        }
      }
      case MultipartRequest.Meters(int meterId) -> writeOne(out, meterId);
      case MultipartRequest.MeterConfigs(int meterId) -> writeOne(out, meterId);
    }
  }

  private static int typeOf(MultipartRequest request) {
    return switch (request) {
      case MultipartRequest.Description _ -> MessageType.MULTIPART_DESCRIPTION;
      case MultipartRequest.Aggregate _ -> MessageType.MULTIPART_AGGREGATE;
      case MultipartRequest.Tables _ -> MessageType.MULTIPART_TABLE;
      case MultipartRequest.Ports _ -> MessageType.MULTIPART_PORT;
      case MultipartRequest.Groups _ -> MessageType.MULTIPART_GROUP;
      case MultipartRequest.GroupDescriptions _ -> MessageType.MULTIPART_GROUP_DESC;
      case MultipartRequest.GroupFeatures _ -> MessageType.MULTIPART_GROUP_FEATURES;
      case MultipartRequest.Meters _ -> MessageType.MULTIPART_METER;
      case MultipartRequest.MeterConfigs _ -> MessageType.MULTIPART_METER_CONFIG;
      case MultipartRequest.MeterFeatures _ -> MessageType.MULTIPART_METER_FEATURES;
    };
  }

  private static void writeOne(ByteBuf out, int which) {
    out.writeInt(which);
    out.writeZero(4);
  }

  /** Empty for a type that the model does not know. */
  static Optional<Message> read(int type, WireReader in, Version version) {
    return switch (type) {
      case MessageType.MULTIPART_DESCRIPTION -> Optional.of(new MultipartRequest.Description());
      case MessageType.MULTIPART_AGGREGATE -> {
        int table = in.u8();
        in.skip(3);
        int outPort = in.i32();
        int outGroup = in.i32();
        in.skip(4);
        long cookie = in.i64();
        long cookieMask = in.i64();
        yield Optional.of(
            new MultipartRequest.Aggregate(
                table, outPort, outGroup, cookie, cookieMask, FieldCodec.readMatch(in)));
      }
      case MessageType.MULTIPART_TABLE -> Optional.of(new MultipartRequest.Tables());
      case MessageType.MULTIPART_PORT -> Optional.of(new MultipartRequest.Ports(in.i32()));
      case MessageType.MULTIPART_GROUP -> Optional.of(new MultipartRequest.Groups(in.i32()));
      case MessageType.MULTIPART_GROUP_DESC ->
          Optional.of(
              new MultipartRequest.GroupDescriptions(
                  version.isAtLeast(Version.V1_5) ? in.i32() : Group.ALL));
      case MessageType.MULTIPART_GROUP_FEATURES ->
          Optional.of(new MultipartRequest.GroupFeatures());
      case MessageType.MULTIPART_METER -> Optional.of(new MultipartRequest.Meters(in.i32()));
      case MessageType.MULTIPART_METER_CONFIG ->
          Optional.of(new MultipartRequest.MeterConfigs(in.i32()));
      case MessageType.MULTIPART_METER_FEATURES ->
          Optional.of(new MultipartRequest.MeterFeatures());
      default -> Optional.empty();
    };
  }
}
