package org.ovswin.ipam.lease;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Texts as the journal has them: length(4), UTF-8(length). */
final class TextWriter {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);

  /**
   * @throws IllegalArgumentException if the text is not Unicode
   */
  TextWriter put(String text) {
    byte[] utf8 = utf8(text);
    bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(utf8.length).array());
    bytes.writeBytes(utf8);
    return this;
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }

  /**
   * The bytes of a text.
   *
   * @throws IllegalArgumentException if it is not Unicode (half of a surrogate pair)
   */
  static byte[] utf8(String text) {
    try {
      // An encoder, not getBytes: that one writes '?' for half of a surrogate pair, and the
      // attachment read back after a restart would be another one.
      ByteBuffer utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] exact = new byte[utf8.remaining()];
      utf8.get(exact);
      return exact;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("text: half of a surrogate pair (expected: Unicode)", e);
    }
  }
}
