package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ovswin.openflow.Action;
import org.ovswin.openflow.Bucket;
import org.ovswin.openflow.Group;
import org.ovswin.openflow.MatchField;
import org.ovswin.openflow.PortNo;
import org.ovswin.openflow.Version;

/**
 * The buckets and properties of groups (OpenFlow 1.3, 7.3.4.2; 1.5, 7.3.4.3).
 *
 * <pre>
 * 1.3, 1.4: length (16 bits) | weight (16) | watch port (32) | watch group (32) | zeros (32)
 *           | actions
 * 1.5:      length (16) | length of the actions (16) | bucket (32) | actions | properties:
 *           0 weight (16), 1 watch port (32), 2 watch group (32)
 * selection method, a property of the group from 1.5 on:
 *           0xffff (16) | length without padding (16) | 0x154d (32) | 1 (32) | zeros (32)
 *           | method, zero-terminated (128) | parameter (64) | OXM entries with masks as values
 * </pre>
 */
final class BucketCodec {
  private static final int WEIGHT = 0;
  private static final int WATCH_PORT = 1;
  private static final int WATCH_GROUP = 2;

  private static final int NETRONOME = 0x0000_154d;

  /** What Open vSwitch took for its number at first, and still reads. */
  private static final int NETRONOME_BEFORE = 0x0000_1540;

  private static final int SELECTION_METHOD = 1;
  private static final int METHOD_BYTES = 16;

  private BucketCodec() {}

  /** What follows the buckets of a group from OpenFlow 1.5 on. */
  record Properties(Optional<Group.Selection> selection) {}

  static void write(ByteBuf out, Version version, Group.Type type, List<Bucket> buckets) {
    for (int i = 0; i < buckets.size(); i++) {
      if (version.isAtLeast(Version.V1_5)) {
        writeWithProperties(out, version, type, buckets.get(i));
      } else {
        writeFixed(out, version, i, buckets.get(i));
      }
    }
  }

  private static void writeFixed(ByteBuf out, Version version, int position, Bucket bucket) {
    if (bucket.bucketId() != position) {
      throw new IllegalArgumentException(
          "bucket_id: %s in OpenFlow %s (expected: %d, its position)"
              .formatted(Integer.toUnsignedString(bucket.bucketId()), version, position));
    }
    int start = out.writerIndex();
    out.writeZero(2);
    out.writeShort(bucket.weight());
    out.writeInt(bucket.watchPort());
    out.writeInt(bucket.watchGroup());
    out.writeZero(4);
    ActionEncoder.write(out, version, bucket.actions());
    out.setShort(start, lengthFrom(out, start));
  }

  private static void writeWithProperties(
      ByteBuf out, Version version, Group.Type type, Bucket bucket) {
    int start = out.writerIndex();
    out.writeZero(4);
    out.writeInt(bucket.bucketId());
    int actionsAt = out.writerIndex();
    ActionEncoder.write(out, version, bucket.actions());
    int actionBytes = lengthFrom(out, actionsAt);
    if (type == Group.Type.SELECT) {
      out.writeInt(WEIGHT << 16 | 8);
      out.writeShort(bucket.weight());
      out.writeZero(2);
    }
    if (bucket.watchPort() != PortNo.ANY) {
      out.writeInt(WATCH_PORT << 16 | 8);
      out.writeInt(bucket.watchPort());
    }
    if (bucket.watchGroup() != Group.ANY) {
      out.writeInt(WATCH_GROUP << 16 | 8);
      out.writeInt(bucket.watchGroup());
    }
    out.setShort(start, lengthFrom(out, start));
    out.setShort(start + 2, actionBytes);
  }

  private static int lengthFrom(ByteBuf out, int start) {
    int length = out.writerIndex() - start;
    if (length > MessageEncoder.MAX_MESSAGE_BYTES) {
      throw new IllegalArgumentException(
          "bucket: %d bytes (expected: at most %d)"
              .formatted(length, MessageEncoder.MAX_MESSAGE_BYTES));
    }
    return length;
  }

