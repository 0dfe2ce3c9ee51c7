package org.ovswin.openflow;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A part of a text that is being read, and where it begins in the whole.
 *
 * @param offset in characters from 0
 */
record Piece(String text, int offset) {
  private static final String SEPARATORS = ", \t\r\n";
  private static final String KEY_ENDS = ":=(" + SEPARATORS;
  private static final int WIDEST = 128;

  /** How a key is followed by its value. */
  enum Form {
    /** It is not; the value is empty. */
    ALONE,
    /** {@code key:value} or {@code key=value}. */
    SIGNED,
    /** {@code key(value)}, also {@code key(value)->target} with {@code value)->target} as value. */
    ENCLOSED
  }

  /**
   * {@code key:value}, {@code key=value}, {@code key(value)} or {@code key}.
   *
   * @param end where the whole text goes on after it
   */
  record Pair(Piece key, Form form, Piece value, int end) {
    String name() {
      return key.text;
    }

    /** Key and value as they stand, for an error. */
    FlowSyntaxException unlike(String expected) {
      return key.unlike(expected);
    }
  }

  /** Up to 128 bits. */
  record Wide(long high, long low) {}

  boolean isEmpty() {
    return text.isEmpty();
  }

  Piece part(int start, int end) {
    return new Piece(text.substring(start, end), offset + start);
  }

  Piece from(int start) {
    return part(start, text.length());
  }

  Piece strip() {
    int start = 0;
    int end = text.length();
    while (start < end && text.charAt(start) <= ' ') {
      start++;
    }
    while (end > start && text.charAt(end - 1) <= ' ') {
      end--;
    }
    return part(start, end);
  }

  FlowSyntaxException unlike(String expected) {
    return new FlowSyntaxException(offset, text, expected);
  }

  /** What this makes; what the model refuses is an error at this piece. */
  <T> T make(Supplier<T> maker) {
    try {
      return maker.get();
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      int at = message.lastIndexOf(" (expected: ");
      if (at < 0 || !message.endsWith(")")) {
        throw new FlowSyntaxException(offset, text, message);
      }
      String expected = message.substring(at + " (expected: ".length(), message.length() - 1);
      throw new FlowSyntaxException(offset, message.substring(0, at), expected);
    }
  }

  /** The parts before and after the first occurrence of a separator. */
  Optional<Piece[]> cut(String separator) {
    int at = text.indexOf(separator);
    return at < 0
        ? Optional.empty()
        : Optional.of(new Piece[] {part(0, at), from(at + separator.length())});
  }

  /** Everything between commas. */
  List<Piece> commaSeparated() {
    List<Piece> pieces = new ArrayList<>();
    int start = 0;
    while (start <= text.length()) {
      int end = text.indexOf(',', start);
      end = end < 0 ? text.length() : end;
      pieces.add(part(start, end).strip());
      start = end + 1;
    }
    return pieces;
  }

  /** All keys with their values. */
  List<Pair> pairs() {
    List<Pair> pairs = new ArrayList<>();
    Optional<Pair> next = pairAt(0);
    while (next.isPresent()) {
      pairs.add(next.get());
      next = pairAt(next.get().end() - offset);
    }
    return pairs;
  }

  /** The next key with its value from an index on; empty where only separators are left. */
  Optional<Pair> pairAt(int from) {
    int start = from;
    while (start < text.length() && SEPARATORS.indexOf(text.charAt(start)) >= 0) {
      start++;
    }
    if (start == text.length()) {
      return Optional.empty();
    }
    int keyEnd = start;
    while (keyEnd < text.length() && KEY_ENDS.indexOf(text.charAt(keyEnd)) < 0) {
      keyEnd++;
    }
    Piece key = part(start, keyEnd);
    char delimiter = keyEnd < text.length() ? text.charAt(keyEnd) : ',';
    if (SEPARATORS.indexOf(delimiter) >= 0) {
      return Optional.of(new Pair(key, Form.ALONE, part(keyEnd, keyEnd), offset + keyEnd));
    }
    int valueStart = keyEnd + 1;
    int valueEnd = valueEnd(valueStart, delimiter == '(' ? ")" : SEPARATORS);
    if (delimiter != '(') {
      Piece value = part(valueStart, valueEnd);
      return Optional.of(new Pair(key, Form.SIGNED, value, offset + valueEnd));
    }
    if (valueEnd == text.length()) {
      throw from(valueStart).unlike("a closing parenthesis");
    }
    boolean goesOn = text.startsWith("->", valueEnd + 1) || text.startsWith("=", valueEnd + 1);
    int end = goesOn ? valueEnd(valueEnd + 1, SEPARATORS) : valueEnd;
    Piece value = part(valueStart, end);
    return Optional.of(new Pair(key, Form.ENCLOSED, value, offset + (goesOn ? end : end + 1)));
  }

