package org.ovswin.sandbox.linux;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The attributes of a netlink message or of a nested attribute, by type; of several of one type the
 * last. The picture is at {@link NetlinkRequest}. A value of a surprising length counts as missing.
 */
final class NetlinkAttributes {
  /** Without NLA_F_NESTED and NLA_F_NET_BYTEORDER. */
  private static final int TYPE_MASK = 0x3fff;

  private final Map<Integer, ByteBuffer> values = new HashMap<>();

  /**
   * Reads attributes from {@code buffer}'s position to its limit.
   *
   * @throws NetlinkFormatException if a length leads out of the buffer
   */
  static NetlinkAttributes read(ByteBuffer buffer) throws NetlinkFormatException {
    NetlinkAttributes attributes = new NetlinkAttributes();
    ByteBuffer rest = buffer.slice().order(ByteOrder.nativeOrder());
    while (rest.remaining() >= 4) {
      int start = rest.position();
      int length = Short.toUnsignedInt(rest.getShort());
      int type = rest.getShort() & TYPE_MASK;
      if (length < 4 || start + length > rest.limit()) {
        throw new NetlinkFormatException(
            "length of attribute %d at %d: %d (expected: 4 to %d)"
                .formatted(type, start, length, rest.limit() - start));
      }
      attributes.values.put(type, rest.slice(start + 4, length - 4).order(ByteOrder.nativeOrder()));
      rest.position(Math.min(rest.limit(), start + length + NetlinkRequest.padding(length)));
    }
    return attributes;
  }

  Optional<byte[]> bytes(int type) {
    return value(type)
        .map(
            value -> {
              byte[] bytes = new byte[value.remaining()];
              value.get(bytes);
              return bytes;
            });
  }

  OptionalInt u32(int type) {
    return value(type)
        .filter(value -> value.remaining() == 4)
        .map(value -> OptionalInt.of(value.getInt()))
        .orElse(OptionalInt.empty());
  }

  /** A text up to the zero octet that ends it. */
  Optional<String> text(int type) {
    return bytes(type)
        .map(
            bytes -> {
              int end = 0;
              while (end < bytes.length && bytes[end] != 0) {
                end++;
              }
              return new String(bytes, 0, end, StandardCharsets.UTF_8);
            });
  }

  Optional<InetAddress> address(int type) {
    return bytes(type).flatMap(NetlinkAttributes::address);
  }

  /** The address of a {@code struct rtvia}: {@code | family 2 | address |}. */
  Optional<InetAddress> via(int type) {
    return bytes(type)
        .filter(bytes -> bytes.length > 2)
        .flatMap(bytes -> address(Arrays.copyOfRange(bytes, 2, bytes.length)));
  }

  /** What is nested in an attribute; nothing if it is missing. */
  NetlinkAttributes nested(int type) throws NetlinkFormatException {
    return read(value(type).orElse(ByteBuffer.allocate(0)));
  }

  private static Optional<InetAddress> address(byte[] octets) {
    try {
      return Optional.of(InetAddress.getByAddress(octets));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  private Optional<ByteBuffer> value(int type) {
    return Optional.ofNullable(values.get(type))
        .map(value -> value.duplicate().order(ByteOrder.nativeOrder()));
  }
}
