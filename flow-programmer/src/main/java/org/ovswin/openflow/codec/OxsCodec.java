package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import java.util.OptionalLong;
import org.ovswin.openflow.MultipartReply;

/**
 * Counters of flows from OpenFlow 1.5 on (OXS, 7.2.4.2).
 *
 * <pre>
 * zeros (16 bits) | length of all of it without padding (16) | entries | zeros to a multiple of 8
 * entry: class 0x8002 (16) | field (7) | 0 (1) | length of the value (8) | value
 * </pre>
 */
final class OxsCodec {
  private static final int CLASS = 0x8002;
  private static final int DURATION = 0;
  private static final int IDLE_TIME = 1;
  private static final int FLOWS = 3;
  private static final int PACKETS = 4;
  private static final int BYTES = 5;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private OxsCodec() {}

  /**
   * What the switch tells, in the order in which it writes it.
   *
   * @param durationNanos since the flow was added
   * @param idleNanos since its last packet
   * @param flows 32 bits
   */
  record Counters(
      OptionalLong durationNanos,
      OptionalLong idleNanos,
      OptionalLong flows,
      OptionalLong packets,
      OptionalLong bytes) {}

  /** Empty for -1, which stands for what the switch does not say. */
  static OptionalLong known(long value) {
    return value == MultipartReply.UNKNOWN_COUNT ? OptionalLong.empty() : OptionalLong.of(value);
  }

  static void write(ByteBuf out, Counters counters) {
    int start = out.writerIndex();
    out.writeInt(0);
    counters.durationNanos().ifPresent(nanos -> writeDuration(out, DURATION, nanos));
    counters.idleNanos().ifPresent(nanos -> writeDuration(out, IDLE_TIME, nanos));
    counters
        .flows()
        .ifPresent(
            count -> {
              out.writeInt(header(FLOWS, 4));
              out.writeInt((int) count);
            });
    counters.packets().ifPresent(count -> writeCount(out, PACKETS, count));
    counters.bytes().ifPresent(count -> writeCount(out, BYTES, count));
    int length = out.writerIndex() - start;
    out.setShort(start + 2, length);
    out.writeZero(-length & 7);
  }

  private static void writeDuration(ByteBuf out, int field, long nanos) {
    out.writeInt(header(field, 8));
    out.writeInt((int) (nanos / NANOS_PER_SECOND));
    out.writeInt((int) (nanos % NANOS_PER_SECOND));
  }

  private static void writeCount(ByteBuf out, int field, long count) {
    out.writeInt(header(field, 8));
    out.writeLong(count);
  }

  private static int header(int field, int length) {
    return CLASS << 16 | field << 9 | length;
  }

  /** All of it with its padding; entries that the model does not know are passed over. */
  static Counters read(WireReader in) {
    in.skip(2);
    int length = in.u16();
    if (length < 4) {
      throw in.malformed("counters length: " + length + " (expected: at least 4)");
    }
    WireReader entries = in.sub(length - 4);
    in.skip(Math.min(-length & 7, in.remaining()));
    OptionalLong duration = OptionalLong.empty();
    OptionalLong idle = OptionalLong.empty();
    OptionalLong flows = OptionalLong.empty();
    OptionalLong packets = OptionalLong.empty();
    OptionalLong bytes = OptionalLong.empty();
    while (entries.hasMore()) {
      int header = entries.i32();
      WireReader value = entries.sub(header & 0xff);
      if (header >>> 16 != CLASS) {
        continue;
      }
      switch (header >>> 9 & 0x7f) {
        case DURATION -> duration = OptionalLong.of(duration(value));
        case IDLE_TIME -> idle = OptionalLong.of(duration(value));
        case FLOWS -> flows = OptionalLong.of(value.u32());
        case PACKETS -> packets = OptionalLong.of(value.i64());
        case BYTES -> bytes = OptionalLong.of(value.i64());
        default -> {} // A counter that is not shown.
      }
    }
    return new Counters(duration, idle, flows, packets, bytes);
  }

  private static long duration(WireReader in) {
    long seconds = in.u32();
    return seconds * NANOS_PER_SECOND + in.u32();
  }
}
