package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Set;
import org.ovswin.openflow.Action;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowFlag;
import org.ovswin.openflow.FlowStats;
import org.ovswin.openflow.Match;
import org.ovswin.openflow.MultipartReply;
import org.ovswin.openflow.Version;

/**
 * An entry of a flow dump (OpenFlow 1.3, 7.3.5.2; 1.5, 7.3.5.2 and 7.2.4 for the counters).
 *
 * <pre>
 * 1.3, 1.4: length (16 bits) | table (8) | zeros (8) | seconds (32) | nanoseconds (32)
 *           | priority (16) | idle (16) | hard (16) | flags (16) | importance, from 1.4 on (16)
 *           | zeros (16) | cookie (64) | packets (64) | bytes (64) | match | instructions
 * 1.5:      length (16) | zeros (16) | table (8) | zeros (8) | priority (16) | idle (16)
 *           | hard (16) | flags (16) | importance (16) | cookie (64) | match | counters (OXS)
 *           | instructions
 * </pre>
 */
final class FlowStatsCodec {
  private static final int MINIMUM_BYTES = 40;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private static final int OXS_CLASS = 0x8002;
  private static final int OXS_DURATION = 0;
  private static final int OXS_IDLE_TIME = 1;
  private static final int OXS_PACKETS = 4;
  private static final int OXS_BYTES = 5;

  private FlowStatsCodec() {}

  static void write(ByteBuf out, Version version, FlowStats stats) {
    int start = out.writerIndex();
    Flow flow = stats.flow();
    out.writeShort(0);
    if (version.isAtLeast(Version.V1_5)) {
      out.writeZero(2);
      out.writeByte(flow.table());
      out.writeZero(1);
      writeTerms(out, version, flow);
      out.writeLong(flow.cookie());
      FieldCodec.writeMatch(out, version, flow.match());
      writeCounters(out, stats);
    } else {
      out.writeByte(flow.table());
      out.writeZero(1);
      writeDuration(out, stats.durationNanos());
      writeTerms(out, version, flow);
      out.writeZero(2);
      out.writeLong(flow.cookie());
      out.writeLong(stats.packets());
      out.writeLong(stats.bytes());
      FieldCodec.writeMatch(out, version, flow.match());
    }
    InstructionCodec.write(out, version, flow.actions());
    out.setShort(start, out.writerIndex() - start);
  }

  private static void writeDuration(ByteBuf out, long nanos) {
    out.writeInt((int) (nanos / NANOS_PER_SECOND));
    out.writeInt((int) (nanos % NANOS_PER_SECOND));
  }

  private static void writeTerms(ByteBuf out, Version version, Flow flow) {
    out.writeShort(flow.priority());
    out.writeShort(flow.idleTimeoutSeconds());
    out.writeShort(flow.hardTimeoutSeconds());
    out.writeShort(FlowFlag.toBits(flow.flags()));
    out.writeShort(version.isAtLeast(Version.V1_4) ? flow.importance() : 0);
  }

  private static void writeCounters(ByteBuf out, FlowStats stats) {
    int start = out.writerIndex();
    out.writeInt(0);
    out.writeInt(oxs(OXS_DURATION));
    writeDuration(out, stats.durationNanos());
    if (stats.idleNanos() != MultipartReply.UNKNOWN_DURATION) {
      out.writeInt(oxs(OXS_IDLE_TIME));
      writeDuration(out, stats.idleNanos());
    }
    out.writeInt(oxs(OXS_PACKETS));
    out.writeLong(stats.packets());
    out.writeInt(oxs(OXS_BYTES));
    out.writeLong(stats.bytes());
    int length = out.writerIndex() - start;
    out.setShort(start + 2, length);
    out.writeZero(-length & 7);
  }

  private static int oxs(int field) {
    return OXS_CLASS << 16 | field << 9 | 8;
  }

  static FlowStats read(WireReader in, Version version) {
    int at = in.offset();
    WireReader ahead = in.copy();
    int length = ahead.u16();
    if (length < MINIMUM_BYTES || length > in.remaining()) {
      throw new MalformedMessageException(
          at,
          "flow length: %d (expected: %d to %d)".formatted(length, MINIMUM_BYTES, in.remaining()));
    }
    WireReader entry = in.sub(length);
    entry.skip(2);
    try {
      return version.isAtLeast(Version.V1_5)
          ? readDescription(entry, version)
          : readStats(entry, version);
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException(at, String.valueOf(e.getMessage()));
    }
  }

  private static FlowStats readStats(WireReader in, Version version) {
    int table = in.u8();
    in.skip(1);
    long duration = duration(in);
    Terms terms = Terms.read(in, version);
    in.skip(2);
    long cookie = in.i64();
    long packets = in.i64();
    long bytes = in.i64();
    Match match = FieldCodec.readMatch(in);
    List<Action> actions = InstructionCodec.read(in, version);
    return new FlowStats(terms.flow(table, cookie, match, actions), duration, packets, bytes);
  }

  private static FlowStats readDescription(WireReader in, Version version) {
    in.skip(2);
    int table = in.u8();
    in.skip(1);
    Terms terms = Terms.read(in, version);
    long cookie = in.i64();
    Match match = FieldCodec.readMatch(in);
    in.skip(2);
    int length = in.u16();
    if (length < 4) {
      throw in.malformed("counters length: " + length + " (expected: at least 4)");
    }
    WireReader counters = in.sub(length - 4);
    in.skip(-length & 7);
    long duration = 0;
    long idle = MultipartReply.UNKNOWN_DURATION;
    long packets = 0;
    long bytes = 0;
    while (counters.hasMore()) {
      int header = counters.i32();
      WireReader value = counters.sub(header & 0xff);
      if (header >>> 16 != OXS_CLASS) {
        continue;
      }
      switch (header >>> 9 & 0x7f) {
        case OXS_DURATION -> duration = duration(value);
        case OXS_IDLE_TIME -> idle = duration(value);
        case OXS_PACKETS -> packets = value.i64();
        case OXS_BYTES -> bytes = value.i64();
        default -> {} // A counter that is not shown.
      }
    }
    List<Action> actions = InstructionCodec.read(in, version);
    Flow flow = terms.flow(table, cookie, match, actions);
    return new FlowStats(flow, duration, idle, packets, bytes);
  }

  private static long duration(WireReader in) {
    long seconds = in.i32() & 0xffff_ffffL;
    return seconds * NANOS_PER_SECOND + (in.i32() & 0xffff_ffffL);
  }

  /** What both forms have in common. */
  private record Terms(
      int priority, int idleSeconds, int hardSeconds, Set<FlowFlag> flags, int importance) {
    static Terms read(WireReader in, Version version) {
      int priority = in.u16();
      int idle = in.u16();
      int hard = in.u16();
      Set<FlowFlag> flags = FlowFlag.ofBits(in.u16());
      int importance = in.u16();
      return new Terms(
          priority, idle, hard, flags, version.isAtLeast(Version.V1_4) ? importance : 0);
    }

    Flow flow(int table, long cookie, Match match, List<Action> actions) {
      return new Flow(
          table, priority, cookie, match, actions, idleSeconds, hardSeconds, flags, importance);
    }
  }
}
