package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.MultipartReply;

/**
 * The counters and features of groups (OpenFlow 1.5, 7.3.5.9 and 7.3.5.11).
 *
 * <pre>
 * counters: length (16 bits) | zeros (16) | group (32) | flows (32) | zeros (32) | packets (64)
 *           | bytes (64) | seconds (32) | nanoseconds (32) | per bucket packets (64), bytes (64)
 * features: types (32) | capabilities (32) | 4 numbers of groups (32) | 4 sets of actions (32)
 * </pre>
 */
final class GroupStatsCodec {
  private static final int FIXED_BYTES = 40;
  private static final int TYPES = 4;

  private GroupStatsCodec() {}

  static void write(ByteBuf out, MultipartReply.GroupStats group) {
    int start = out.writerIndex();
    out.writeZero(4);
    out.writeInt(group.groupId());
    out.writeInt(group.flows());
    out.writeZero(4);
    writeCounter(out, group.counter());
    Durations.write(out, group.durationNanos());
    group.buckets().forEach(counter -> writeCounter(out, counter));
    out.setShort(start, out.writerIndex() - start);
  }

  static MultipartReply.GroupStats read(WireReader in) {
    WireReader group = in.structure("group", FIXED_BYTES);
    group.skip(4);
    int groupId = group.i32();
    int flows = group.i32();
    group.skip(4);
    MultipartReply.Counter counter = readCounter(group);
    long duration = Durations.read(group);
    return new MultipartReply.GroupStats(groupId, flows, counter, duration, readCounters(group));
  }

  static void writeCounter(ByteBuf out, MultipartReply.Counter counter) {
    out.writeLong(counter.packets());
    out.writeLong(counter.bytes());
  }

  static MultipartReply.Counter readCounter(WireReader in) {
    return new MultipartReply.Counter(in.i64(), in.i64());
  }

  /** All counters up to the reader's end. */
  static List<MultipartReply.Counter> readCounters(WireReader in) {
    List<MultipartReply.Counter> counters = new ArrayList<>();
    while (in.hasMore()) {
      counters.add(readCounter(in));
    }
    return counters;
  }

  static void writeFeatures(ByteBuf out, MultipartReply.GroupFeatures features) {
    out.writeInt(features.types());
    out.writeInt(features.capabilities());
    features.maxGroups().forEach(out::writeInt);
    features.actions().forEach(out::writeInt);
  }

  static Message readFeatures(Message.More more, WireReader in) {
    int types = in.i32();
    int capabilities = in.i32();
    return new MultipartReply.GroupFeatures(
        more, types, capabilities, fourNumbers(in), fourNumbers(in));
  }

  private static List<Integer> fourNumbers(WireReader in) {
    List<Integer> numbers = new ArrayList<>(TYPES);
    for (int i = 0; i < TYPES; i++) {
      numbers.add(in.i32());
    }
    return numbers;
  }
}
