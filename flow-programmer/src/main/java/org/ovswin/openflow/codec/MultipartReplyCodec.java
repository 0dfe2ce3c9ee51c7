package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.ovswin.openflow.Group;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Meter;
import org.ovswin.openflow.MultipartReply;
import org.ovswin.openflow.Version;

/**
 * The bodies of multipart replies (OpenFlow 1.5, 7.3.5), after their header. Ports, groups and
 * meters are in {@link PortStatsCodec}, {@link GroupStatsCodec} and {@link MeterStatsCodec}.
 *
 * <pre>
 * description:  four texts of 256 bytes with the serial number of 32 before the last
 * aggregate:    1.3, 1.4: packets (64 bits) | bytes (64) | flows (32) | zeros (32)
 *               1.5: counters (OXS)
 * table:        table (8) | zeros (24) | active (32) | lookups (64) | matches (64)
 * </pre>
 */
final class MultipartReplyCodec {
  private static final int TEXT_BYTES = 256;
  private static final int SERIAL_NUMBER_BYTES = 32;

  private MultipartReplyCodec() {}

  static void write(ByteBuf out, Version version, MultipartReply reply) {
    out.writeShort(typeOf(reply));
    out.writeShort(reply.more() == Message.More.FOLLOWS ? MessageType.MULTIPART_MORE : 0);
    out.writeZero(4);
    switch (reply) {
      case MultipartReply.Description description -> {
        writeText(out, description.manufacturer(), TEXT_BYTES);
        writeText(out, description.hardware(), TEXT_BYTES);
        writeText(out, description.software(), TEXT_BYTES);
        writeText(out, description.serialNumber(), SERIAL_NUMBER_BYTES);
        writeText(out, description.datapath(), TEXT_BYTES);
      }
      case MultipartReply.Aggregate aggregate -> writeAggregate(out, version, aggregate);
      case MultipartReply.Tables tables -> {
        for (MultipartReply.TableStats table : tables.tables()) {
          out.writeByte(table.table());
          out.writeZero(3);
          out.writeInt(table.active());
          out.writeLong(table.lookups());
          out.writeLong(table.matches());
        }
      }
      case MultipartReply.Ports ports ->
          ports.ports().forEach(port -> PortStatsCodec.write(out, version, port));
      case MultipartReply.Groups groups ->
          groups.groups().forEach(group -> GroupStatsCodec.write(out, group));
      case MultipartReply.GroupDescriptions groups -> {
        for (Group group : groups.groups()) {
          GroupCodec.writeDescription(out, version, group);
        }
      }
      case MultipartReply.GroupFeatures features -> GroupStatsCodec.writeFeatures(out, features);
      case MultipartReply.Meters meters ->
          meters.meters().forEach(meter -> MeterStatsCodec.write(out, meter));
      case MultipartReply.MeterConfigs meters -> {
        for (Meter meter : meters.meters()) {
          MeterCodec.writeConfig(out, meter);
        }
      }
      case MultipartReply.MeterFeatures features -> MeterStatsCodec.writeFeatures(out, features);
    }
  }

  private static int typeOf(MultipartReply reply) {
    return switch (reply) {
      case MultipartReply.Description _ -> MessageType.MULTIPART_DESCRIPTION;
      case MultipartReply.Aggregate _ -> MessageType.MULTIPART_AGGREGATE;
      case MultipartReply.Tables _ -> MessageType.MULTIPART_TABLE;
      case MultipartReply.Ports _ -> MessageType.MULTIPART_PORT;
      case MultipartReply.Groups _ -> MessageType.MULTIPART_GROUP;
      case MultipartReply.GroupDescriptions _ -> MessageType.MULTIPART_GROUP_DESC;
      case MultipartReply.GroupFeatures _ -> MessageType.MULTIPART_GROUP_FEATURES;
      case MultipartReply.Meters _ -> MessageType.MULTIPART_METER;
      case MultipartReply.MeterConfigs _ -> MessageType.MULTIPART_METER_CONFIG;
      case MultipartReply.MeterFeatures _ -> MessageType.MULTIPART_METER_FEATURES;
    };
  }

  private static void writeText(ByteBuf out, String text, int bytes) {
    byte[] encoded = text.getBytes(StandardCharsets.ISO_8859_1);
    if (encoded.length >= bytes) {
      throw new IllegalArgumentException(
          "text: %d bytes (expected: at most %d)".formatted(encoded.length, bytes - 1));
    }
    out.writeBytes(encoded);
    out.writeZero(bytes - encoded.length);
  }

