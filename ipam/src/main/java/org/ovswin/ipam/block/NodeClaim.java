package org.ovswin.ipam.block;

import java.time.Instant;
import java.util.UUID;
import java.util.regex.Pattern;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;

/**
 * What a node says of itself when it asks for a block.
 *
 * @param node its name, unique in the cluster: a DNS name in lower case (RFC 1123; one or more
 *     labels), as Kubernetes has it
 * @param owner the instance of the agent: random, made once, kept in the node's own state
 *     directory. It tells a node that restarts from another one of the same name.
 * @param address at which peers reach the node
 * @param mac of that address' adapter
 * @param os "linux", "windows", or what a later version knows
 * @param version of the agent
 */
public record NodeClaim(
    String node, UUID owner, IpAddress address, MacAddress mac, String os, String version) {
  private static final int MAX_NAME_LENGTH = 253;
  private static final int MAX_TEXT_LENGTH = 64;
  private static final String LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
  private static final Pattern NAME = Pattern.compile(LABEL + "(\\." + LABEL + ")*");
  private static final Pattern OS = Pattern.compile("[a-z0-9]{1,32}");
  private static final Pattern VERSION =
      Pattern.compile("[\\x21-\\x7e]{1," + MAX_TEXT_LENGTH + "}");

  public NodeClaim {
    requireNodeName(node);
    if (mac.isMulticast()) {
      throw new IllegalArgumentException("mac: " + mac + " (expected: a unicast address)");
    }
    require("os", os, OS, "for example linux");
    require("version", version, VERSION, "for example 0.1.0");
  }

  /**
   * Refuses what is not a node name. It becomes part of file names and of other systems' keys.
   *
   * @throws IllegalArgumentException naming the field "node"
   */
  static void requireNodeName(String node) {
    if (node.length() > MAX_NAME_LENGTH || !NAME.matcher(node).matches()) {
      throw new IllegalArgumentException(
          "node: "
              + shortened(node)
              + " (expected: a DNS name in lower case, for example worker-1)");
    }
  }

  /** The record of this node once it has its block. */
  public NodeRecord holding(IpPrefix block, Instant claimedAt) {
    return new NodeRecord(node, owner, block, address, mac, os, version, claimedAt);
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
