package org.ovswin.sandbox.linux;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Builds one request of netlink(7), in the host's byte order.
 *
 * <pre>
 *  0               4       6       8               12              16
 *  | length        | type  | flags | sequence      | port 0        | family header, attributes
 *
 *  attribute:  | length 2 | type 2 | value, padded with zeros to a multiple of 4 |
 * </pre>
 *
 * <p>Confined to one thread.
 */
final class NetlinkRequest {
  static final int HEADER_LENGTH = 16;
  static final int NLM_F_REQUEST = 1;
  static final int NLM_F_ACK = 4;
  static final int NLM_F_DUMP = 0x300;
  static final int NLM_F_REPLACE = 0x100;
  static final int NLM_F_EXCL = 0x200;
  static final int NLM_F_CREATE = 0x400;
  static final int NLA_F_NESTED = 0x8000;

  private final int type;
  private final int flags;
  private final String asked;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream(128);

  /**
   * @param type RTM_…
   * @param flags NLM_F_…, without those that every request has
   * @param asked what this asks of the kernel, in words, for the message of an error
   */
  NetlinkRequest(int type, int flags, String asked) {
    this.type = type;
    this.flags = flags;
    this.asked = asked;
  }

  /** What to add inside a nested attribute. */
  @FunctionalInterface
  interface Nested {
    void addTo(NetlinkRequest request);
  }

  String asked() {
    return asked;
  }

  boolean isDump() {
    return (flags & NLM_F_DUMP) == NLM_F_DUMP;
  }

  NetlinkRequest u8(int value) {
    body.write(value);
    return this;
  }

  NetlinkRequest u16(int value) {
    return bytes(inHostOrder(2).putShort((short) value).array());
  }

  NetlinkRequest u32(int value) {
    return bytes(inHostOrder(4).putInt(value).array());
  }

  NetlinkRequest bytes(byte[] bytes) {
    body.writeBytes(bytes);
    return this;
  }

  NetlinkRequest attribute(int attributeType, byte[] value) {
    u16(4 + value.length).u16(attributeType).bytes(value);
    return bytes(new byte[padding(value.length)]);
  }

  NetlinkRequest attributeU32(int attributeType, int value) {
    return attribute(attributeType, inHostOrder(4).putInt(value).array());
  }

  /** A text with the zero octet that ends it. */
  NetlinkRequest attributeText(int attributeType, String value) {
    byte[] text = value.getBytes(StandardCharsets.UTF_8);
    return attribute(attributeType, Arrays.copyOf(text, text.length + 1));
  }

  NetlinkRequest nest(int attributeType, Nested nested) {
    NetlinkRequest inner = new NetlinkRequest(type, flags, asked);
    nested.addTo(inner);
    return attribute(attributeType | NLA_F_NESTED, inner.body.toByteArray());
  }

  /** The whole message, ready to be sent. */
  byte[] encode(int sequence) {
    return inHostOrder(HEADER_LENGTH + body.size())
        .putInt(HEADER_LENGTH + body.size())
        .putShort((short) type)
        .putShort((short) (flags | NLM_F_REQUEST | (isDump() ? 0 : NLM_F_ACK)))
        .putInt(sequence)
        .putInt(0)
        .put(body.toByteArray())
        .array();
  }

  static int padding(int length) {
    return -length & 3;
  }

  private static ByteBuffer inHostOrder(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
  }
}
