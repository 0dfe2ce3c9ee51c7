package org.ovswin.sandbox.linux;

import static org.ovswin.sandbox.linux.NetlinkRequest.NLM_F_CREATE;
import static org.ovswin.sandbox.linux.NetlinkRequest.NLM_F_DUMP;
import static org.ovswin.sandbox.linux.NetlinkRequest.NLM_F_EXCL;
import static org.ovswin.sandbox.linux.NetlinkRequest.NLM_F_REPLACE;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.ovswin.sandbox.InetPrefix;

/**
 * The RTM_…ROUTE messages of rtnetlink(7), to and from bytes, for routes of any table and for
 * asking which one an address takes.
 *
 * <pre>
 *  struct rtmsg: | family 1 | destination length 1 | source length 1 | tos 1 |
 *                | table 1  | protocol 1 | scope 1 | type 1 | flags 4 |
 * </pre>
 */
final class RouteMessages {
  static final int RTM_NEWROUTE = 24;
  private static final int RTM_DELROUTE = 25;
  private static final int RTM_GETROUTE = 26;
  private static final int RTA_DST = 1;
  private static final int RTA_OIF = 4;
  private static final int RTA_GATEWAY = 5;
  private static final int RTA_PRIORITY = 6;
  private static final int RT_TABLE_UNSPEC = 0;
  private static final int RT_SCOPE_NOWHERE = 255;
  private static final int RTPROT_UNSPEC = 0;
  private static final int RTN_UNICAST = 1;
  private static final int RTN_LOCAL = 2;
  private static final int RTA_PREFSRC = 7;
  private static final int RTA_METRICS = 8;
  private static final int RTA_TABLE = 15;
  private static final int RTA_VIA = 18;
  private static final int RTAX_MTU = 2;
  private static final int RTNH_F_ONLINK = 4;
  private static final int RTMSG_LENGTH = 12;

  private RouteMessages() {}

  static NetlinkRequest add(LinkRoute route) {
    return change(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, "add", route);
  }

  /** Takes the place of a route with the same destination and metric, whatever link it has. */
  static NetlinkRequest replace(LinkRoute route) {
    return change(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, "replace", route);
  }

  /** Whoever made it. */
  static NetlinkRequest delete(LinkRoute route) {
    return change(RTM_DELROUTE, 0, "delete", route);
  }

  /**
   * @param family AF_INET or AF_INET6
   * @param protocol RTPROT_… of the routes that are wanted; 0 for all
   */
  static NetlinkRequest dump(int family, int protocol) {
    return rtmsg(
        new NetlinkRequest(RTM_GETROUTE, NLM_F_DUMP, "list routes"),
        family,
        0,
        RT_TABLE_UNSPEC,
        protocol,
        0,
        0,
        0);
  }

  /** Asks how an address is reached. */
  static NetlinkRequest get(InetAddress destination) {
    byte[] octets = destination.getAddress();
    return rtmsg(
            new NetlinkRequest(
                RTM_GETROUTE, 0, "look up the route to " + destination.getHostAddress()),
            AddressMessages.family(destination),
            octets.length * 8,
            RT_TABLE_UNSPEC,
            0,
            0,
            0,
            0)
        .attribute(RTA_DST, octets);
  }

  /**
   * What the kernel answers to {@link #get}.
   *
   * @param place where the address is
   * @param linkIndex the link that packets leave by
   * @param source what they are sent from; empty if the host has no address for it
   * @param mtu the route's own, in bytes
   */
  record Lookup(
      Place place,
      int linkIndex,
      Optional<InetAddress> source,
      Optional<InetAddress> gateway,
      OptionalInt mtu) {}

  /** Whether an address is one of this host's. */
  enum Place {
    HERE,
    ELSEWHERE
  }

