package org.ovswin.openflow;

import java.util.Comparator;

/**
 * A field with a value and the bits of it that count. Values up to 128 bits are two longs, so that
 * nothing but the record itself is allocated.
 *
 * <p>Canonical: bits outside the mask are zero, bits outside the field's width are an error, and a
 * mask that covers the whole width is all-ones of that width. Two that mean the same are equal.
 *
 * @param high bits 64 to 127 of the value
 * @param low bits 0 to 63 of the value
 */
public record MatchField(Field field, long high, long low, long maskHigh, long maskLow) {
  /** The order in which the switch writes them. */
  static final Comparator<MatchField> WIRE_ORDER = Comparator.comparing(MatchField::field);

  public MatchField {
    if (field.isWide()) {
      throw new IllegalArgumentException(
          field.ovsName() + ": wide (expected: a field of at most 128 bits)");
    }
    if ((high & ~field.onesHigh()) != 0 || (low & ~field.onesLow()) != 0) {
      throw new IllegalArgumentException(
          "%s: %s (expected: at most %d bits)"
              .formatted(field.ovsName(), FieldText.hex(high, low), field.bits()));
    }
    maskHigh &= field.onesHigh();
    maskLow &= field.onesLow();
    boolean whole = maskHigh == field.onesHigh() && maskLow == field.onesLow();
    if (!whole && field.masking() == Masking.FIXED) {
      throw new IllegalArgumentException(
          "%s: mask %s (expected: none, the field cannot be masked)"
              .formatted(field.ovsName(), FieldText.hex(maskHigh, maskLow)));
    }
    high &= maskHigh;
    low &= maskLow;
  }

  /** The whole field equals a value of up to 64 bits. */
  public static MatchField exact(Field field, long value) {
    return new MatchField(field, 0, unsigned(field, value), field.onesHigh(), field.onesLow());
  }

  /** The bits of {@code mask} equal those of {@code value}. */
  public static MatchField masked(Field field, long value, long mask) {
    return new MatchField(field, 0, unsigned(field, value) & mask, 0, mask);
  }

  /** The whole field equals a value of up to 128 bits. */
  public static MatchField exact128(Field field, long high, long low) {
    return new MatchField(field, high, low, field.onesHigh(), field.onesLow());
  }

  /** Whether every bit of the field counts. */
  public boolean isExact() {
    return maskHigh == field.onesHigh() && maskLow == field.onesLow();
  }

  /** Whether no bit of the field counts, so that every packet matches. */
  public boolean isAny() {
    return maskHigh == 0 && maskLow == 0;
  }

  /**
   * The lowest bit of the mask from {@code from} on, -1 for none. Runs of such bits are what {@code
   * load} can set; the VLAN's present bit is in none.
   */
  public int runAt(int from) {
    for (int bit = from; bit < field.addressableBits(); bit++) {
      if (counts(bit)) {
        return bit;
      }
    }
    return -1;
  }

  /** How many bits of the mask follow one another from {@code offset} on, at most 64. */
  public int runLength(int offset) {
    int end = offset + 1;
    while (end < Math.min(field.addressableBits(), offset + Long.SIZE) && counts(end)) {
      end++;
    }
    return end - offset;
  }

  private boolean counts(int bit) {
    return ((bit < 64 ? maskLow >>> bit : maskHigh >>> (bit - 64)) & 1) != 0;
  }

  /** That many bits of the value, at most 64, from {@code offset} on. */
  public long bitsAt(int offset, int bits) {
    long all =
        offset >= 64
            ? high >>> (offset - 64)
            : low >>> offset | (offset == 0 ? 0 : high << (64 - offset));
    return bits == 64 ? all : all & ((1L << bits) - 1);
  }

  /** An {@code int} that stands for 32 bits, e.g. an IPv4 address, arrives with its sign spread. */
  private static long unsigned(Field field, long value) {
    return field.bits() == 32 && value == (int) value ? value & 0xffff_ffffL : value;
  }

  /** E.g. {@code reg0=0x1/0xf}, the value as in {@code set_field:}. */
  @Override
  public String toString() {
    return field.ovsName() + "=" + FieldText.valueAndMask(this);
  }
}
