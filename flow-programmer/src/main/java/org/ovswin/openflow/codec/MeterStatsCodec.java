package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.MultipartReply;

/**
 * The counters and features of meters (OpenFlow 1.5, 7.3.5.12 and 7.3.5.14).
 *
 * <pre>
 * counters: meter (32 bits) | length (16) | zeros (48) | flows (32) | packets (64) | bytes (64)
 *           | seconds (32) | nanoseconds (32) | per band packets (64), bytes (64)
 * features: meters (32) | types of bands (32) | capabilities (32) | bands (8) | colors (8)
 *           | zeros (16)
 * </pre>
 */
final class MeterStatsCodec {
  private static final int FIXED_BYTES = 40;
  private static final int BYTES_BEFORE_LENGTH = 4;

  private MeterStatsCodec() {}

  static void write(ByteBuf out, MultipartReply.MeterStats meter) {
    int start = out.writerIndex();
    out.writeInt(meter.meterId());
    out.writeZero(8);
    out.writeInt(meter.flows());
    GroupStatsCodec.writeCounter(out, meter.received());
    Durations.write(out, meter.durationNanos());
    meter.bands().forEach(counter -> GroupStatsCodec.writeCounter(out, counter));
    out.setShort(start + BYTES_BEFORE_LENGTH, out.writerIndex() - start);
  }

  static MultipartReply.MeterStats read(WireReader in) {
    int meterId = in.i32();
    int length = in.copy().u16();
    if (length < FIXED_BYTES) {
      throw in.malformed("meter length: %d (expected: at least %d)".formatted(length, FIXED_BYTES));
    }
    WireReader meter = in.sub(length - BYTES_BEFORE_LENGTH);
    meter.skip(8);
    int flows = meter.i32();
    MultipartReply.Counter received = GroupStatsCodec.readCounter(meter);
    long duration = Durations.read(meter);
    List<MultipartReply.Counter> bands = GroupStatsCodec.readCounters(meter);
    return new MultipartReply.MeterStats(meterId, flows, received, duration, bands);
  }

  static void writeFeatures(ByteBuf out, MultipartReply.MeterFeatures features) {
    out.writeInt(features.maxMeters());
    out.writeInt(features.bandTypes());
    out.writeInt(features.capabilities());
    out.writeByte(features.maxBands());
    out.writeByte(features.maxColors());
    out.writeZero(2);
  }

  static Message readFeatures(Message.More more, WireReader in) {
    return new MultipartReply.MeterFeatures(more, in.i32(), in.i32(), in.i32(), in.u8(), in.u8());
  }
}
