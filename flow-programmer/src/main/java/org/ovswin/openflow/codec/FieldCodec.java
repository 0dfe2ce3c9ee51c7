package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ovswin.openflow.Field;
import org.ovswin.openflow.Match;
import org.ovswin.openflow.MatchField;
import org.ovswin.openflow.Octets;
import org.ovswin.openflow.Oxm;
import org.ovswin.openflow.RawOxm;
import org.ovswin.openflow.Version;
import org.ovswin.openflow.WideField;

/**
 * OXM entries (OpenFlow 1.5, 7.2.3.2) and the match made of them.
 *
 * <pre>
 *  0                16       23  24         32
 * +----------------+--------+---+----------+ - - - - - - - - - - - - - +------+------+
 * | class          | field  | M | length   | experimenter if 0xffff    | value| mask |
 * +----------------+--------+---+----------+ - - - - - - - - - - - - - +------+------+
 * </pre>
 *
 * The length counts what follows it; the mask is there if M is set, as wide as the value.
 */
final class FieldCodec {
  private static final int MATCH_TYPE_OXM = 1;
  private static final int HAS_MASK = 0x100;

  private static final int VERSIONS = Version.values().length;

  /** By field and version: looking up a field's names for every entry takes longer. */
  private static final int[] HEADERS = headers();

  private static final Map<Long, Field> BY_HEADER = byHeader();

  private FieldCodec() {}

  /**
   * A match with its header and padding.
   *
   * <pre>
   * type 1 (16 bits) | length without padding (16) | OXM entries | zeros to a multiple of 8 bytes
   * </pre>
   */
  static void writeMatch(ByteBuf out, Version version, Match match) {
    int start = out.writerIndex();
    out.writeInt(MATCH_TYPE_OXM << 16);
    List<MatchField> fields = match.fields();
    List<WideField> wide = match.wide();
    int beforeWide = wide.isEmpty() ? fields.size() : match.fieldsBeforeWide();
    writeFields(out, version, fields, 0, beforeWide);
    for (int i = 0; i < wide.size(); i++) {
      writeWide(out, version, wide.get(i));
    }
    writeFields(out, version, fields, beforeWide, fields.size());
    List<RawOxm> unknown = match.unknown();
    for (int i = 0; i < unknown.size(); i++) {
      out.writeInt(unknown.get(i).header());
      ActionEncoder.writeOctets(out, unknown.get(i).payload());
    }
    int length = out.writerIndex() - start;
    out.setShort(start + 2, length);
    ActionEncoder.writeZeros(out, -length & 7);
  }

  private static void writeFields(
      ByteBuf out, Version version, List<MatchField> fields, int from, int to) {
    for (int i = from; i < to; i++) {
      MatchField f = fields.get(i);
      int register = version == Version.V1_5 ? Field.registerIndex(f.field()) : -1;
      if (register < 0) {
        writeField(out, version, f);
        continue;
      }
      // From 1.5 on the switch writes registers in pairs, as the standard's 64-bit ones.
      MatchField next = i + 1 < fields.size() ? fields.get(i + 1) : f;
      if (register % 2 == 0 && Field.registerIndex(next.field()) == register + 1) {
        long value = f.low() << 32 | next.low();
        writeRegisterPair(out, version, register, value, f.maskLow() << 32 | next.maskLow());
        i++;
      } else {
        int shift = register % 2 == 0 ? 32 : 0;
        writeRegisterPair(out, version, register, f.low() << shift, f.maskLow() << shift);
      }
    }
  }

  private static void writeRegisterPair(
      ByteBuf out, Version version, int register, long value, long mask) {
    int header = header(version, Field.wideRegister(register / 2));
    if (mask == -1L) {
      out.writeInt(header);
      out.writeLong(value);
    } else {
      out.writeInt(masked(header, Long.BYTES));
      out.writeLong(value);
      out.writeLong(mask);
    }
  }

