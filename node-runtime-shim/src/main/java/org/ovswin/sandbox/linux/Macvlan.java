package org.ovswin.sandbox.linux;

/**
 * A link that takes over another one's packets (macvlan in mode passthru), to be made. The kernel
 * lets a link have only one such upper link at a time.
 *
 * @param name at most 15 characters
 * @param lower the index of the link it takes over, in the namespace of the netlink socket
 * @param netns where it is made
 * @param mtu bytes, at most the lower link's
 */
record Macvlan(String name, int lower, Netns netns, int mtu) {
  static final String KIND = "macvlan";

  @Override
  public String toString() {
    return "macvlan %s over link %d (mtu %d) in %s".formatted(name, lower, mtu, netns);
  }
}
