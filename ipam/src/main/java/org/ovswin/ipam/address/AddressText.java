package org.ovswin.ipam.address;

import inet.ipaddr.AddressStringException;
import inet.ipaddr.AddressStringParameters.RangeParameters;
import inet.ipaddr.IPAddress;
import inet.ipaddr.IPAddressString;
import inet.ipaddr.IPAddressStringParameters;
import inet.ipaddr.IncompatibleAddressException;

/**
 * The one place where the text of an address is read.
 *
 * <p>The ipaddress library does the reading, with everything switched off that lets one text mean
 * two addresses. Its defaults take the empty string, "*", "10.1", octal and hexadecimal parts and
 * surrounding blanks, and C's {@code inet_aton} reads "010.0.0.1" as 8.0.0.1: two programs that
 * read one configuration file would then disagree about who owns an address.
 */
final class AddressText {
  /**
   * An IPv6 address in its longest form: eight groups of four digits. Longer text is no address.
   */
  private static final int MAX_LENGTH = 39;

  private static final IPAddressStringParameters STRICT =
      new IPAddressStringParameters.Builder()
          .allowEmpty(false)
          .allowAll(false)
          .allowSingleSegment(false)
          .allowPrefix(false)
          .allowMask(false)
          .allowPrefixOnly(false)
          .allowWildcardedSeparator(false)
          .setRangeOptions(RangeParameters.NO_RANGE)
          .getIPv4AddressParametersBuilder()
          .allow_inet_aton(false)
          .allowLeadingZeros(false)
          .allowUnlimitedLeadingZeros(false)
          .allowBinary(false)
          .getParentBuilder()
          .getIPv6AddressParametersBuilder()
          .allowZone(false)
          .allowMixed(false)
          .allowBase85(false)
          .allowBinary(false)
          .allowUnlimitedLeadingZeros(false)
          .getParentBuilder()
          .toParams();

  private AddressText() {}

  /**
   * Reads an IPv4 address in dotted decimal or an IPv6 address as in RFC 4291, 2.2, forms 1 and 2.
   *
   * @throws IllegalArgumentException for any other text, IPv4-mapped addresses (RFC 4291, 2.5.5.2)
   *     and form 3 ("::10.0.0.1") included: an IPv4 address has one spelling here
   */
  static IpAddress parse(String text) {
    if (text.isEmpty() || text.length() > MAX_LENGTH || !hasOnlyAddressCharacters(text)) {
      throw refused(text);
    }
    IPAddress address;
    try {
      address = new IPAddressString(text, STRICT).toAddress();
    } catch (AddressStringException | IncompatibleAddressException e) {
      throw new IllegalArgumentException(refused(text).getMessage(), e);
    }
    if (address == null || address.isMultiple()) {
      throw refused(text);
    }
    if (address.isIPv4()) {
      Ipv4Address v4 = Ipv4Address.of(address.getBytes());
      // Dotted decimal has exactly one spelling per address, so this catches any leniency that a
      // later release of the library may add.
      if (!v4.toString().equals(text)) {
        throw refused(text);
      }
      return v4;
    }
    Ipv6Address v6 = Ipv6Address.of(address.getBytes());
    if (v6.isIpv4Mapped()) {
      throw new IllegalArgumentException(
          text + ": is an IPv4-mapped address (expected: " + v6.mappedIpv4() + ")");
    }
    return v6;
  }

  private static boolean hasOnlyAddressCharacters(String text) {
    return text.chars().allMatch(c -> c == '.' || c == ':' || isHexDigit(c));
  }

  private static boolean isHexDigit(int c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }

  private static IllegalArgumentException refused(String text) {
    return new IllegalArgumentException(
        quoted(text) + ": is not an address (expected: for example 10.244.1.5 or fd00:244::5)");
  }

  /** The text as a message shows it: an empty or endless one must not make the message useless. */
  static String quoted(String text) {
    String shown = text.length() > 2 * MAX_LENGTH ? text.substring(0, 2 * MAX_LENGTH) + "…" : text;
    return shown.isBlank() || shown.length() != shown.strip().length() ? '"' + shown + '"' : shown;
  }
}