  /** One entry with header, value and, unless the whole field counts, mask. */
  static void writeField(ByteBuf out, Version version, MatchField f) {
    Field field = f.field();
    int bytes = field.bytes();
    int header = header(version, field);
    boolean exact = f.isExact();
    out.writeInt(exact ? header : masked(header, bytes));
    if (hasExperimenter(version, field)) {
      out.writeInt(field.wireName(version).experimenter());
    }
    writeValue(out, bytes, f.high(), f.low());
    if (!exact) {
      writeValue(out, bytes, f.maskHigh(), f.maskLow());
    }
  }

  /** One entry of a field whose value is as long as it needs to be. */
  static void writeWide(ByteBuf out, Version version, WideField f) {
    int empty = header(version, f.field()) & ~0xff;
    int bytes = f.value().length();
    out.writeInt(f.mask().isEmpty() ? empty | bytes : masked(empty | bytes, bytes));
    ActionEncoder.writeOctets(out, f.value());
    if (f.mask().isPresent()) {
      ActionEncoder.writeOctets(out, f.mask().get());
    }
  }

  /** A header that names a field and has no value behind it. */
  static void writeHeader(ByteBuf out, Oxm oxm, Field field) {
    out.writeInt(oxm.header(field.bytes()));
    if (oxm.hasExperimenter()) {
      out.writeInt(oxm.experimenter());
    }
  }

  /** The header of an entry of this field without a mask. */
  static int header(Version version, Field field) {
    return HEADERS[Wire.indexOf(field) * VERSIONS + Wire.indexOf(version)];
  }

  /** Whether an experimenter id follows the header. */
  static boolean hasExperimenter(Version version, Field field) {
    return header(version, field) >>> 16 == Oxm.CLASS_EXPERIMENTER;
  }

  /** The header with the mask's bit, and the mask's bytes counted. */
  private static int masked(int header, int bytes) {
    return header + HAS_MASK + bytes;
  }

  private static void writeValue(ByteBuf out, int bytes, long high, long low) {
    switch (bytes) {
      case 1 -> out.writeByte((int) low);
      case 2 -> out.writeShort((int) low);
      case 4 -> out.writeInt((int) low);
      case 6 -> {
        out.writeShort((int) (low >>> 32));
        out.writeInt((int) low);
      }
      case 8 -> out.writeLong(low);
      case 16 -> {
        out.writeLong(high);
        out.writeLong(low);
      }
      default -> throw new IllegalStateException("field of " + bytes + " bytes");
    }
  }

  /** A match with its header and padding. */
  static Match readMatch(WireReader in) {
    int at = in.offset();
    int type = in.u16();
    int length = in.u16();
    if (type != MATCH_TYPE_OXM || length < 4) {
      throw new MalformedMessageException(
          at, "match type %d, length %d (expected: 1, at least 4)".formatted(type, length));
    }
    WireReader entries = in.sub(length - 4);
    in.skip(-length & 7);
    return readEntries(entries);
  }

  /** A match without header and padding: all entries up to the reader's end. */
  static Match readEntries(WireReader entries) {
    Match.Builder match = Match.builder();
    Set<Field> seen = EnumSet.noneOf(Field.class);
    while (entries.hasMore()) {
      int entryAt = entries.offset();
      int header = entries.i32();
      WireReader payload = entries.sub(header & 0xff);
      Optional<Field> field = fieldOf(header, payload.copy());
      if (field.isEmpty()) {
        match.unknown(new RawOxm(header, payload.rest()));
        continue;
      }
      if (!seen.add(field.get())) {
        throw new MalformedMessageException(
            entryAt, field.get().ovsName() + ": twice (expected: once)");
      }
      if (field.get().isWide()) {
        match.wide(readWideValue(header, field.get(), payload));
      } else {
        match.field(readValue(entryAt, header, field.get(), payload));
      }
    }
    return match.buildAsReceived();
  }

  /** An entry with its value; empty for a field that the model does not know. */
  static Optional<MatchField> readField(WireReader in) {
    int at = in.offset();
    int header = in.i32();
    WireReader payload = in.sub(header & 0xff);
    return fieldOf(header, payload.copy())
        .filter(field -> !field.isWide())
        .map(field -> readValue(at, header, field, payload));
  }

