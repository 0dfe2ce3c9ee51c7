package org.ovswin.ipam.block.kubernetes;

import java.util.Optional;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.Ipv6Address;

/**
 * The name of a block's object: a DNS subdomain (RFC 1123), as Kubernetes wants it, and one name
 * only for each block, since the name is the lock.
 *
 * <pre>
 * 10.244.3.0/24     10.244.3.0-24
 * fd00:244:0:1::/64 fd00-244-0-1-0-0-0-0-64
 * </pre>
 *
 * <p>All eight groups of an IPv6 address are there: "::" has no form that begins with a letter or a
 * digit.
 */
final class BlockName {
  private static final Pattern IPV4 = Pattern.compile("([0-9.]{7,15})-([0-9]{1,2})");
  private static final Pattern IPV6 =
      Pattern.compile("((?:[0-9a-f]{1,4}-){7}[0-9a-f]{1,4})-([0-9]{1,3})");

  private BlockName() {}

  static String of(IpPrefix block) {
    String address =
        switch (block.network()) {
          case Ipv4Address v4 -> v4.toString();
          case Ipv6Address v6 -> groups(v6.high()) + "-" + groups(v6.low());
        };
    return address + "-" + block.length();
  }

  /** The block that an object of this name is about; empty if no block has this name. */
  static Optional<IpPrefix> parse(String name) {
    Matcher v4 = IPV4.matcher(name);
    if (v4.matches()) {
      return parsed(v4.group(1) + "/" + v4.group(2), name);
    }
    Matcher v6 = IPV6.matcher(name);
    return v6.matches()
        ? parsed(v6.group(1).replace('-', ':') + "/" + v6.group(2), name)
        : Optional.empty();
  }

  private static Optional<IpPrefix> parsed(String prefix, String name) {
    try {
      IpPrefix block = IpPrefix.parse(prefix);
      return of(block).equals(name) ? Optional.of(block) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String groups(long half) {
    StringJoiner text = new StringJoiner("-");
    for (int shift = Long.SIZE - Short.SIZE; shift >= 0; shift -= Short.SIZE) {
      text.add(Long.toHexString(half >>> shift & 0xffff));
    }
    return text.toString();
  }
}
