package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Optional;
import org.ovswin.openflow.MultipartReply;
import org.ovswin.openflow.Octets;
import org.ovswin.openflow.Version;

/**
 * The counters of ports (OpenFlow 1.3, 7.3.5.6; 1.5, 7.3.5.7).
 *
 * <pre>
 * 1.3:        port (32 bits) | zeros (32) | packets, bytes, drops and errors, each received (64)
 *             and sent (64) | frame, overrun, CRC errors and collisions (64 each)
 *             | seconds (32) | nanoseconds (32)
 * 1.4 and on: length (16) | zeros (16) | port (32) | seconds (32) | nanoseconds (32)
 *             | packets, bytes, drops and errors, as above | properties; of them Ethernet:
 *             0 (16) | 40 (16) | zeros (32) | frame, overrun, CRC errors and collisions (64 each)
 * </pre>
 */
final class PortStatsCodec {
  private static final int FIXED_BYTES = 80;
  private static final int ETHERNET = 0;
  private static final int ETHERNET_BYTES = 40;

  private PortStatsCodec() {}

  static void write(ByteBuf out, Version version, MultipartReply.PortStats port) {
    if (!version.isAtLeast(Version.V1_4)) {
      out.writeInt(port.portNo());
      out.writeZero(4);
      writeCounters(out, port);
      writeErrors(out, port.ethernet().orElse(UNKNOWN_ERRORS));
      Durations.write(out, port.durationNanos());
      return;
    }
    int start = out.writerIndex();
    out.writeZero(4);
    out.writeInt(port.portNo());
    Durations.write(out, port.durationNanos());
    writeCounters(out, port);
    port.ethernet()
        .ifPresent(
            errors -> {
              out.writeInt(ETHERNET << 16 | ETHERNET_BYTES);
              out.writeZero(4);
              writeErrors(out, errors);
            });
    ActionEncoder.writeOctets(out, port.otherProperties());
    out.setShort(start, out.writerIndex() - start);
  }

  private static final MultipartReply.EthernetErrors UNKNOWN_ERRORS =
      new MultipartReply.EthernetErrors(
          MultipartReply.UNKNOWN_COUNT,
          MultipartReply.UNKNOWN_COUNT,
          MultipartReply.UNKNOWN_COUNT,
          MultipartReply.UNKNOWN_COUNT);

  private static void writeCounters(ByteBuf out, MultipartReply.PortStats port) {
    MultipartReply.PortCounters received = port.received();
    MultipartReply.PortCounters sent = port.sent();
    out.writeLong(received.packets());
    out.writeLong(sent.packets());
    out.writeLong(received.bytes());
    out.writeLong(sent.bytes());
    out.writeLong(received.dropped());
    out.writeLong(sent.dropped());
    out.writeLong(received.errors());
    out.writeLong(sent.errors());
  }

  private static void writeErrors(ByteBuf out, MultipartReply.EthernetErrors errors) {
    out.writeLong(errors.frame());
    out.writeLong(errors.overrun());
    out.writeLong(errors.crc());
    out.writeLong(errors.collisions());
  }

  static MultipartReply.PortStats read(WireReader in, Version version) {
    if (!version.isAtLeast(Version.V1_4)) {
      int portNo = in.i32();
      in.skip(4);
      Counters counters = Counters.read(in);
      MultipartReply.EthernetErrors errors = readErrors(in);
      return counters.port(portNo, Optional.of(errors), Durations.read(in), Octets.EMPTY);
    }
    WireReader port = in.structure("port", FIXED_BYTES);
    port.skip(4);
    int portNo = port.i32();
    long duration = Durations.read(port);
    Counters counters = Counters.read(port);
    Optional<MultipartReply.EthernetErrors> errors = Optional.empty();
    ByteBuf others = Unpooled.buffer(port.remaining());
    while (port.hasMore()) {
      WireReader ahead = port.copy();
      WireReader property = port.paddedProperty();
      int type = property.u16();
      if (type == ETHERNET && errors.isEmpty()) {
        property.skip(6);
        errors = Optional.of(readErrors(property));
      } else {
        ActionEncoder.writeOctets(others, ahead.octets(ahead.remaining() - port.remaining()));
      }
    }
    Octets other = Octets.of(ByteBufUtil.getBytes(others));
    return counters.port(portNo, errors, duration, other);
  }

  private static MultipartReply.EthernetErrors readErrors(WireReader in) {
    return new MultipartReply.EthernetErrors(in.i64(), in.i64(), in.i64(), in.i64());
  }

  /** What both forms have in common. */
  private record Counters(MultipartReply.PortCounters received, MultipartReply.PortCounters sent) {
    static Counters read(WireReader in) {
      long receivedPackets = in.i64();
      long sentPackets = in.i64();
      long receivedBytes = in.i64();
      long sentBytes = in.i64();
      long receivedDropped = in.i64();
      long sentDropped = in.i64();
      long receivedErrors = in.i64();
      long sentErrors = in.i64();
      return new Counters(
          new MultipartReply.PortCounters(
              receivedPackets, receivedBytes, receivedDropped, receivedErrors),
          new MultipartReply.PortCounters(sentPackets, sentBytes, sentDropped, sentErrors));
    }

    MultipartReply.PortStats port(
        int portNo,
        Optional<MultipartReply.EthernetErrors> errors,
        long durationNanos,
        Octets others) {
      return new MultipartReply.PortStats(portNo, received, sent, errors, durationNanos, others);
    }
  }
}
