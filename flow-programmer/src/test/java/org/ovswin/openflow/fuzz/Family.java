package org.ovswin.openflow.fuzz;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Kinds of messages that are read by code of their own; each is fuzzed by itself. */
enum Family {
  HELLO(0),
  ERROR(1),
  /** Nicira's and the ONF's extensions; the input says which. */
  EXPERIMENTER(4),
  PACKET_IN(10),
  FLOW_REMOVED(11),
  PORT_STATUS(12),
  PACKET_OUT(13),
  FLOW_MOD(14),
  GROUP_MOD(15),
  MULTIPART_REQUEST(18),
  FLOW_STATS(19, 1),
  TABLE_STATS(19, 3),
  PORT_STATS(19, 4),
  GROUP_STATS(19, 6),
  GROUP_DESC(19, 7),
  METER_STATS(19, 9),
  METER_CONFIG(19, 10),
  PORT_DESC(19, 13),
  /** Of any type that has no family. */
  MULTIPART_REPLY(19),
  ASYNC_CONFIG(28),
  METER_MOD(29),
  BUNDLE_ADD(34),
  /** Of any type. */
  ANY(-1),
  /** No message, but a flow in the syntax of ovs-ofctl. */
  FLOW_TEXT(-1);

  private static final int HEADER_BYTES = 8;
  private static final int OLDEST_VERSION = 4;
  private static final int VERSIONS = 3;
  private static final int TYPES = 36;
  private static final int NO_MULTIPART = -1;

  private final int type;
  private final int multipart;

  Family(int type) {
    this(type, NO_MULTIPART);
  }

  Family(int type, int multipart) {
    this.type = type;
    this.multipart = multipart;
  }

  /**
   * A message of this family out of any bytes: the header is right, so that what is read is the
   * body.
   *
   * @param input version, (type,) body
   */
  ByteBuf message(byte[] input) {
    ByteBuf in = Unpooled.wrappedBuffer(input);
    ByteBuf out = Unpooled.buffer(HEADER_BYTES + 8 + input.length);
    out.writeByte(OLDEST_VERSION + next(in) % VERSIONS);
    out.writeByte(type >= 0 ? type : next(in) % TYPES);
    out.writeShort(0);
    out.writeInt(1);
    if (multipart != NO_MULTIPART) {
      out.writeShort(multipart);
      out.writeShort(0);
      out.writeZero(4);
    }
    out.writeBytes(in);
    out.setShort(2, out.readableBytes());
    return out;
  }

  /** The input of which {@link #message} makes this message. */
  byte[] input(ByteBuf message) {
    ByteBuf out = Unpooled.buffer(message.readableBytes());
    out.writeByte(message.getUnsignedByte(0) - OLDEST_VERSION);
    if (type < 0) {
      out.writeByte(message.getUnsignedByte(1));
    }
    int body = HEADER_BYTES + (multipart == NO_MULTIPART ? 0 : 8);
    out.writeBytes(message.slice(body, message.readableBytes() - body));
    byte[] input = new byte[out.readableBytes()];
    out.readBytes(input);
    return input;
  }

  /** Whether {@link #message} makes such messages. */
  boolean isOf(ByteBuf message) {
    int wireType = message.getUnsignedByte(1);
    return this != FLOW_TEXT
        && (type < 0 || type == wireType)
        && (multipart == NO_MULTIPART || multipart == message.getUnsignedShort(HEADER_BYTES));
  }

  private static int next(ByteBuf in) {
    return in.isReadable() ? in.readUnsignedByte() : 0;
  }
}
