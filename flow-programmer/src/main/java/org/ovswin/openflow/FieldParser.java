package org.ovswin.openflow;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Fields, their bits and their values in the syntax of {@code ovs-ofctl} (ovs-fields(7)). */
final class FieldParser {
  /** Names besides {@link Field#ovsName} and those of the headers (OVS meta-flow.h). */
  private static final Map<String, Field> ALIASES =
      Map.ofEntries(
          Map.entry("dl_src", Field.ETH_SRC),
          Map.entry("dl_dst", Field.ETH_DST),
          Map.entry("dl_type", Field.ETH_TYPE),
          Map.entry("nw_src", Field.IPV4_SRC),
          Map.entry("nw_dst", Field.IPV4_DST),
          Map.entry("ip_proto", Field.IP_PROTO),
          Map.entry("ip_ecn", Field.IP_ECN),
          Map.entry("ip_ttl", Field.IP_TTL),
          Map.entry("nw_frag", Field.IP_FRAG),
          Map.entry("tunnel_id", Field.TUN_ID),
          Map.entry("tp_src", Field.TCP_SRC),
          Map.entry("tp_dst", Field.TCP_DST));

  private static final int ETHERNET_BYTES = 6;

  private FieldParser() {}

  static Optional<Field> ofName(String name) {
    return Optional.ofNullable(ALIASES.get(name)).or(() -> Field.byName(name));
  }

  static Field field(Piece name) {
    return ofName(name.text()).orElseThrow(() -> name.unlike("the name of a field"));
  }

  /** {@code NXM_NX_REG0[0..15]}, {@code reg0[3]}, {@code reg0[]} or {@code reg0}. */
  static Subfield subfield(Piece text) {
    int open = text.text().indexOf('[');
    if (open < 0) {
      return Subfield.of(field(text));
    }
    Field field = field(text.part(0, open));
    if (!text.text().endsWith("]")) {
      throw text.unlike("a field with [], [bit] or [first..last]");
    }
    Piece bits = text.part(open + 1, text.text().length() - 1);
    if (bits.isEmpty()) {
      return Subfield.of(field);
    }
    Optional<Piece[]> range = bits.cut("..");
    int first = range.map(ends -> ends[0]).orElse(bits).integer(10);
    int last = range.map(ends -> ends[1]).orElse(bits).integer(10);
    return bits.make(() -> new Subfield(field, first, last - first + 1));
  }

  /** A value and, after a slash, the bits of it that count. */
  static MatchField valueAndMask(Field field, Piece text) {
    if (field.isWide()) {
      throw text.unlike("a value for a field of at most 128 bits, which " + field + " is not");
    }
    return switch (field.format()) {
      case DECIMAL, HEX -> numbers(field, text);
      case ETHERNET -> ethernet(field, text);
      case IPV4_ADDRESS -> ipv4Masked(field, text);
      case IPV6_ADDRESS -> ipv6Masked(field, text);
      case PORT ->
          MatchField.exact(
              field, field.bits() == 16 ? PortNo.to16(text.port()) : text.port() & 0xffff_ffffL);
      case FRAGMENT -> fragment(field, text);
      case CT_BITS -> flags(field, text, FieldText.CT_STATES, FieldText.CT_STATE_BITS);
      case TCP_BITS -> flags(field, text, FieldText.TCP_FLAGS, FieldText.TCP_FLAG_BITS);
      case TUNNEL_BITS -> flags(field, text, FieldText.TUNNEL_FLAGS, FieldText.TUNNEL_FLAG_BITS);
      case NAMESPACE_AND_TYPE -> packetType(field, text);
    };
  }

  /** The same for a field of any width; without a value, it is enough that it is there. */
  static WideField wideValueAndMask(Field field, Piece text) {
    if (text.isEmpty()) {
      return WideField.masked(field, BigInteger.ZERO, BigInteger.ZERO);
    }
    Optional<Piece[]> masked = text.cut("/");
    BigInteger value = masked.map(parts -> parts[0]).orElse(text).bigNumber();
    if (masked.isEmpty()) {
      return text.make(() -> WideField.exact(field, value));
    }
    BigInteger mask = masked.get()[1].bigNumber();
    return text.make(() -> WideField.masked(field, value, mask));
  }

