package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ovswin.openflow.Action;
import org.ovswin.openflow.Field;
import org.ovswin.openflow.LearnSpec;
import org.ovswin.openflow.Subfield;

/**
 * The learn action (OVS lib/ofp-actions.c, struct nx_action_learn and nx_action_learn2).
 *
 * <pre>
 * idle (16 bits) | hard (16) | priority (16) | cookie (64) | flags (16) | table (8) | zeros (8)
 * | FIN idle (16) | FIN hard (16)
 * learn2 only: limit (32) | result bit (16) | zeros (16) | result field if flags has bit 2
 * | specs, the last followed by zeros
 *
 * spec: 0 (1 bit) | source (2) | target (2) | width in bits (11) | source | target
 * source: 0 a field and the lowest bit (32, 16); 1 a value in as many 16-bit words as it needs
 * target: 0 match, 1 load: a field and the lowest bit; 2 output: nothing
 * </pre>
 */
final class LearnCodec {
  private static final int WRITE_RESULT = 4;
  private static final int KNOWN_FLAGS = 7;
  private static final int CONSTANT = 1 << 13;
  private static final int MATCH = 0;
  private static final int LOAD = 1 << 11;
  private static final int OUTPUT = 2 << 11;
  private static final int WIDTH = 0x7ff;
  private static final int WIDEST = 128;

  private LearnCodec() {}

  static void write(ByteBuf out, Action.Learn a) {
    boolean second = a.limit() != 0 || a.result().isPresent();
    int start = ActionEncoder.startNx(out, second ? Wire.NX_LEARN2 : Wire.NX_LEARN);
    out.writeShort(a.idleSeconds());
    out.writeShort(a.hardSeconds());
    out.writeShort(a.priority());
    out.writeLong(a.cookie());
    int flags = a.result().isPresent() ? WRITE_RESULT : 0;
    for (Action.Learn.Option option : a.options()) {
      flags |= 1 << Wire.indexOf(option);
    }
    out.writeShort(flags);
    out.writeByte(a.table());
    out.writeZero(1);
    out.writeShort(a.finIdleSeconds());
    out.writeShort(a.finHardSeconds());
    if (second) {
      out.writeInt(a.limit());
      out.writeShort(a.result().map(Subfield::offset).orElse(0));
      out.writeZero(2);
      a.result().ifPresent(bit -> writeField(out, bit.field()));
    }
    a.specs().forEach(spec -> writeSpec(out, spec));
    ActionEncoder.finish(out, start);
  }

  private static void writeField(ByteBuf out, Field field) {
    FieldCodec.writeHeader(out, field.wireNames().getFirst(), field);
  }

  private static void writeSpec(ByteBuf out, LearnSpec spec) {
    int target =
        switch (spec.target()) {
          case LearnSpec.Target.Match _ -> MATCH;
          case LearnSpec.Target.Load _ -> LOAD;
          case LearnSpec.Target.Output _ -> OUTPUT;
        };
    int source = spec.source() instanceof LearnSpec.Source.Constant ? CONSTANT : 0;
    out.writeShort(source | target | spec.source().bits());
    switch (spec.source()) {
      case LearnSpec.Source.InField(Subfield subfield) -> writeSubfield(out, subfield);
      case LearnSpec.Source.Constant(long high, long low, int bits) -> {
        for (int word = words(bits) - 1; word >= 0; word--) {
          long half = word >= 4 ? high : low;
          out.writeShort((int) (half >>> (16 * (word & 3))));
        }
      }
    }
    switch (spec.target()) {
      case LearnSpec.Target.Match(Subfield subfield) -> writeSubfield(out, subfield);
      case LearnSpec.Target.Load(Subfield subfield) -> writeSubfield(out, subfield);
      case LearnSpec.Target.Output() -> {}
    }
  }

  private static int words(int bits) {
    return (bits + 15) / 16;
  }

  private static void writeSubfield(ByteBuf out, Subfield subfield) {
    writeField(out, subfield.field());
    out.writeShort(subfield.offset());
  }

  /** Empty where a field is not known, or a value is wider than any. */
  static Optional<Action> read(int subtype, WireReader in) {
    int at = in.offset();
    int idle = in.u16();
    int hard = in.u16();
    int priority = in.u16();
    long cookie = in.i64();
    int flagBits = in.u16();
    int table = in.u8();
    in.skip(1);
    int finIdle = in.u16();
    int finHard = in.u16();
    int limit = 0;
    Optional<Subfield> result = Optional.empty();
    boolean hasResult = (flagBits & WRITE_RESULT) != 0;
    if (flagBits > KNOWN_FLAGS || (hasResult && subtype == Wire.NX_LEARN)) {
      throw new MalformedMessageException(
          at, "learn flags: 0x%x (expected: 0 to 3, or 7 in learn2)".formatted(flagBits));
    }
    if (subtype == Wire.NX_LEARN2) {
      limit = in.i32();
      int offset = in.u16();
      in.skip(2);
      if (hasResult) {
        Optional<Field> field = FieldCodec.readHeader(in);
        if (field.isEmpty()) {
          return Optional.empty();
        }
        result = Optional.of(new Subfield(field.get(), offset, 1));
      }
    }
    Set<Action.Learn.Option> options = EnumSet.noneOf(Action.Learn.Option.class);
    for (Action.Learn.Option option : Action.Learn.Option.values()) {
      if ((flagBits & 1 << Wire.indexOf(option)) != 0) {
        options.add(option);
      }
    }
    List<LearnSpec> specs = new ArrayList<>();
    while (in.remaining() >= 2) {
      int header = in.u16();
      if (header == 0) {
        break; // Only zeros follow.
      }
      Optional<LearnSpec> spec = readSpec(header, in);
      if (spec.isEmpty()) {
        return Optional.empty();
      }
      specs.add(spec.get());
    }
    return Optional.of(
        new Action.Learn(
            table, priority, cookie, idle, hard, finIdle, finHard, options, limit, result, specs));
  }

  private static Optional<LearnSpec> readSpec(int header, WireReader in) {
    int bits = header & WIDTH;
    if (bits > WIDEST) {
      return Optional.empty();
    }
    Optional<LearnSpec.Source> source =
        (header & CONSTANT) != 0
            ? Optional.of(constant(in, bits))
            : readSubfield(in, bits).map(LearnSpec.Source.InField::new);
    Optional<LearnSpec.Target> target =
        switch (header & ~(WIDTH | CONSTANT)) {
          case MATCH -> readSubfield(in, bits).map(LearnSpec.Target.Match::new);
          case LOAD -> readSubfield(in, bits).map(LearnSpec.Target.Load::new);
          case OUTPUT -> Optional.of(new LearnSpec.Target.Output());
          default ->
              throw in.malformed(
                  "learn spec: 0x%x (expected: match, load or output)".formatted(header));
        };
    return source.isEmpty() || target.isEmpty()
        ? Optional.empty()
        : Optional.of(new LearnSpec(source.get(), target.get()));
  }

  private static LearnSpec.Source constant(WireReader in, int bits) {
    long high = 0;
    long low = 0;
    for (int word = words(bits) - 1; word >= 0; word--) {
      high = high << 16 | low >>> 48;
      low = low << 16 | in.u16();
    }
    return new LearnSpec.Source.Constant(high, low, bits);
  }

  private static Optional<Subfield> readSubfield(WireReader in, int bits) {
    Optional<Field> field = FieldCodec.readHeader(in);
    int offset = in.u16();
    return field.map(f -> new Subfield(f, offset, bits));
  }
}
