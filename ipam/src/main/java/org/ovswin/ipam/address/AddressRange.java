package org.ovswin.ipam.address;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * Addresses of one family from the first to the last, both included. In JSON it is its text.
 *
 * @param first the lowest address
 * @param last the highest one; not below the first
 */
public record AddressRange(IpAddress first, IpAddress last) implements Comparable<AddressRange> {

  public AddressRange {
    if (first.bitLength() != last.bitLength()) {
      throw new IllegalArgumentException(
          first + "-" + last + ": two families (expected: both IPv4 or both IPv6)");
    }
    if (first.compareTo(last) > 0) {
      throw new IllegalArgumentException(
          first + "-" + last + ": runs backwards (expected: " + last + "-" + first + ")");
    }
  }

  /**
   * Reads one address "10.244.3.10", a range "10.244.3.10-10.244.3.20" or a prefix
   * "10.244.3.16/28".
   *
   * @throws IllegalArgumentException for anything else: blanks, host bits, a range that runs
   *     backwards or mixes the families
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static AddressRange parse(String text) {
    if (text.indexOf('/') >= 0) {
      return of(IpPrefix.parse(text));
    }
    int dash = text.indexOf('-');
    if (dash < 0) {
      return of(IpAddress.parse(text));
    }
    return new AddressRange(
        IpAddress.parse(text.substring(0, dash)), IpAddress.parse(text.substring(dash + 1)));
  }

  /** The range of one address. */
  public static AddressRange of(IpAddress address) {
    return new AddressRange(address, address);
  }

  /** All addresses of a prefix. */
  public static AddressRange of(IpPrefix prefix) {
    return new AddressRange(prefix.network(), prefix.last());
  }

  /** Whether the address lies inside; one of the other family never does. */
  public boolean contains(IpAddress address) {
    return address.bitLength() == first.bitLength()
        && first.compareTo(address) <= 0
        && address.compareTo(last) <= 0;
  }

  /** Whether the two share an address. */
  public boolean overlaps(AddressRange other) {
    return first.bitLength() == other.first.bitLength()
        && first.compareTo(other.last) <= 0
        && other.first.compareTo(last) <= 0;
  }

  /** In the order of the first address; of two that begin alike, the shorter one first. */
  @Override
  public int compareTo(AddressRange other) {
    int byFirst = first.compareTo(other.first);
    return byFirst != 0 ? byFirst : last.compareTo(other.last);
  }

  /** "10.244.3.10" or "10.244.3.10-10.244.3.20"; {@link #parse} reads it back. */
  @JsonValue
  @Override
  public String toString() {
    return first.equals(last) ? first.toString() : first + "-" + last;
  }
}