  /** An entry of a wide field with its value; empty for another field. */
  static Optional<WideField> readWide(WireReader in) {
    int header = in.i32();
    WireReader payload = in.sub(header & 0xff);
    return fieldOf(header, payload.copy())
        .filter(Field::isWide)
        .map(field -> readWideValue(header, field, payload));
  }

  private static WideField readWideValue(int header, Field field, WireReader payload) {
    if ((header & HAS_MASK) == 0) {
      return new WideField(field, payload.rest(), Optional.empty());
    }
    Octets value = payload.octets(payload.remaining() / 2);
    return new WideField(field, value, Optional.of(payload.rest()));
  }

  /** A header alone; empty for a field that the model does not know. */
  static Optional<Field> readHeader(WireReader in) {
    int at = in.offset();
    int header = in.i32();
    boolean experimenter = header >>> 16 == Oxm.CLASS_EXPERIMENTER;
    Optional<Field> field = fieldOf(header, in.copy());
    if (experimenter) {
      in.skip(4);
    }
    field.ifPresent(
        f -> {
          int expected = f.bytes() + (experimenter ? 4 : 0);
          // The switch knows how wide a wide field really is, and says so.
          boolean fits = f.isWide() ? (header & 0x1ff) <= expected : (header & 0x1ff) == expected;
          if (!fits) {
            throw new MalformedMessageException(
                at,
                "%s header: length %d (expected: %d, without a mask)"
                    .formatted(f.ovsName(), header & 0x1ff, expected));
          }
        });
    return field;
  }

  private static MatchField readValue(int at, int header, Field field, WireReader payload) {
    if (header >>> 16 == Oxm.CLASS_EXPERIMENTER) {
      payload.skip(4);
    }
    boolean masked = (header & HAS_MASK) != 0;
    int bytes = field.bytes();
    int expected = masked ? 2 * bytes : bytes;
    if (payload.remaining() != expected) {
      throw new MalformedMessageException(
          at,
          "%s: %d bytes (expected: %d)".formatted(field.ovsName(), payload.remaining(), expected));
    }
    long high = bytes == 16 ? payload.i64() : 0;
    long low = readLow(payload, bytes);
    try {
      if (!masked) {
        return MatchField.exact128(field, high, low);
      }
      long maskHigh = bytes == 16 ? payload.i64() : 0;
      long maskLow = readLow(payload, bytes);
      return new MatchField(field, high & maskHigh, low & maskLow, maskHigh, maskLow);
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException(at, String.valueOf(e.getMessage()));
    }
  }

  private static long readLow(WireReader in, int bytes) {
    return switch (bytes) {
      case 1 -> in.u8();
      case 2 -> in.u16();
      case 4 -> in.i32() & 0xffff_ffffL;
      case 6 -> in.u48();
      default -> in.i64();
    };
  }

  private static Optional<Field> fieldOf(int header, WireReader payload) {
    int experimenter = 0;
    if (header >>> 16 == Oxm.CLASS_EXPERIMENTER) {
      if (payload.remaining() < 4) {
        throw payload.malformed("experimenter field without an experimenter id");
      }
      experimenter = payload.i32();
    }
    return Optional.ofNullable(BY_HEADER.get(key(header >>> 9, experimenter)));
  }

  private static int[] headers() {
    Field[] fields = Field.values();
    int[] headers = new int[fields.length * VERSIONS];
    for (Field field : fields) {
      for (Version version : Version.values()) {
        headers[Wire.indexOf(field) * VERSIONS + Wire.indexOf(version)] =
            field.wireName(version).header(field.bytes());
      }
    }
    return headers;
  }

  private static Map<Long, Field> byHeader() {
    Map<Long, Field> map = new HashMap<>();
    for (Field field : Field.values()) {
      for (Oxm oxm : field.wireNames()) {
        map.put(key(oxm.header(0) >>> 9, oxm.experimenter()), field);
      }
    }
    return Map.copyOf(map);
  }

  private static long key(int classAndField, int experimenter) {
    return (long) experimenter << 23 | classAndField;
  }
}
