package org.ovswin.sandbox.linux;

import java.util.Optional;
import java.util.OptionalInt;
import org.ovswin.sandbox.MacAddress;

/**
 * A network interface as rtnetlink(7) describes it.
 *
 * @param index unique in its namespace; never used again by the kernel while it can avoid it
 * @param mac empty for links without an Ethernet-like address
 * @param mtu bytes
 * @param flags IFF_… of netdevice(7)
 * @param group the link group; 0 unless set
 * @param kind such as {@code veth} or {@code bridge}; empty for physical and loopback links
 * @param peerIndex IFLA_LINK: for veth the index of the other end, in its namespace; for macvlan
 *     that of the lower link
 * @param peerNsid IFLA_LINK_NETNSID: this namespace's number for the one the peer is in; empty when
 *     the peer is in the same
 */
public record Link(
    int index,
    String name,
    Optional<MacAddress> mac,
    int mtu,
    int flags,
    int group,
    Optional<String> kind,
    OptionalInt peerIndex,
    OptionalInt peerNsid) {
  private static final int IFF_UP = 1;

  /** Whether it is administratively up; it may still be without carrier. */
  public boolean isUp() {
    return (flags & IFF_UP) != 0;
  }

  public boolean isKind(String name) {
    return kind.equals(Optional.of(name));
  }
}
