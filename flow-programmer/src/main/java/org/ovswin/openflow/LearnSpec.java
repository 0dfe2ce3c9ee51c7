package org.ovswin.openflow;

/**
 * One part of the flow that a {@link Action.Learn} makes of a packet (ovs-actions(7), "learn").
 *
 * @param source bits of the packet, or a constant
 * @param target where they go, as many bits
 */
public record LearnSpec(Source source, Target target) {
  private static final int WIDEST = 128;

  /** What is learned. */
  public sealed interface Source {
    int bits();

    /** Bits of a field of the packet that is being handled. */
    record InField(Subfield subfield) implements Source {
      @Override
      public int bits() {
        return subfield.bits();
      }
    }

    /** The lowest {@code bits} of these 128. */
    record Constant(long high, long low, int bits) implements Source {
      public Constant {
        boolean highFits = bits > 64 ? bits >= WIDEST || high >>> (bits - 64) == 0 : high == 0;
        boolean fits = highFits && (bits >= 64 || low >>> bits == 0);
        if (bits < 1 || bits > WIDEST || !fits) {
          throw new IllegalArgumentException(
              "learn: %s (expected: at most %d bits)".formatted(FieldText.hex(high, low), bits));
        }
      }
    }
  }

  /** What becomes of it in the new flow. */
  public sealed interface Target {
    /** The flow matches on it. */
    record Match(Subfield subfield) implements Target {}

    /** The flow loads it. */
    record Load(Subfield subfield) implements Target {}

    /** The flow outputs to the port of this number. */
    record Output() implements Target {}
  }

  public LearnSpec {
    int bits =
        switch (target) {
          case Target.Match(Subfield subfield) -> subfield.bits();
          case Target.Load(Subfield subfield) -> subfield.bits();
          case Target.Output() -> source.bits();
        };
    if (source.bits() != bits) {
      throw new IllegalArgumentException(
          "learn: %d bits for %d (expected: equal widths)".formatted(source.bits(), bits));
    }
    if (target instanceof Target.Output && source instanceof Source.Constant) {
      throw new IllegalArgumentException("learn: output of a constant (expected: of a field)");
    }
  }

  /** As {@code ovs-ofctl} writes it within {@code learn(…)}. */
  @Override
  public String toString() {
    return switch (target) {
      case Target.Output() -> "output:" + sourceText();
      case Target.Load(Subfield subfield) -> "load:" + sourceText() + "->" + subfield;
      case Target.Match(Subfield subfield) -> matchText(subfield);
    };
  }

  private String sourceText() {
    return switch (source) {
      case Source.InField(Subfield subfield) -> subfield.toString();
      case Source.Constant(long high, long low, int _) -> FieldText.hexOrZero(high, low);
    };
  }

  private String matchText(Subfield subfield) {
    return switch (source) {
      case Source.InField(Subfield from) ->
          from.equals(subfield) ? "" + from : subfield + "=" + from;
      case Source.Constant(long high, long low, int _) -> {
        Field field = subfield.field();
        yield subfield.equals(Subfield.of(field))
            ? MatchField.exact128(field, high, low).toString()
            : subfield + "=" + FieldText.hexOrZero(high, low);
      }
    };
  }
}
