package org.ovswin.openflow;

/**
 * A run of bits within a field, e.g. {@code NXM_NX_REG0[0..15]}.
 *
 * @param offset the lowest bit, from 0
 * @param bits how many, at least 1
 */
public record Subfield(Field field, int offset, int bits) {
  public Subfield {
    if (offset < 0 || bits < 1 || offset + bits > field.addressableBits()) {
      throw new IllegalArgumentException(
          "%s[%d..%d] (expected: within 0..%d)"
              .formatted(field.ovsName(), offset, offset + bits - 1, field.addressableBits() - 1));
    }
  }

  /** All bits of a field. */
  public static Subfield of(Field field) {
    return new Subfield(field, 0, field.addressableBits());
  }

  @Override
  public String toString() {
    String name = field.subfieldName();
    if (bits == field.addressableBits()) {
      return name + "[]";
    }
    if (bits == 1) {
      return name + "[" + offset + "]";
    }
    return name + "[" + offset + ".." + (offset + bits - 1) + "]";
  }
}
