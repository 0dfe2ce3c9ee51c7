package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.ovswin.openflow.OpenFlowMessage;

/** Messages as hexadecimal digits, for people to read and paste. */
public final class MessageHex {
  private MessageHex() {}

  /**
   * One message of two digits a byte; spaces between them are passed over.
   *
   * @throws MalformedMessageException with the offset in bytes and the reason, also for a text that
   *     is not made of digits
   */
  public static OpenFlowMessage read(String hex) {
    StringBuilder digits = new StringBuilder();
    for (int i = 0; i < hex.length(); i++) {
      char c = hex.charAt(i);
      if (Character.isWhitespace(c)) {
        continue;
      }
      if (c > 'f' || Character.digit(c, 16) < 0) {
        throw new MalformedMessageException(
            digits.length() / 2,
            "'%c' at character %d (expected: hexadecimal digits)".formatted(c, i));
      }
      digits.append(c);
    }
    if (digits.length() % 2 != 0) {
      throw new MalformedMessageException(
          digits.length() / 2, digits.length() + " digits (expected: two a byte)");
    }
    return MessageDecoder.read(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(digits)));
  }

  /**
   * The digits of a message, two a byte.
   *
   * @throws IllegalArgumentException the message cannot be written in its version
   */
  public static String write(OpenFlowMessage message) {
    ByteBuf out = Unpooled.buffer();
    MessageEncoder.write(out, message);
    return ByteBufUtil.hexDump(out);
  }
}
