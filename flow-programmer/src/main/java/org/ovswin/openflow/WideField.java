package org.ovswin.openflow;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;

/**
 * A value of one of {@code tun_metadata0-63}, which are up to 124 bytes wide; how wide is the
 * cluster's choice. {@link MatchField} is for all narrower fields, of which there are many more.
 *
 * <p>Canonical: leading zeros are left out, since the switch fills up with them, or reports them,
 * up to the width that it was told; so are leading bytes that do not count. Two that mean the same
 * are equal.
 *
 * @param value 0 to 124 bytes
 * @param mask which bits count, as long as the value; empty if all do. One of no bytes at all says
 *     only that the option is there
 */
public record WideField(Field field, Octets value, Optional<Octets> mask) {
  public WideField {
    if (!field.isWide()) {
      throw new IllegalArgumentException(
          field.ovsName() + ": up to 128 bits (expected: tun_metadata0 to tun_metadata63)");
    }
    int length = value.length();
    if (length > field.bytes() || mask.filter(bits -> bits.length() != length).isPresent()) {
      throw new IllegalArgumentException(
          "%s: %d bytes (expected: at most %d, and a mask as long)"
              .formatted(field.ovsName(), length, field.bytes()));
    }
    Octets counting = mask.orElse(value);
    int first = 0;
    while (first < length && counting.at(first) == 0) {
      first++;
    }
    byte[] kept = Arrays.copyOfRange(value.toByteArray(), first, length);
    if (mask.isPresent()) {
      Octets keptMask = Octets.of(Arrays.copyOfRange(mask.get().toByteArray(), first, length));
      for (int i = 0; i < kept.length; i++) {
        kept[i] &= (byte) keptMask.at(i);
      }
      mask = Optional.of(keptMask);
    }
    value = Octets.of(kept);
  }

  /** All of the field. */
  static WideField exact(Field field, BigInteger value) {
    return new WideField(field, octets(field, value), Optional.empty());
  }

  /** The bits of {@code mask}. */
  static WideField masked(Field field, BigInteger value, BigInteger mask) {
    return new WideField(field, octets(field, value.and(mask)), Optional.of(octets(field, mask)));
  }

  /** A run of bits. */
  static WideField of(Subfield bits, BigInteger value) {
    if (value.bitLength() > bits.bits()) {
      throw new IllegalArgumentException(
          "%s: 0x%x (expected: at most %d bits)".formatted(bits, value, bits.bits()));
    }
    if (bits.equals(Subfield.of(bits.field()))) {
      return exact(bits.field(), value);
    }
    BigInteger ones = BigInteger.ONE.shiftLeft(bits.bits()).subtract(BigInteger.ONE);
    return masked(bits.field(), value.shiftLeft(bits.offset()), ones.shiftLeft(bits.offset()));
  }

  private static Octets octets(Field field, BigInteger value) {
    if (value.bitLength() > field.bits()) {
      throw new IllegalArgumentException(
          "%s: 0x%x (expected: at most %d bits)".formatted(field.ovsName(), value, field.bits()));
    }
    byte[] bytes = new byte[field.bytes()];
    byte[] signed = value.toByteArray();
    int count = Math.min(signed.length, bytes.length); // Without a leading byte of only the sign.
    System.arraycopy(signed, signed.length - count, bytes, bytes.length - count, count);
    return Octets.of(bytes);
  }

  /** Value and mask as in {@code set_field:}. */
  String valueAndMask() {
    return hex(value) + mask.map(bits -> "/" + hex(bits)).orElse("");
  }

  /** As in a match of {@code ovs-ofctl}, which does not show a mask that covers all bytes. */
  @Override
  public String toString() {
    if (mask.filter(bits -> bits.length() == 0).isPresent()) {
      return field.ovsName();
    }
    boolean whole = mask.map(bits -> bits.toHex().matches("f*")).orElse(true);
    return field.ovsName() + "=" + (whole ? hex(value) : valueAndMask());
  }

  private static String hex(Octets octets) {
    String digits = octets.toHex().replaceFirst("^0+", "");
    return digits.isEmpty() ? "0" : "0x" + digits;
  }
}
