package org.ovswin.cni;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * IP addresses as text, both ways. The JDK alone takes {@code 10.1} and {@code 010.0.0.1} for
 * addresses, and prints IPv6 without compression.
 */
final class AddressText {
  private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
  private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

  private AddressText() {}

  /**
   * Reads a literal, never a host name.
   *
   * @throws IllegalArgumentException if it is none, or is an IPv4 address in IPv6 notation; the
   *     message has the text and the expectation
   */
  static InetAddress parse(String text) {
    IllegalArgumentException failure =
        new IllegalArgumentException(text + " (expected: an IPv4 or IPv6 address)");
    boolean ipv6 = IPV6.matcher(text).matches();
    if (!ipv6 && !IPV4.matcher(text).matches()) {
      throw failure;
    }
    try {
      InetAddress address = InetAddress.ofLiteral(text);
      if (ipv6 && address instanceof Inet4Address) {
        throw failure;
      }
      return address;
    } catch (IllegalArgumentException e) {
      failure.addSuppressed(e);
      throw failure;
    }
  }

  /** Dotted decimal, or RFC 5952: lower case, the longest run of zero groups compressed. */
  static String of(InetAddress address) {
    if (address instanceof Inet4Address) {
      return address.getHostAddress();
    }
    byte[] bytes = address.getAddress();
    List<String> groups = new ArrayList<>();
    for (int i = 0; i < bytes.length; i += 2) {
      groups.add(Integer.toHexString((bytes[i] & 0xff) << 8 | (bytes[i + 1] & 0xff)));
    }
    int start = 0;
    int length = 1; // RFC 5952, 4.2.2: a single zero group is not compressed.
    for (int i = 0; i < groups.size(); i++) {
      int end = i;
      while (end < groups.size() && groups.get(end).equals("0")) {
        end++;
      }
      if (end - i > length) {
        start = i;
        length = end - i;
      }
    }
    if (length == 1) {
      return String.join(":", groups);
    }
    return String.join(":", groups.subList(0, start))
        + "::"
        + String.join(":", groups.subList(start + length, groups.size()));
  }
}