  /** All buckets up to the reader's end. */
  static List<Bucket> read(WireReader in, Version version, Group.Type type) {
    List<Bucket> buckets = new ArrayList<>();
    while (in.hasMore()) {
      WireReader bucket = in.structure("bucket", version.isAtLeast(Version.V1_5) ? 8 : 16);
      bucket.skip(2);
      buckets.add(
          version.isAtLeast(Version.V1_5)
              ? readWithProperties(bucket, version, type)
              : readFixed(bucket, version, buckets.size()));
    }
    return buckets;
  }

  private static Bucket readFixed(WireReader in, Version version, int position) {
    int weight = in.u16();
    int watchPort = in.i32();
    int watchGroup = in.i32();
    in.skip(4);
    return new Bucket(position, weight, watchPort, watchGroup, ActionDecoder.read(in, version));
  }

  private static Bucket readWithProperties(WireReader in, Version version, Group.Type type) {
    int actionBytes = in.u16();
    int bucketId = in.i32();
    List<Action> actions = ActionDecoder.read(in.sub(actionBytes), version);
    int weight = type == Group.Type.SELECT ? 1 : 0;
    int watchPort = PortNo.ANY;
    int watchGroup = Group.ANY;
    while (in.hasMore()) {
      WireReader property = in.paddedProperty();
      int propertyType = property.u16();
      property.skip(2);
      switch (propertyType) {
        case WEIGHT -> weight = property.u16();
        case WATCH_PORT -> watchPort = property.i32();
        case WATCH_GROUP -> watchGroup = property.i32();
        default ->
            throw in.malformed(
                "bucket property: %d (expected: 0 to %d)".formatted(propertyType, WATCH_GROUP));
      }
    }
    return new Bucket(bucketId, weight, watchPort, watchGroup, actions);
  }

  static void writeSelection(ByteBuf out, Version version, Group.Selection selection) {
    int start = out.writerIndex();
    out.writeShort(Wire.EXPERIMENTER);
    out.writeZero(2);
    out.writeInt(NETRONOME);
    out.writeInt(SELECTION_METHOD);
    out.writeZero(4);
    byte[] method = selection.method().getBytes(StandardCharsets.US_ASCII);
    out.writeBytes(method);
    out.writeZero(METHOD_BYTES - method.length);
    out.writeLong(selection.param());
    for (MatchField mask : selection.fields()) {
      FieldCodec.writeField(out, version, mask);
    }
    int length = out.writerIndex() - start;
    out.setShort(start + 2, length);
    out.writeZero(-length & 7);
  }

  /** Before OpenFlow 1.5 a group cannot say how it chooses. */
  static void checkNoSelection(Version version, Optional<Group.Selection> selection) {
    if (selection.isPresent()) {
      throw new IllegalArgumentException(
          "selection_method: %s in OpenFlow %s (expected: 1.5 or later)"
              .formatted(selection.get().method(), version));
    }
  }

  /** All properties up to the reader's end; empty where the model does not know one. */
  static Optional<Properties> readProperties(WireReader in) {
    Optional<Group.Selection> selection = Optional.empty();
    while (in.hasMore()) {
      WireReader property = in.paddedProperty();
      int type = property.u16();
      property.skip(2);
      int experimenter = type == Wire.EXPERIMENTER ? property.i32() : 0;
      boolean netronome = experimenter == NETRONOME || experimenter == NETRONOME_BEFORE;
      if (!netronome || property.i32() != SELECTION_METHOD) {
        return Optional.empty();
      }
      property.skip(4);
      selection = readSelection(property);
      if (selection.isEmpty()) {
        return Optional.empty();
      }
    }
    return Optional.of(new Properties(selection));
  }

  private static Optional<Group.Selection> readSelection(WireReader in) {
    byte[] field = in.octets(METHOD_BYTES).toByteArray();
    String method = new String(field, StandardCharsets.ISO_8859_1);
    int end = method.indexOf('\0');
    if (end < 0) {
      throw in.malformed("selection method: no zero at its end (expected: one)");
    }
    long param = in.i64();
    List<MatchField> fields = new ArrayList<>();
    while (in.hasMore()) {
      Optional<MatchField> mask = FieldCodec.readField(in);
      if (mask.isEmpty()) {
        return Optional.empty();
      }
      fields.add(mask.get());
    }
    return Optional.of(new Group.Selection(method.substring(0, end), param, fields));
  }
}
