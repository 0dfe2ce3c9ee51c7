package org.ovswin.sandbox.linux;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.ovswin.sandbox.EndpointSpec.Gatewayed;
import org.ovswin.sandbox.Forwarding;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.Route;

/**
 * A route as rtnetlink(7) describes it; numbers as the kernel has them.
 *
 * @param kind what becomes of packets
 * @param linkIndex the link it leads out of; 0 for a route with several next hops
 * @param destination without host bits
 * @param gateway the next hop
 * @param onLink RTNH_F_ONLINK: the gateway is on the link although no address says so
 * @param scope RT_SCOPE_…: 0 universe, 253 link
 * @param protocol RTPROT_…: who made it; 2 kernel, 3 boot, 4 static
 * @param metric RTA_PRIORITY; lower wins
 * @param table RT_TABLE_…, 32 bits without sign; 254 the main one
 */
public record LinkRoute(
    Kind kind,
    int linkIndex,
    InetPrefix destination,
    Optional<InetAddress> gateway,
    OnLink onLink,
    int scope,
    int protocol,
    int metric,
    int table) {
  static final int RT_TABLE_MAIN = 254;
  static final int RT_SCOPE_UNIVERSE = 0;
  static final int RT_SCOPE_LINK = 253;
  static final int RTPROT_STATIC = 4;

  /**
   * Of the routes of a {@link Forwarding} and of rules and tables in sandboxes: by this number ours
   * are known, also after a restart.
   */
  static final int RTPROT_OURS = 0x6f;

  /** Loses against any route that somebody else has for the same destination. */
  private static final int UNREACHABLE_METRIC = 0x6f767377;

  /** What the kernel makes of no metric in IPv6 (IP6_RT_PRIO_USER). */
  private static final int IPV6_METRIC = 1024;

  /** RTN_…: what becomes of packets to the destination. */
  public enum Kind {
    UNICAST(1),
    /** They are refused, with an ICMP message to whom sent them. */
    UNREACHABLE(7);

    private final int number;

    Kind(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }
  }

  /** Whether a gateway is taken to be on the link. */
  public enum OnLink {
    YES,
    BY_ADDRESS
  }

  /** A route of ours: protocol static, the usual metric. */
  public static LinkRoute of(int linkIndex, Route route) {
    return switch (route) {
      case Route.Via via -> make(linkIndex, route, Optional.of(via.gateway()), OnLink.BY_ADDRESS);
      case Route.ViaOnLink via -> make(linkIndex, route, Optional.of(via.gateway()), OnLink.YES);
      case Route.Direct _ -> make(linkIndex, route, Optional.empty(), OnLink.BY_ADDRESS);
    };
  }

  /** A block of another node. */
  static LinkRoute of(int linkIndex, Forwarding.PeerRoute route) {
    boolean ipv4 = route.block().isIpv4();
    return new LinkRoute(
        Kind.UNICAST,
        linkIndex,
        route.block(),
        Optional.of(route.peer()),
        OnLink.BY_ADDRESS,
        RT_SCOPE_UNIVERSE,
        RTPROT_OURS,
        ipv4 ? 0 : IPV6_METRIC,
        RT_TABLE_MAIN);
  }

  /**
   * What a table needs from which packets of one address find their way: the link's own prefix, by
   * which the kernel believes that the gateway is there, and the default route.
   */
  static List<LinkRoute> fromSource(int linkIndex, Gatewayed source, int table) {
    return Stream.of(new Route.Direct(source.address().network()), source.defaultRoute())
        .map(route -> of(linkIndex, route).ours(table))
        .toList();
  }

  private LinkRoute ours(int inTable) {
    return new LinkRoute(
        kind, linkIndex, destination, gateway, onLink, scope, RTPROT_OURS, metric, inTable);
  }

  /** Refuses what has no better route. IPv6 has these routes on the loopback. */
  static LinkRoute unreachable(InetPrefix destination) {
    return new LinkRoute(
        Kind.UNREACHABLE,
        destination.isIpv4() ? 0 : Rtnetlink.LOOPBACK_INDEX,
        destination,
        Optional.empty(),
        OnLink.BY_ADDRESS,
        RT_SCOPE_UNIVERSE,
        RTPROT_OURS,
        UNREACHABLE_METRIC,
        RT_TABLE_MAIN);
  }

  /** Whether this is {@code route} out of that link, whoever made it. */
  boolean leadsAs(int link, Route route) {
    LinkRoute wanted = of(link, route);
    return kind == Kind.UNICAST
        && table == RT_TABLE_MAIN
        && linkIndex == link
        && destination.equals(wanted.destination)
        && gateway.equals(wanted.gateway)
        && onLink == wanted.onLink
        && scope == wanted.scope
        && metric == wanted.metric;
  }

  private static LinkRoute make(
      int linkIndex, Route route, Optional<InetAddress> gateway, OnLink onLink) {
    boolean ipv4 = route.destination().isIpv4();
    // IPv6 knows no scopes of routes.
    int scope = gateway.isPresent() || !ipv4 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
    int metric = ipv4 ? 0 : IPV6_METRIC;
    return new LinkRoute(
        Kind.UNICAST,
        linkIndex,
        route.destination(),
        gateway,
        onLink,
        scope,
        RTPROT_STATIC,
        metric,
        RT_TABLE_MAIN);
  }

  @Override
  public String toString() {
    return (kind == Kind.UNREACHABLE ? "unreachable " : "")
        + destination
        + gateway.map(address -> " via " + address.getHostAddress()).orElse("")
        + (linkIndex == 0 ? "" : " dev " + linkIndex)
        + (onLink == OnLink.YES ? " onlink" : "")
        + (scope == RT_SCOPE_LINK ? " scope link" : "")
        + (table == RT_TABLE_MAIN ? "" : " table " + Integer.toUnsignedString(table));
  }
}