  private static MatchField numbers(Field field, Piece text) {
    Optional<Piece[]> masked = text.cut("/");
    Piece.Wide value = masked.map(parts -> parts[0]).orElse(text).wide(field.bits());
    if (masked.isEmpty()) {
      return MatchField.exact128(field, value.high(), value.low());
    }
    Piece.Wide mask = masked.get()[1].wide(128);
    return masked(field, text, value, mask);
  }

  private static MatchField masked(Field field, Piece text, Piece.Wide value, Piece.Wide mask) {
    return text.make(
        () ->
            new MatchField(
                field,
                value.high() & mask.high(),
                value.low() & mask.low(),
                mask.high(),
                mask.low()));
  }

  private static MatchField ethernet(Field field, Piece text) {
    Optional<Piece[]> parts = text.cut("/");
    if (parts.isEmpty()) {
      return MatchField.exact(field, ethernet(text));
    }
    Piece.Wide value = new Piece.Wide(0, ethernet(parts.get()[0]));
    return masked(field, text, value, new Piece.Wide(0, ethernet(parts.get()[1])));
  }

  /** {@code 0a:58:0a:f4:01:05}, a digit or two each. */
  static long ethernet(Piece text) {
    String[] bytes = text.text().split(":", -1);
    long address = 0;
    boolean valid = bytes.length == ETHERNET_BYTES;
    for (String digits : bytes) {
      valid &= !digits.isEmpty() && digits.length() <= 2;
      for (int i = 0; valid && i < digits.length(); i++) {
        int digit = Character.digit(digits.charAt(i), 16);
        valid = digit >= 0 && digits.charAt(i) <= 'f';
      }
      address = valid ? address << 8 | Integer.parseInt(digits, 16) : 0;
    }
    if (!valid) {
      throw text.unlike("an Ethernet address such as 0a:58:0a:f4:01:05");
    }
    return address;
  }

  private static MatchField ipv4Masked(Field field, Piece text) {
    Optional<Piece[]> parts = text.cut("/");
    if (parts.isEmpty()) {
      return MatchField.exact(field, ipv4(text) & 0xffff_ffffL);
    }
    Piece maskText = parts.get()[1];
    long mask;
    if (maskText.text().indexOf('.') >= 0) {
      mask = ipv4(maskText) & 0xffff_ffffL;
    } else {
      int length = prefixLength(maskText, 32);
      mask = length == 0 ? 0 : -1L << (32 - length) & 0xffff_ffffL;
    }
    long value = ipv4(parts.get()[0]) & 0xffff_ffffL;
    return masked(field, text, new Piece.Wide(0, value), new Piece.Wide(0, mask));
  }

  private static int prefixLength(Piece text, int bits) {
    long length = text.number(32);
    if (length > bits) {
      throw text.unlike("a prefix length of 0 to " + bits);
    }
    return (int) length;
  }

  /** {@code 10.244.1.5} as 32 bits. */
  static int ipv4(Piece text) {
    return ipv4(text.text())
        .orElseThrow(() -> text.unlike("an IPv4 address such as 10.244.1.5"))
        .intValue();
  }

  private static Optional<Long> ipv4(String text) {
    String[] bytes = text.split("\\.", -1);
    if (bytes.length != 4) {
      return Optional.empty();
    }
    long address = 0;
    for (String digits : bytes) {
      boolean number = !digits.isEmpty() && digits.length() <= 3;
      if (!number || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
        return Optional.empty();
      }
      int value = Integer.parseInt(digits);
      if (value > 0xff) {
        return Optional.empty();
      }
      address = address << 8 | value;
    }
    return Optional.of(address);
  }

  private static MatchField ipv6Masked(Field field, Piece text) {
    Optional<Piece[]> parts = text.cut("/");
    if (parts.isEmpty()) {
      Piece.Wide value = ipv6(text);
      return MatchField.exact128(field, value.high(), value.low());
    }
    Piece maskText = parts.get()[1];
    Piece.Wide mask;
    if (maskText.text().indexOf(':') >= 0) {
      mask = ipv6(maskText);
    } else {
      int length = prefixLength(maskText, 128);
      mask =
          new Piece.Wide(
              FieldText.onesFromTop(Math.min(length, 64)),
              FieldText.onesFromTop(Math.max(length - 64, 0)));
    }
    return masked(field, text, ipv6(parts.get()[0]), mask);
  }

