package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import org.ovswin.openflow.MultipartReply;

/** A time as seconds (32 bits) and nanoseconds (32), both all-ones where it is not known. */
final class Durations {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final long UNKNOWN_SECONDS = 0xffff_ffffL;

  private Durations() {}

  static void write(ByteBuf out, long nanos) {
    if (nanos == MultipartReply.UNKNOWN_DURATION) {
      out.writeLong(-1);
      return;
    }
    // More nanoseconds than a second has must not make the seconds those that are not known.
    long seconds = Math.min(nanos / NANOS_PER_SECOND, UNKNOWN_SECONDS - 1);
    out.writeInt((int) seconds);
    out.writeInt((int) (nanos - seconds * NANOS_PER_SECOND));
  }

  static long read(WireReader in) {
    long seconds = in.u32();
    long nanos = in.u32();
    return seconds == UNKNOWN_SECONDS
        ? MultipartReply.UNKNOWN_DURATION
        : seconds * NANOS_PER_SECOND + nanos;
  }
}
