package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.ovswin.openflow.Octets;
import org.ovswin.openflow.PortDescription;
import org.ovswin.openflow.Version;

/**
 * Port descriptions (OpenFlow 1.5, 7.2.1).
 *
 * <pre>
 * port (32 bits) | 1.3: zeros (32); from 1.4 on: length of all of it (16), zeros (16)
 * | hardware address (48) | zeros (16) | name, zero-terminated (128) | config (32) | state (32)
 * | 1.3: six words of features; from 1.4 on: properties
 * </pre>
 */
final class PortCodec {
  private static final int NAME_BYTES = 16;
  private static final int FIXED_BYTES = 40;
  private static final int BYTES_1_3 = 64;

  private PortCodec() {}

  static void write(ByteBuf out, Version version, PortDescription port) {
    out.writeInt(port.portNo());
    if (version.isAtLeast(Version.V1_4)) {
      out.writeShort(FIXED_BYTES + port.properties().length());
      out.writeZero(2);
    } else {
      out.writeZero(4);
    }
    out.writeShort((int) (port.hardwareAddress() >>> 32));
    out.writeInt((int) port.hardwareAddress());
    out.writeZero(2);
    byte[] name = port.name().getBytes(StandardCharsets.ISO_8859_1);
    if (name.length > NAME_BYTES) {
      throw new IllegalArgumentException(
          "port name: %d bytes (expected: at most %d)".formatted(name.length, NAME_BYTES));
    }
    out.writeBytes(name);
    out.writeZero(NAME_BYTES - name.length);
    out.writeInt(port.config());
    out.writeInt(port.state());
    ActionEncoder.writeOctets(out, port.properties());
  }

  static PortDescription read(WireReader in, Version version) {
    int at = in.offset();
    int portNo;
    WireReader port;
    if (version.isAtLeast(Version.V1_4)) {
      portNo = in.i32();
      int length = in.u16();
      in.skip(2);
      if (length < FIXED_BYTES || length - 8 > in.remaining()) {
        throw new MalformedMessageException(
            at,
            "port length: %d (expected: %d to %d)"
                .formatted(length, FIXED_BYTES, in.remaining() + 8));
      }
      port = in.sub(length - 8);
    } else {
      WireReader whole = in.sub(BYTES_1_3);
      portNo = whole.i32();
      whole.skip(4);
      port = whole;
    }
    long hardwareAddress = port.u48();
    port.skip(2);
    String name = name(port.octets(NAME_BYTES));
    int config = port.i32();
    int state = port.i32();
    return new PortDescription(portNo, hardwareAddress, name, config, state, port.rest());
  }

  private static String name(Octets field) {
    String text = new String(field.toByteArray(), StandardCharsets.ISO_8859_1);
    int end = text.indexOf('\0');
    return end < 0 ? text : text.substring(0, end);
  }
}
