package org.ovswin.ipam.block;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.ipam.address.MacAddress;

/**
 * A node, as it tells its peers of itself.
 *
 * @param node its name, unique in the cluster: a DNS name in lower case (RFC 1123; one or more
 *     labels), as Kubernetes has it
 * @param owner the instance of the agent: random, made once, kept in the node's own state
 *     directory. It tells a node that restarts from another one of the same name.
 * @param addresses at which peers reach the node, unicast, at most one a family, the main one first
 * @param mac of the adapter that has them
 * @param os "linux", "windows", or what a later version knows
 * @param tunnelEndpoint where peers send encapsulated packets to, if not to the main address
 * @param version of the agent
 * @param joinedAt when this owner registered this name
 */
public record NodeRecord(
    String node,
    UUID owner,
    List<IpAddress> addresses,
    MacAddress mac,
    String os,
    Optional<IpAddress> tunnelEndpoint,
    String version,
    Instant joinedAt) {
  private static final int MAX_NAME_LENGTH = 253;
  private static final int MAX_TEXT_LENGTH = 64;
  private static final String LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
  private static final Pattern NAME = Pattern.compile(LABEL + "(\\." + LABEL + ")*");
  private static final Pattern OS = Pattern.compile("[a-z0-9]{1,32}");
  private static final Pattern VERSION =
      Pattern.compile("[\\x21-\\x7e]{1," + MAX_TEXT_LENGTH + "}");

  public NodeRecord {
    requireName(node);
    addresses = List.copyOf(addresses);
    if (addresses.isEmpty()
        || addresses.stream().map(Family::of).distinct().count() != addresses.size()) {
      throw new IllegalArgumentException(
          "addresses: " + addresses + " (expected: one, or one of each family)");
    }
    addresses.forEach(address -> requireUnicast("addresses", address));
    tunnelEndpoint.ifPresent(address -> requireUnicast("tunnelEndpoint", address));
    if (mac.isMulticast() || mac.value() == 0) {
      throw new IllegalArgumentException("mac: " + mac + " (expected: a unicast address)");
    }
    require("os", os, OS, "for example linux");
    require("version", version, VERSION, "for example 0.1.0");
  }

  /** The main address. */
  public IpAddress address() {
    return addresses.getFirst();
  }

  public Optional<IpAddress> address(Family family) {
    return addresses.stream().filter(address -> Family.of(address) == family).findFirst();
  }

  /** This record, with the time of joining of the one that it replaces. */
  public NodeRecord renewing(NodeRecord present) {
    return new NodeRecord(
        node, owner, addresses, mac, os, tunnelEndpoint, version, present.joinedAt);
  }

  /**
   * Refuses what is not a node's name. It becomes part of file names and of other systems' keys.
   *
   * @throws IllegalArgumentException naming the field "node"
   */
  public static void requireName(String node) {
    if (node.length() > MAX_NAME_LENGTH || !NAME.matcher(node).matches()) {
      throw new IllegalArgumentException(
          "node: "
              + shortened(node)
              + " (expected: a DNS name in lower case, for example worker-1)");
    }
  }

  private static void requireUnicast(String field, IpAddress address) {
    boolean unicast =
        switch (address) {
          case Ipv4Address v4 -> {
            int first = v4.value() >>> 24;
            yield first != 0 && first != 127 && first < 224;
          }
          case Ipv6Address v6 ->
              v6.high() >>> 56 != 0xff && (v6.high() != 0 || Long.compareUnsigned(v6.low(), 1) > 0);
        };
    if (!unicast) {
      throw new IllegalArgumentException(
          field + ": " + address + " (expected: the unicast address of a node)");
    }
  }

  private static void require(String field, String value, Pattern pattern, String expected) {
    if (!pattern.matcher(value).matches()) {
      throw new IllegalArgumentException(
          field + ": " + shortened(value) + " (expected: " + expected + ")");
    }
  }

  private static String shortened(String value) {
    return '"'
        + (value.length() > MAX_TEXT_LENGTH ? value.substring(0, MAX_TEXT_LENGTH) : value)
        + '"';
  }
}
