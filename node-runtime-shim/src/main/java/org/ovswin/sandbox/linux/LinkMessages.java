package org.ovswin.sandbox.linux;

import static org.ovswin.sandbox.linux.NetlinkRequest.NLM_F_CREATE;
import static org.ovswin.sandbox.linux.NetlinkRequest.NLM_F_DUMP;
import static org.ovswin.sandbox.linux.NetlinkRequest.NLM_F_EXCL;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.ovswin.sandbox.MacAddress;

/**
 * The RTM_…LINK messages of rtnetlink(7), to and from bytes.
 *
 * <pre>
 *  struct ifinfomsg: | family 1 | pad 1 | type 2 | index 4 | flags 4 | change mask 4 |
 * </pre>
 */
final class LinkMessages {
  static final int RTM_NEWLINK = 16;
  private static final int RTM_DELLINK = 17;
  private static final int RTM_GETLINK = 18;
  private static final int RTM_SETLINK = 19;
  private static final int RTM_DELQDISC = 37;
  private static final int IFLA_ADDRESS = 1;
  private static final int IFLA_IFNAME = 3;
  private static final int IFLA_MTU = 4;
  private static final int IFLA_LINK = 5;
  private static final int IFLA_LINKINFO = 18;
  private static final int IFLA_GROUP = 27;
  private static final int IFLA_NET_NS_FD = 28;
  private static final int IFLA_EXT_MASK = 29;
  private static final int IFLA_PROMISCUITY = 30;
  private static final int IFLA_LINK_NETNSID = 37;
  private static final int IFLA_INFO_KIND = 1;
  private static final int IFLA_INFO_DATA = 2;
  private static final int VETH_INFO_PEER = 1;
  private static final int IFLA_MACVLAN_MODE = 1;
  private static final int MACVLAN_MODE_PASSTHRU = 8;
  private static final int RTEXT_FILTER_SKIP_STATS = 8;
  private static final int IFF_UP = 1;
  private static final int IFINFOMSG_LENGTH = 16;

  private LinkMessages() {}

  static NetlinkRequest get(int index) {
    return header(RTM_GETLINK, 0, "look up link " + index, index)
        .attributeU32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
  }

  static NetlinkRequest get(String name) {
    return header(RTM_GETLINK, 0, "look up link " + name, 0)
        .attributeText(IFLA_IFNAME, name)
        .attributeU32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
  }

  static NetlinkRequest dump() {
    return header(RTM_GETLINK, NLM_F_DUMP, "list links", 0)
        .attributeU32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
  }

  /**
   * Both ends in one message, the peer in its namespace from the start. The peer's IFF_UP is not
   * asked for: the kernel refuses it here (ENOTCONN), as the other end is not there yet.
   */
  static NetlinkRequest createVeth(Veth veth) {
    return header(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, "create " + veth, 0)
        .attributeText(IFLA_IFNAME, veth.name())
        .attributeU32(IFLA_MTU, veth.mtu())
        .attributeU32(IFLA_GROUP, veth.group())
        .nest(
            IFLA_LINKINFO,
            linkInfo ->
                linkInfo
                    .attributeText(IFLA_INFO_KIND, Veth.KIND)
                    .nest(
                        IFLA_INFO_DATA,
                        data -> data.nest(VETH_INFO_PEER, peer -> addPeer(peer, veth))));
  }

  private static void addPeer(NetlinkRequest peer, Veth veth) {
    ifinfomsg(peer, 0, 0, 0)
        .attributeText(IFLA_IFNAME, veth.peerName())
        .attribute(IFLA_ADDRESS, veth.peerMac().octets())
        .attributeU32(IFLA_MTU, veth.mtu())
        .attributeU32(IFLA_NET_NS_FD, veth.peerNetns().fd());
  }

  /** The lower link is the socket's namespace's; passthru takes it for itself alone. */
  static NetlinkRequest createMacvlan(Macvlan macvlan) {
    return header(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, "create " + macvlan, 0)
        .attributeText(IFLA_IFNAME, macvlan.name())
        .attributeU32(IFLA_MTU, macvlan.mtu())
        .attributeU32(IFLA_LINK, macvlan.lower())
        .attributeU32(IFLA_NET_NS_FD, macvlan.netns().fd())
        .nest(
            IFLA_LINKINFO,
            linkInfo ->
                linkInfo
                    .attributeText(IFLA_INFO_KIND, Macvlan.KIND)
                    .nest(
                        IFLA_INFO_DATA,
                        data -> data.attributeU32(IFLA_MACVLAN_MODE, MACVLAN_MODE_PASSTHRU)));
  }