  private static void writeAggregate(
      ByteBuf out, Version version, MultipartReply.Aggregate aggregate) {
    if (version.isAtLeast(Version.V1_5)) {
      OxsCodec.write(
          out,
          new OxsCodec.Counters(
              OptionalLong.empty(),
              OptionalLong.empty(),
              OxsCodec.known(aggregate.flows()),
              OxsCodec.known(aggregate.packets()),
              OxsCodec.known(aggregate.bytes())));
      return;
    }
    out.writeLong(aggregate.packets());
    out.writeLong(aggregate.bytes());
    out.writeInt(aggregate.flows());
    out.writeZero(4);
  }

  /** Empty for a type, or for contents, that the model does not know. */
  static Optional<Message> read(int type, Message.More more, WireReader in, Version version) {
    return switch (type) {
      case MessageType.MULTIPART_DESCRIPTION ->
          Optional.of(
              new MultipartReply.Description(
                  more,
                  text(in, TEXT_BYTES),
                  text(in, TEXT_BYTES),
                  text(in, TEXT_BYTES),
                  text(in, SERIAL_NUMBER_BYTES),
                  text(in, TEXT_BYTES)));
      case MessageType.MULTIPART_AGGREGATE -> Optional.of(readAggregate(more, in, version));
      case MessageType.MULTIPART_TABLE ->
          Optional.of(new MultipartReply.Tables(more, all(in, MultipartReplyCodec::readTable)));
      case MessageType.MULTIPART_PORT ->
          Optional.of(
              new MultipartReply.Ports(
                  more, all(in, entry -> PortStatsCodec.read(entry, version))));
      case MessageType.MULTIPART_GROUP ->
          Optional.of(new MultipartReply.Groups(more, all(in, GroupStatsCodec::read)));
      case MessageType.MULTIPART_GROUP_DESC -> readGroups(more, in, version);
      case MessageType.MULTIPART_GROUP_FEATURES ->
          Optional.of(GroupStatsCodec.readFeatures(more, in));
      case MessageType.MULTIPART_METER ->
          Optional.of(new MultipartReply.Meters(more, all(in, MeterStatsCodec::read)));
      case MessageType.MULTIPART_METER_CONFIG ->
          Optional.of(new MultipartReply.MeterConfigs(more, all(in, MeterCodec::readConfig)));
      case MessageType.MULTIPART_METER_FEATURES ->
          Optional.of(MeterStatsCodec.readFeatures(more, in));
      default -> Optional.empty();
    };
  }

  private static <T> List<T> all(WireReader in, Function<WireReader, T> one) {
    List<T> entries = new ArrayList<>();
    while (in.hasMore()) {
      entries.add(one.apply(in));
    }
    return entries;
  }

  private static String text(WireReader in, int bytes) {
    String text = new String(in.octets(bytes).toByteArray(), StandardCharsets.ISO_8859_1);
    int end = text.indexOf('\0');
    return end < 0 ? text.substring(0, bytes - 1) : text.substring(0, end);
  }

  private static Message readAggregate(Message.More more, WireReader in, Version version) {
    if (version.isAtLeast(Version.V1_5)) {
      OxsCodec.Counters counters = OxsCodec.read(in);
      return new MultipartReply.Aggregate(
          more,
          counters.packets().orElse(MultipartReply.UNKNOWN_COUNT),
          counters.bytes().orElse(MultipartReply.UNKNOWN_COUNT),
          (int) counters.flows().orElse(MultipartReply.UNKNOWN_COUNT));
    }
    return new MultipartReply.Aggregate(more, in.i64(), in.i64(), in.i32());
  }

  private static MultipartReply.TableStats readTable(WireReader in) {
    int table = in.u8();
    in.skip(3);
    return new MultipartReply.TableStats(table, in.i32(), in.i64(), in.i64());
  }

  private static Optional<Message> readGroups(Message.More more, WireReader in, Version version) {
    List<Group> groups = new ArrayList<>();
    while (in.hasMore()) {
      Optional<Group> group = GroupCodec.readDescription(in, version);
      if (group.isEmpty()) {
        return Optional.empty();
      }
      groups.add(group.get());
    }
    return Optional.of(new MultipartReply.GroupDescriptions(more, groups));
  }
}