  /** Reads the answer to {@link #get}; empty if packets are refused or dropped. */
  static Optional<Lookup> decodeLookup(ByteBuffer body) throws NetlinkFormatException {
    NetlinkAttributes attributes = attributes(body);
    int type = body.get(7) & 0xff;
    if (type != RTN_UNICAST && type != RTN_LOCAL) {
      return Optional.empty();
    }
    return Optional.of(
        new Lookup(
            type == RTN_LOCAL ? Place.HERE : Place.ELSEWHERE,
            attributes.u32(RTA_OIF).orElse(0),
            attributes.address(RTA_PREFSRC),
            attributes.address(RTA_GATEWAY).or(() -> attributes.via(RTA_VIA)),
            attributes.nested(RTA_METRICS).u32(RTAX_MTU)));
  }

  private static NetlinkRequest change(int type, int flags, String verb, LinkRoute route) {
    boolean delete = type == RTM_DELROUTE;
    InetAddress destination = route.destination().address();
    NetlinkRequest request =
        rtmsg(
            new NetlinkRequest(type, flags, verb + " route " + route),
            AddressMessages.family(destination),
            route.destination().prefixLength(),
            LinkRoute.RT_TABLE_MAIN,
            delete ? RTPROT_UNSPEC : route.protocol(),
            delete ? RT_SCOPE_NOWHERE : route.scope(),
            route.kind().number(),
            route.onLink() == LinkRoute.OnLink.YES ? RTNH_F_ONLINK : 0);
    if (route.destination().prefixLength() > 0) {
      request.attribute(RTA_DST, destination.getAddress());
    }
    route.gateway().ifPresent(gateway -> request.attribute(RTA_GATEWAY, gateway.getAddress()));
    if (route.linkIndex() != 0) {
      request.attributeU32(RTA_OIF, route.linkIndex());
    }
    if (route.metric() != 0) {
      request.attributeU32(RTA_PRIORITY, route.metric());
    }
    if (route.table() != LinkRoute.RT_TABLE_MAIN) {
      // Goes before the eight bits of the header.
      request.attributeU32(RTA_TABLE, route.table());
    }
    return request;
  }

  /**
   * Reads an RTM_NEWROUTE's body; empty for a route that is of no {@link LinkRoute.Kind}.
   *
   * @throws NetlinkFormatException if it is too short or a length leads out of it
   */
  static Optional<LinkRoute> decode(ByteBuffer body) throws NetlinkFormatException {
    NetlinkAttributes attributes = attributes(body);
    int family = body.get(0) & 0xff;
    int table = attributes.u32(RTA_TABLE).orElse(body.get(4) & 0xff);
    int type = body.get(7) & 0xff;
    Optional<LinkRoute.Kind> kind =
        Stream.of(LinkRoute.Kind.values()).filter(one -> one.number() == type).findFirst();
    if (kind.isEmpty()) {
      return Optional.empty();
    }
    int flags = body.getInt(8);
    InetAddress destination =
        attributes
            .address(RTA_DST)
            .orElse(InetPrefix.parseAddress(family == Libc.AF_INET ? "0.0.0.0" : "::"));
    return Optional.of(
        new LinkRoute(
            kind.get(),
            attributes.u32(RTA_OIF).orElse(0),
            new InetPrefix(destination, body.get(1) & 0xff),
            attributes.address(RTA_GATEWAY),
            (flags & RTNH_F_ONLINK) != 0 ? LinkRoute.OnLink.YES : LinkRoute.OnLink.BY_ADDRESS,
            body.get(6) & 0xff,
            body.get(5) & 0xff,
            attributes.u32(RTA_PRIORITY).orElse(0),
            table));
  }

  private static NetlinkAttributes attributes(ByteBuffer body) throws NetlinkFormatException {
    if (body.remaining() < RTMSG_LENGTH) {
      throw new NetlinkFormatException(
          "rtmsg: %d octets (expected: at least %d)".formatted(body.remaining(), RTMSG_LENGTH));
    }
    return NetlinkAttributes.read(body.slice(RTMSG_LENGTH, body.remaining() - RTMSG_LENGTH));
  }

  private static NetlinkRequest rtmsg(
      NetlinkRequest request,
      int family,
      int destinationLength,
      int table,
      int protocol,
      int scope,
      int type,
      int flags) {
    return request
        .u8(family)
        .u8(destinationLength)
        .u8(0)
        .u8(0)
        .u8(table)
        .u8(protocol)
        .u8(scope)
        .u8(type)
        .u32(flags);
  }
}