  static NetlinkRequest createBridge(String name) {
    return header(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, "create bridge " + name, 0)
        .attributeText(IFLA_IFNAME, name)
        .nest(IFLA_LINKINFO, linkInfo -> linkInfo.attributeText(IFLA_INFO_KIND, "bridge"));
  }

  static NetlinkRequest up(int index) {
    return ifinfomsg(
        new NetlinkRequest(RTM_SETLINK, 0, "set link " + index + " up"), index, IFF_UP, IFF_UP);
  }

  static NetlinkRequest down(int index) {
    return ifinfomsg(
        new NetlinkRequest(RTM_SETLINK, 0, "set link " + index + " down"), index, 0, IFF_UP);
  }

  static NetlinkRequest mtu(int index, int mtu) {
    return header(RTM_SETLINK, 0, "set link %d mtu %d".formatted(index, mtu), index)
        .attributeU32(IFLA_MTU, mtu);
  }

  static NetlinkRequest mac(int index, MacAddress mac) {
    return header(RTM_SETLINK, 0, "set link %d address %s".formatted(index, mac), index)
        .attribute(IFLA_ADDRESS, mac.octets());
  }

  static NetlinkRequest name(int index, String name) {
    return header(RTM_SETLINK, 0, "set link %d name %s".formatted(index, name), index)
        .attributeText(IFLA_IFNAME, name);
  }

  static NetlinkRequest delete(int index) {
    return header(RTM_DELLINK, 0, "delete link " + index, index);
  }

  /**
   * Reads an RTM_NEWLINK's body.
   *
   * @throws NetlinkFormatException if it is too short or a length leads out of it
   */
  static Link decode(ByteBuffer body) throws NetlinkFormatException {
    if (body.remaining() < IFINFOMSG_LENGTH) {
      throw new NetlinkFormatException(
          "ifinfomsg: %d octets (expected: at least %d)"
              .formatted(body.remaining(), IFINFOMSG_LENGTH));
    }
    int index = body.getInt(4);
    int flags = body.getInt(8);
    NetlinkAttributes attributes =
        NetlinkAttributes.read(body.slice(IFINFOMSG_LENGTH, body.remaining() - IFINFOMSG_LENGTH));
    Optional<MacAddress> mac =
        attributes
            .bytes(IFLA_ADDRESS)
            .filter(octets -> octets.length == MacAddress.LENGTH)
            .map(MacAddress::of);
    return new Link(
        index,
        attributes.text(IFLA_IFNAME).orElse(""),
        mac,
        attributes.u32(IFLA_MTU).orElse(0),
        flags,
        attributes.u32(IFLA_GROUP).orElse(0),
        attributes.nested(IFLA_LINKINFO).text(IFLA_INFO_KIND),
        attributes.u32(IFLA_LINK),
        attributes.u32(IFLA_LINK_NETNSID));
  }

  /**
   * Takes away what somebody had the traffic control do with a link's packets (tc(8)).
   *
   * <pre>
   *  struct tcmsg: | family 1 | pad 3 | index 4 | handle 4 | parent 4 | info 4 |
   * </pre>
   */
  static NetlinkRequest deleteQdisc(int index, Hook hook) {
    return new NetlinkRequest(
            RTM_DELQDISC, 0, "delete the %s qdisc of link %d".formatted(hook, index))
        .u8(0)
        .u8(0)
        .u16(0)
        .u32(index)
        .u32(hook.handle)
        .u32(hook.parent)
        .u32(0);
  }

  /** Where a queueing discipline is: TC_H_… of linux/pkt_sched.h. */
  enum Hook {
    ROOT(0, 0xffffffff),
    INGRESS(0xffff0000, 0xfffffff1);

    private final int handle;
    private final int parent;

    Hook(int handle, int parent) {
      this.handle = handle;
      this.parent = parent;
    }
  }

  /** Whether an RTM_NEWLINK's link is in promiscuous mode; its flags do not say so. */
  static boolean isPromiscuous(ByteBuffer body) throws NetlinkFormatException {
    return NetlinkAttributes.read(body.slice(IFINFOMSG_LENGTH, body.remaining() - IFINFOMSG_LENGTH))
            .u32(IFLA_PROMISCUITY)
            .orElse(0)
        > 0;
  }

  private static NetlinkRequest header(int type, int flags, String asked, int index) {
    return ifinfomsg(new NetlinkRequest(type, flags, asked), index, 0, 0);
  }

  private static NetlinkRequest ifinfomsg(
      NetlinkRequest request, int index, int flags, int changeMask) {
    return request.u8(0).u8(0).u16(0).u32(index).u32(flags).u32(changeMask);
  }
}
