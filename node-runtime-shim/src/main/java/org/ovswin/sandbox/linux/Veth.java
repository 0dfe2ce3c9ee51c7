package org.ovswin.sandbox.linux;

import org.ovswin.sandbox.MacAddress;

/**
 * A pair of virtual Ethernet links (veth(4)) to be made.
 *
 * @param name of the end in the namespace of the netlink socket, at most 15 characters
 * @param group the link group of that end
 * @param peerName of the other end
 * @param peerMac of the other end
 * @param peerNetns where the other end is made
 * @param mtu of both ends, in bytes
 */
public record Veth(
    String name, int group, String peerName, MacAddress peerMac, Netns peerNetns, int mtu) {
  static final String KIND = "veth";

  @Override
  public String toString() {
    return "veth %s with peer %s (%s, mtu %d) in %s"
        .formatted(name, peerName, peerMac, mtu, peerNetns);
  }
}