  /** As RFC 4291, 2.2: groups, {@code ::} for a run of zeros, an IPv4 address at the end. */
  static Piece.Wide ipv6(Piece text) {
    String whole = text.text();
    int gap = whole.indexOf("::");
    int[] groups = new int[8];
    boolean valid;
    if (gap < 0) {
      valid = groups(whole, groups, 0) == 8;
    } else {
      int[] tail = new int[8];
      int before = groups(whole.substring(0, gap), groups, 0);
      int after = groups(whole.substring(gap + 2), tail, 0);
      valid = before >= 0 && after >= 0 && before + after < 8;
      for (int i = 0; valid && i < after; i++) {
        groups[8 - after + i] = tail[i];
      }
    }
    if (!valid) {
      throw text.unlike("an IPv6 address such as 2001:db8::5");
    }
    long high = 0;
    long low = 0;
    for (int i = 0; i < 4; i++) {
      high = high << 16 | groups[i];
      low = low << 16 | groups[4 + i];
    }
    return new Piece.Wide(high, low);
  }

  /** How many groups there are, -1 for a text that is none. */
  private static int groups(String text, int[] groups, int from) {
    if (text.isEmpty()) {
      return 0;
    }
    List<String> parts = List.of(text.split(":", -1));
    int count = from;
    for (int i = 0; i < parts.size(); i++) {
      String part = parts.get(i);
      Optional<Long> embedded =
          i == parts.size() - 1 && part.indexOf('.') >= 0 ? ipv4(part) : Optional.empty();
      if (count + (embedded.isPresent() ? 2 : 1) > groups.length) {
        return -1;
      }
      if (embedded.isPresent()) {
        groups[count++] = (int) (embedded.get() >>> 16);
        groups[count++] = (int) (embedded.get() & 0xffff);
        continue;
      }
      boolean hex = !part.isEmpty() && part.length() <= 4;
      if (!hex || !part.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c <= 'f')) {
        return -1;
      }
      groups[count++] = Integer.parseInt(part, 16);
    }
    return count;
  }

  private static MatchField fragment(Field field, Piece text) {
    return switch (text.text()) {
      case "no" -> MatchField.exact(field, 0);
      case "first" -> MatchField.exact(field, 1);
      case "later" -> MatchField.exact(field, 3);
      case "yes" -> MatchField.masked(field, 1, 1);
      case "not_later" -> MatchField.masked(field, 0, 2);
      default -> throw text.unlike("no, yes, first, later or not_later");
    };
  }

  /** {@code +trk-new} for some bits, {@code trk|est} or a number for all of {@code known}. */
  private static MatchField flags(Field field, Piece text, String[] names, long known) {
    if (text.isEmpty()) {
      throw text.unlike("flags such as +" + names[0]);
    }
    char first = text.text().charAt(0);
    if (first >= '0' && first <= '9') {
      return text.cut("/").isPresent()
          ? numbers(field, text)
          : masked(
              field, text, new Piece.Wide(0, text.number(field.bits())), new Piece.Wide(0, known));
    }
    boolean signed = first == '+' || first == '-';
    long value = 0;
    long mask = signed ? 0 : known;
    int at = 0;
    while (at < text.text().length()) {
      char sign = text.text().charAt(at);
      int start = signed ? at + 1 : at;
      if (signed && sign != '+' && sign != '-') {
        throw text.from(at).unlike("+ or - before each flag");
      }
      int end = start;
      while (end < text.text().length() && "+-|".indexOf(text.text().charAt(end)) < 0) {
        end++;
      }
      int bit = List.of(names).indexOf(text.text().substring(start, end));
      if (bit < 0) {
        throw text.part(start, end).unlike("one of " + String.join(", ", names));
      }
      value |= signed && sign == '-' ? 0 : 1L << bit;
      mask |= 1L << bit;
      at = signed ? end : end + 1;
    }
    return masked(field, text, new Piece.Wide(0, value), new Piece.Wide(0, mask));
  }

  /** {@code (namespace,type)}. */
  private static MatchField packetType(Field field, Piece text) {
    String whole = text.text();
    if (!whole.startsWith("(") || !whole.endsWith(")") || whole.indexOf(',') < 0) {
      throw text.unlike("(namespace,type)");
    }
    Piece[] parts = text.part(1, whole.length() - 1).cut(",").orElseThrow();
    return MatchField.exact(field, parts[0].strip().number(16) << 16 | parts[1].strip().number(16));
  }
}
