package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import org.ovswin.openflow.Octets;

/**
 * Reads one structure within a message. Every read is checked against the structure's end, so a
 * length field that lies cannot lead outside of it; errors say the offset within the message.
 */
final class WireReader {
  private final ByteBuf buf;
  private final int start;
  private final int end;
  private int position;

  /** The readable bytes of a buffer, whose reader index stays where it is. */
  WireReader(ByteBuf buf) {
    this(buf, buf.readerIndex(), buf.readerIndex(), buf.writerIndex());
  }

  private WireReader(ByteBuf buf, int start, int position, int end) {
    this.buf = buf;
    this.start = start;
    this.position = position;
    this.end = end;
  }

  int remaining() {
    return end - position;
  }

  boolean hasMore() {
    return position < end;
  }

  /** Bytes from the beginning of the message. */
  int offset() {
    return position - start;
  }

  int u8() {
    return buf.getUnsignedByte(advance(1));
  }

  int u16() {
    return buf.getUnsignedShort(advance(2));
  }

  int i32() {
    return buf.getInt(advance(4));
  }

  long u32() {
    return buf.getUnsignedInt(advance(4));
  }

  long u48() {
    int at = advance(6);
    return (long) buf.getUnsignedShort(at) << 32 | buf.getUnsignedInt(at + 2);
  }

  long i64() {
    return buf.getLong(advance(8));
  }

  void skip(int count) {
    advance(count);
  }

  Octets octets(int count) {
    byte[] bytes = new byte[count <= remaining() ? Math.max(count, 0) : 0];
    buf.getBytes(advance(count), bytes);
    return Octets.of(bytes);
  }

  Octets rest() {
    return octets(remaining());
  }

  /** A reader of the next {@code length} bytes, which are passed here. */
  WireReader sub(int length) {
    int from = advance(length);
    return new WireReader(buf, start, from, from + length);
  }

  /** A reader of all that is left, which is not passed here. */
  WireReader copy() {
    return new WireReader(buf, start, position, end);
  }

  /**
   * A reader of a structure that says its own length in the 16 bits after its type, such as an
   * action; both are still in it.
   *
   * @param multiple what the length must be a multiple of
   */
  WireReader typedStructure(String what, int minimum, int multiple) {
    if (remaining() < 4) {
      throw malformed(what + ": " + remaining() + " bytes (expected: at least 4)");
    }
    int length = buf.getUnsignedShort(position + 2);
    if (length < minimum || length % multiple != 0 || length > remaining()) {
      throw malformed(
          "%s length: %d (expected: %d to %d, a multiple of %d)"
              .formatted(what, length, minimum, remaining(), multiple));
    }
    return sub(length);
  }

  /**
   * A reader of a structure that begins with its own length in 16 bits, such as a bucket; the
   * length is still in it.
   */
  WireReader structure(String what, int minimum) {
    int length = remaining() < 2 ? 0 : buf.getUnsignedShort(position);
    if (length < minimum || length > remaining()) {
      throw malformed(
          "%s length: %d (expected: %d to %d)".formatted(what, length, minimum, remaining()));
    }
    return sub(length);
  }

  /** The constant of an enum that is declared in wire order, from 0. */
  <E> E constant(String what, E[] constants, int number) {
    if (number >= constants.length) {
      throw malformed("%s: %d (expected: 0 to %d)".formatted(what, number, constants.length - 1));
    }
    return constants[number];
  }

  /**
   * A reader of a property, whose length does not count the zeros that pad it to a multiple of 8
   * bytes; they are passed here.
   */
  WireReader paddedProperty() {
    WireReader property = typedStructure("property", 4, 1);
    skip(Math.min(-(property.end - property.position) & 7, remaining()));
    return property;
  }

  MalformedMessageException malformed(String reason) {
    return new MalformedMessageException(offset(), reason);
  }

  private int advance(int count) {
    if (count < 0 || count > remaining()) {
      throw malformed("%d bytes left (expected: %d)".formatted(remaining(), count));
    }
    int at = position;
    position += count;
    return at;
  }
}
