package org.ovswin.sandbox.linux;

import java.net.InetAddress;
import java.util.Optional;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.Route;

/**
 * A route as rtnetlink(7) describes it; numbers as the kernel has them.
 *
 * @param linkIndex the link it leads out of; 0 for a route with several next hops
 * @param destination without host bits
 * @param gateway the next hop
 * @param onLink RTNH_F_ONLINK: the gateway is on the link although no address says so
 * @param scope RT_SCOPE_…: 0 universe, 253 link
 * @param protocol RTPROT_…: who made it; 2 kernel, 3 boot, 4 static
 * @param metric RTA_PRIORITY; lower wins
 */
public record LinkRoute(
    int linkIndex,
    InetPrefix destination,
    Optional<InetAddress> gateway,
    OnLink onLink,
    int scope,
    int protocol,
    int metric) {
  static final int RT_SCOPE_UNIVERSE = 0;
  static final int RT_SCOPE_LINK = 253;
  static final int RTPROT_STATIC = 4;

  /** What the kernel makes of no metric in IPv6 (IP6_RT_PRIO_USER). */
  private static final int IPV6_METRIC = 1024;

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

  /** Whether this is {@code route} out of that link, whoever made it. */
  boolean leadsAs(int link, Route route) {
    LinkRoute wanted = of(link, route);
    return linkIndex == link
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
        linkIndex, route.destination(), gateway, onLink, scope, RTPROT_STATIC, metric);
  }

  @Override
  public String toString() {
    return destination
        + gateway.map(address -> " via " + address.getHostAddress()).orElse("")
        + " dev "
        + linkIndex
        + (onLink == OnLink.YES ? " onlink" : "")
        + (scope == RT_SCOPE_LINK ? " scope link" : "");
  }
}
