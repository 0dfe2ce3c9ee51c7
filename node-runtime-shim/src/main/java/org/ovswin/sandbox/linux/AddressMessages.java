package org.ovswin.sandbox.linux;

import static org.ovswin.sandbox.linux.NetlinkRequest.NLM_F_CREATE;
import static org.ovswin.sandbox.linux.NetlinkRequest.NLM_F_DUMP;
import static org.ovswin.sandbox.linux.NetlinkRequest.NLM_F_EXCL;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.ovswin.sandbox.InetPrefix;

/**
 * The RTM_…ADDR messages of rtnetlink(7), to and from bytes.
 *
 * <pre>
 *  struct ifaddrmsg: | family 1 | prefix length 1 | flags 1 | scope 1 | link index 4 |
 * </pre>
 */
final class AddressMessages {
  static final int RTM_NEWADDR = 20;
  private static final int RTM_DELADDR = 21;
  private static final int RTM_GETADDR = 22;
  private static final int IFA_ADDRESS = 1;
  private static final int IFA_LOCAL = 2;
  private static final int IFADDRMSG_LENGTH = 8;

  /** Duplicates are not looked for; says nothing about IPv4. */
  private static final int IFA_F_NODAD = 2;

  /** IFA_F_NOPREFIXROUTE; does not fit into the header's eight bits. */
  private static final int IFA_F_NOPREFIXROUTE = 0x200;

  private static final int IFA_FLAGS = 8;

  private AddressMessages() {}

  /** Whether the kernel adds a route to the address's prefix to the main table. */
  enum PrefixRoute {
    MADE,
    NONE
  }

  static NetlinkRequest add(int link, InetPrefix address, PrefixRoute route) {
    NetlinkRequest request = change(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, "add", link, address);
    return switch (route) {
      case MADE -> request;
      case NONE -> request.attributeU32(IFA_FLAGS, flags(address) | IFA_F_NOPREFIXROUTE);
    };
  }

  static NetlinkRequest delete(int link, InetPrefix address) {
    return change(RTM_DELADDR, 0, "delete", link, address);
  }

  /**
   * @param link the link whose addresses are wanted
   */
  static NetlinkRequest dump(int link) {
    return new NetlinkRequest(RTM_GETADDR, NLM_F_DUMP, "list addresses of link " + link)
        .u8(0)
        .u8(0)
        .u8(0)
        .u8(0)
        .u32(link);
  }

  private static NetlinkRequest change(
      int type, int flags, String verb, int link, InetPrefix address) {
    byte[] octets = address.address().getAddress();
    return new NetlinkRequest(
            type, flags, "%s address %s on link %d".formatted(verb, address, link))
        .u8(family(address.address()))
        .u8(address.prefixLength())
        .u8(flags(address))
        .u8(0)
        .u32(link)
        .attribute(IFA_LOCAL, octets)
        .attribute(IFA_ADDRESS, octets);
  }

  private static int flags(InetPrefix address) {
    return address.isIpv4() ? 0 : IFA_F_NODAD;
  }

  /**
   * Reads an RTM_NEWADDR's body; empty for a family other than IPv4 and IPv6.
   *
   * @throws NetlinkFormatException if it is too short or a length leads out of it
   */
  static Optional<LinkAddress> decode(ByteBuffer body) throws NetlinkFormatException {
    if (body.remaining() < IFADDRMSG_LENGTH) {
      throw new NetlinkFormatException(
          "ifaddrmsg: %d octets (expected: at least %d)"
              .formatted(body.remaining(), IFADDRMSG_LENGTH));
    }
    int prefixLength = body.get(1) & 0xff;
    int scope = body.get(3) & 0xff;
    int link = body.getInt(4);
    NetlinkAttributes attributes =
        NetlinkAttributes.read(body.slice(IFADDRMSG_LENGTH, body.remaining() - IFADDRMSG_LENGTH));
    // On a point-to-point link IFA_ADDRESS is the peer's and IFA_LOCAL our own.
    return attributes
        .address(IFA_LOCAL)
        .or(() -> attributes.address(IFA_ADDRESS))
        .map(address -> new LinkAddress(link, new InetPrefix(address, prefixLength), scope));
  }

  static int family(InetAddress address) {
    return address.getAddress().length == 4 ? Libc.AF_INET : Libc.AF_INET6;
  }
}