  /** The first of these delimiters that is not within parentheses or brackets. */
  private int valueEnd(int start, String delimiters) {
    int depth = 0;
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      if (depth == 0 && delimiters.indexOf(c) >= 0) {
        return i;
      }
      if (c == '(' || c == '[') {
        depth++;
      } else if ((c == ')' || c == ']') && depth > 0) {
        depth--;
      }
    }
    return text.length();
  }

  /** A number of so many bits at most, 64 or fewer: decimal, 0x… or, with a leading 0, octal. */
  long number(int bits) {
    return wide(bits).low();
  }

  int integer(int bits) {
    return (int) number(bits);
  }

  /** The same for up to 128 bits. */
  Wide wide(int bits) {
    boolean hex = text.startsWith("0x") || text.startsWith("0X");
    boolean octal = !hex && text.length() > 1 && text.charAt(0) == '0';
    String digits = hex ? text.substring(2) : text;
    int radix = hex ? 16 : octal ? 8 : 10;
    boolean tooLong = digits.length() > WIDEST;
    for (int i = 0; i < digits.length() && !tooLong; i++) {
      if (Character.digit(digits.charAt(i), radix) < 0 || digits.charAt(i) > 'f') {
        throw unlike("a number");
      }
    }
    if (digits.isEmpty()) {
      throw unlike("a number");
    }
    if (!tooLong && digits.length() < 16) {
      long value = Long.parseUnsignedLong(digits, radix);
      if (bits >= 64 || value >>> bits == 0) {
        return new Wide(0, value);
      }
    } else if (!tooLong) {
      BigInteger value = new BigInteger(digits, radix);
      if (value.bitLength() <= bits) {
        return new Wide(value.shiftRight(64).longValue(), value.longValue());
      }
    }
    throw unlike("a number of at most " + bits + " bits");
  }

  /** The same for any number of bits if it is hexadecimal, and up to 128 otherwise. */
  BigInteger bigNumber() {
    if (text.startsWith("0x")) {
      String digits = text.substring(2);
      boolean hex = !digits.isEmpty() && digits.chars().allMatch(c -> Character.digit(c, 16) >= 0);
      if (!hex || digits.chars().anyMatch(c -> c > 'f')) {
        throw unlike("a number");
      }
      return new BigInteger(digits, 16);
    }
    Wide value = wide(WIDEST);
    byte[] bytes =
        ByteBuffer.allocate(2 * Long.BYTES).putLong(value.high).putLong(value.low).array();
    return new BigInteger(1, bytes);
  }

  /** A port's number or reserved name. */
  int port() {
    return PortNo.ofText(text)
        .orElseGet(
            () -> {
              boolean number = !text.isEmpty() && Character.isDigit(text.charAt(0));
              if (!number) {
                throw unlike("a port number or one of LOCAL, IN_PORT, CONTROLLER, NORMAL, …");
              }
              int port = integer(32);
              return port >>> 16 == 0 ? PortNo.from16(port) : port;
            });
  }

  /** Bytes as pairs of hexadecimal digits, a dot between them where one is. */
  Octets octets() {
    String digits = text.replace(".", "");
    boolean hex = digits.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c <= 'f');
    if (!hex || digits.length() % 2 != 0) {
      throw unlike("pairs of hexadecimal digits");
    }
    return Octets.ofHex(digits);
  }
}
