package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import java.util.Optional;
import org.ovswin.openflow.ControlRequest;
import org.ovswin.openflow.Match;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Octets;
import org.ovswin.openflow.SwitchEvent;
import org.ovswin.openflow.Version;

/**
 * NXT_PACKET_IN2 and NXT_RESUME (OVS include/openflow/nicira-ext.h), made of properties that are
 * padded with zeros to a multiple of 8 bytes.
 *
 * <pre>
 * 0 packet | 1 full length (32 bits), if the packet is cut | 2 buffer (32) | 3 table (8)
 * | 4 zeros (32), cookie (64) | 5 reason (8) | 6 OXM entries | 8 zeros (32), continuation
 * | 7 userdata
 * </pre>
 */
final class PacketIn2Codec {
  private static final int PACKET = 0;
  private static final int FULL_LENGTH = 1;
  private static final int BUFFER = 2;
  private static final int TABLE = 3;
  private static final int COOKIE = 4;
  private static final int REASON = 5;
  private static final int METADATA = 6;
  private static final int USERDATA = 7;
  private static final int CONTINUATION = 8;

  private static final long NO_COOKIE = -1;

  private PacketIn2Codec() {}

  static void write(
      ByteBuf out, Version version, Message.PacketIn in, Octets continuation, Octets userdata) {
    writeOctets(out, PACKET, in.packet());
    if (in.totalLength() != in.packet().length()) {
      out.writeInt(FULL_LENGTH << 16 | 8);
      out.writeInt(in.totalLength());
    }
    if (in.bufferId() != Message.NO_BUFFER) {
      out.writeInt(BUFFER << 16 | 8);
      out.writeInt(in.bufferId());
    }
    writeByte(out, TABLE, in.table());
    if (in.cookie() != NO_COOKIE) {
      out.writeInt(COOKIE << 16 | 16);
      out.writeZero(4);
      out.writeLong(in.cookie());
    }
    writeByte(out, REASON, in.reason());
    // A match has a header of the same form, and the same padding.
    int start = out.writerIndex();
    FieldCodec.writeMatch(out, version, in.match());
    out.setShort(start, METADATA);
    if (continuation.length() > 0) {
      start = out.writerIndex();
      out.writeShort(CONTINUATION);
      out.writeZero(6);
      ActionEncoder.writeOctets(out, continuation);
      end(out, start);
    }
    if (userdata.length() > 0) {
      writeOctets(out, USERDATA, userdata);
    }
  }

  private static void writeOctets(ByteBuf out, int type, Octets octets) {
    int start = out.writerIndex();
    out.writeShort(type);
    out.writeZero(2);
    ActionEncoder.writeOctets(out, octets);
    end(out, start);
  }

  private static void writeByte(ByteBuf out, int type, int value) {
    out.writeInt(type << 16 | 5);
    out.writeByte(value);
    out.writeZero(3);
  }

  private static void end(ByteBuf out, int start) {
    int length = out.writerIndex() - start;
    if (length > MessageEncoder.MAX_MESSAGE_BYTES) {
      throw new IllegalArgumentException(
          "property: %d bytes (expected: at most %d)"
              .formatted(length, MessageEncoder.MAX_MESSAGE_BYTES));
    }
    out.setShort(start + 2, length);
    out.writeZero(-length & 7);
  }

  static Optional<Message> readPacketIn(WireReader in) {
    Parts parts = new Parts();
    return parts.read(in)
        ? Optional.of(
            new SwitchEvent.PacketIn2(parts.packetIn(), parts.userdata, parts.continuation))
        : Optional.empty();
  }

  static Optional<Message> readResume(WireReader in) {
    Parts parts = new Parts();
    return parts.read(in) && parts.userdata.length() == 0
        ? Optional.of(new ControlRequest.Resume(parts.packetIn(), parts.continuation))
        : Optional.empty();
  }

  /** The properties as they come, in any order. */
  private static final class Parts {
    private Octets packet = Octets.EMPTY;
    private int totalLength;
    private int bufferId = Message.NO_BUFFER;
    private int table;
    private long cookie = NO_COOKIE;
    private int reason;
    private Match match = Match.ANY;
    private Octets userdata = Octets.EMPTY;
    private Octets continuation = Octets.EMPTY;

    /** False where there is a property that the model does not know. */
    boolean read(WireReader in) {
      while (in.hasMore()) {
        WireReader property = in.paddedProperty();
        int type = property.u16();
        property.skip(2);
        switch (type) {
          case PACKET -> packet = property.rest();
          case FULL_LENGTH -> totalLength = property.i32();
          case BUFFER -> bufferId = property.i32();
          case TABLE -> table = property.u8();
          case COOKIE -> {
            property.skip(4);
            cookie = property.i64();
          }
          case REASON -> reason = property.u8();
          case METADATA -> match = FieldCodec.readEntries(property);
          case USERDATA -> userdata = property.rest();
          case CONTINUATION -> {
            property.skip(4);
            continuation = property.rest();
          }
          default -> {
            return false;
          }
        }
      }
      return true;
    }

    Message.PacketIn packetIn() {
      int length = totalLength == 0 ? packet.length() : totalLength;
      return new Message.PacketIn(bufferId, length, reason, table, cookie, match, packet);
    }
  }
}
