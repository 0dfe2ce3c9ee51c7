package org.ovswin.sandbox.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.MacAddress;

/**
 * Links, addresses, routes and policy rules of one network namespace, by rtnetlink(7). Changes are
 * done when a method returns. What the kernel refuses is an {@link ErrnoException} that says what
 * was asked.
 *
 * <p>Safe for use by several threads; calls on one instance wait for each other, and opening
 * another costs some ten microseconds. The instance works in the namespace that it was opened in,
 * on whatever thread it is called.
 */
public final class Rtnetlink implements AutoCloseable {
  /** The loopback link is the first of every namespace. */
  public static final int LOOPBACK_INDEX = 1;

  private static final int RTM_NEWNSID = 88;
  private static final int RTM_GETNSID = 90;
  private static final int NETNSA_NSID = 1;
  private static final int NETNSA_FD = 3;

  private final NetlinkSocket socket;

  private Rtnetlink(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** For the namespace of the calling thread. */
  public static Rtnetlink open() throws IOException {
    return new Rtnetlink(NetlinkSocket.open());
  }

  /** For the namespace at a path; errors as {@link Netns#call(Path, Netns.Body)}. */
  public static Rtnetlink open(Path netns) throws IOException {
    return Netns.call(netns, Rtnetlink::open);
  }

  /** For a namespace. */
  public static Rtnetlink open(Netns netns) throws IOException {
    return netns.call(Rtnetlink::open);
  }

  public Optional<Link> link(int index) throws IOException {
    return link(LinkMessages.get(index));
  }

  /** By name; also empty if no link can have that name. */
  public Optional<Link> link(String name) throws IOException {
    return link(LinkMessages.get(name));
  }

  public List<Link> links() throws IOException {
    List<Link> links = new ArrayList<>();
    for (NetlinkSocket.Message message : socket.request(LinkMessages.dump())) {
      if (message.type() == LinkMessages.RTM_NEWLINK) {
        links.add(LinkMessages.decode(message.body()));
      }
    }
    return links;
  }

  /** Takes away every queueing discipline that somebody gave a link; a success if nobody did. */
  void resetTrafficControl(int link) throws IOException {
    for (LinkMessages.Hook hook : LinkMessages.Hook.values()) {
      try {
        socket.request(LinkMessages.deleteQdisc(link, hook));
      } catch (ErrnoException e) {
        // ENOENT: the kernel's own. EINVAL: there is none.
        if (!e.errno().equals(Errno.ENOENT) && !e.errno().equals(Errno.EINVAL)) {
          throw e;
        }
      }
    }
  }

  /** The names of links that hear everything because somebody wants them to. */
  Set<String> promiscuousLinks() throws IOException {
    Set<String> names = new TreeSet<>();
    for (NetlinkSocket.Message message : socket.request(LinkMessages.dump())) {
      if (message.type() == LinkMessages.RTM_NEWLINK
          && LinkMessages.isPromiscuous(message.body())) {
        names.add(LinkMessages.decode(message.body()).name());
      }
    }
    return names;
  }

  /**
   * Makes both ends of a pair, each in its namespace from the start (moving one later costs 20 ms).
   * Both are down.
   *
   * @throws ErrnoException EEXIST if one of the names is taken
   */
  public void createVeth(Veth veth) throws IOException {
    socket.request(LinkMessages.createVeth(veth));
  }

  /**
   * Makes an upper link, down, in its namespace from the start.
   *
   * @throws ErrnoException EEXIST if the name is taken there; EINVAL if the lower link has an upper
   *     one already; EOPNOTSUPP if the kernel has no macvlan
   */
  void createMacvlan(Macvlan macvlan) throws IOException {
    socket.request(LinkMessages.createMacvlan(macvlan));
  }

  /** Makes a Linux bridge, down, without ports. */
  public void createBridge(String name) throws IOException {
    socket.request(LinkMessages.createBridge(name));
  }

  public void setUp(int link) throws IOException {
    socket.request(LinkMessages.up(link));
  }

  public void setDown(int link) throws IOException {
    socket.request(LinkMessages.down(link));
  }

  /**
   * @param mtu bytes
   */
  public void setMtu(int link, int mtu) throws IOException {
    socket.request(LinkMessages.mtu(link, mtu));
  }

  public void setMac(int link, MacAddress mac) throws IOException {
    socket.request(LinkMessages.mac(link, mac));
  }

  public void setName(int link, String name) throws IOException {
    socket.request(LinkMessages.name(link, name));
  }

  /**
   * Deletes a link and, of a pair, the other end. Takes some 20 ms, waiting for the kernel.
   *
   * @throws ErrnoException ENODEV if it is gone
   */
  public void deleteLink(int link) throws IOException {
    socket.request(LinkMessages.delete(link));
  }

  /**
   * @throws ErrnoException ENODEV if the link is gone
   */
  public List<LinkAddress> addresses(int link) throws IOException {
    List<LinkAddress> addresses = new ArrayList<>();
    for (NetlinkSocket.Message message : socket.request(AddressMessages.dump(link))) {
      if (message.type() == AddressMessages.RTM_NEWADDR) {
        AddressMessages.decode(message.body())
            .filter(address -> address.linkIndex() == link)
            .ifPresent(addresses::add);
      }
    }
    return addresses;
  }

  /**
   * An IPv6 address is used at once: whether another has it is not asked (RFC 4862, 5.4).
   *
   * @throws ErrnoException EEXIST if the link has it
   */
  public void addAddress(int link, InetPrefix address) throws IOException {
    socket.request(AddressMessages.add(link, address, AddressMessages.PrefixRoute.MADE));
  }

  /**
   * @throws ErrnoException EADDRNOTAVAIL if the link does not have it
   */
  public void deleteAddress(int link, InetPrefix address) throws IOException {
    socket.request(AddressMessages.delete(link, address));
  }

  /** The unicast routes of the main table, IPv4 first. */
  public List<LinkRoute> routes() throws IOException {
    List<LinkRoute> routes = new ArrayList<>(routes(0));
    routes.removeIf(route -> route.kind() != LinkRoute.Kind.UNICAST);
    return routes;
  }

  /**
   * The routes of the main table that one RTPROT_… made, IPv4 first.
   *
   * @param protocol 0 for all
   */
  List<LinkRoute> routes(int protocol) throws IOException {
    return routes(LinkRoute.RT_TABLE_MAIN, protocol);
  }

  /**
   * The routes of a table that one RTPROT_… made, IPv4 first; none if there is no such table.
   *
   * @param protocol 0 for all
   */
  List<LinkRoute> routes(int table, int protocol) throws IOException {
    List<LinkRoute> routes = new ArrayList<>();
    for (int family : new int[] {Libc.AF_INET, Libc.AF_INET6}) {
      for (NetlinkSocket.Message message : socket.request(RouteMessages.dump(family, protocol))) {
        if (message.type() == RouteMessages.RTM_NEWROUTE) {
          RouteMessages.decode(message.body())
              .filter(route -> route.table() == table)
              .ifPresent(routes::add);
        }
      }
    }
    return routes;
  }

  /** How an address is reached; empty if there is no way, or nothing to send from. */
  Optional<RouteMessages.Lookup> lookUp(InetAddress destination) throws IOException {
    try {
      for (NetlinkSocket.Message message : socket.request(RouteMessages.get(destination))) {
        if (message.type() == RouteMessages.RTM_NEWROUTE) {
          return RouteMessages.decodeLookup(message.body());
        }
      }
      return Optional.empty();
    } catch (ErrnoException e) {
      // No route, one that says unreachable, one that says prohibit, and a blackhole.
      if (List.of(Errno.ENETUNREACH, Errno.EHOSTUNREACH, Errno.EACCES, Errno.EINVAL)
          .contains(e.errno())) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Gives a link addresses, brings it and the loopback up, and adds routes, in one message to the
   * kernel: for a link that was just made, of which nothing has to be asked before.
   */
  void configure(
      int link,
      List<InetPrefix> addresses,
      AddressMessages.PrefixRoute prefixRoute,
      List<LinkRoute> routes)
      throws IOException {
    socket.requestAll(configuration(link, addresses, prefixRoute, routes));
  }

  /** As above, with a link-layer address too. */
  void configure(
      int link,
      MacAddress mac,
      List<InetPrefix> addresses,
      AddressMessages.PrefixRoute prefixRoute,
      List<LinkRoute> routes)
      throws IOException {
    List<NetlinkRequest> requests = new ArrayList<>();
    requests.add(LinkMessages.mac(link, mac));
    requests.addAll(configuration(link, addresses, prefixRoute, routes));
    socket.requestAll(requests);
  }

  private static List<NetlinkRequest> configuration(
      int link,
      List<InetPrefix> addresses,
      AddressMessages.PrefixRoute prefixRoute,
      List<LinkRoute> routes) {
    List<NetlinkRequest> requests = new ArrayList<>();
    addresses.forEach(address -> requests.add(AddressMessages.add(link, address, prefixRoute)));
    requests.add(LinkMessages.up(LOOPBACK_INDEX));
    requests.add(LinkMessages.up(link));
    routes.forEach(route -> requests.add(RouteMessages.replace(route)));
    return requests;
  }

  /** Whether an address is one of this host's. */
  boolean isHere(InetAddress address) throws IOException {
    return lookUp(address).filter(way -> way.place() == RouteMessages.Place.HERE).isPresent();
  }

  /**
   * @throws ErrnoException EEXIST if there is one with the same destination and metric; ENETDOWN if
   *     the link is down; ENETUNREACH if no address of the link reaches the gateway
   */
  public void addRoute(LinkRoute route) throws IOException {
    socket.request(RouteMessages.add(route));
  }

  /** Adds a route in the place of any with the same destination and metric, of whatever link. */
  public void replaceRoute(LinkRoute route) throws IOException {
    socket.request(RouteMessages.replace(route));
  }

  /**
   * @throws ErrnoException ESRCH if there is no such route
   */
  public void deleteRoute(LinkRoute route) throws IOException {
    socket.request(RouteMessages.delete(route));
  }

  /** The policy rules that name a source and a table, IPv4 first; the kernel's own do not. */
  List<PolicyRule> rules() throws IOException {
    List<PolicyRule> rules = new ArrayList<>();
    for (int family : new int[] {Libc.AF_INET, Libc.AF_INET6}) {
      for (NetlinkSocket.Message message : socket.request(RuleMessages.dump(family))) {
        if (message.type() == RuleMessages.RTM_NEWRULE) {
          RuleMessages.decode(message.body()).ifPresent(rules::add);
        }
      }
    }
    return rules;
  }

  /**
   * @throws ErrnoException EEXIST if there is the same
   */
  void addRule(PolicyRule rule) throws IOException {
    socket.request(RuleMessages.add(rule));
  }

  /**
   * @throws ErrnoException ENOENT if there is no such rule
   */
  void deleteRule(PolicyRule rule) throws IOException {
    socket.request(RuleMessages.delete(rule));
  }

  /** This namespace's number for another one, as in {@link Link#peerNsid}; empty if it has none. */
  OptionalInt nsid(Netns other) throws IOException {
    NetlinkRequest request =
        new NetlinkRequest(RTM_GETNSID, 0, "get the id of namespace " + other)
            .u32(0)
            .attributeU32(NETNSA_FD, other.fd());
    for (NetlinkSocket.Message message : socket.request(request)) {
      if (message.type() == RTM_NEWNSID && message.body().remaining() >= 4) {
        OptionalInt id =
            NetlinkAttributes.read(message.body().slice(4, message.body().remaining() - 4))
                .u32(NETNSA_NSID);
        return id.isPresent() && id.getAsInt() < 0 ? OptionalInt.empty() : id;
      }
    }
    return OptionalInt.empty();
  }

  @Override
  public void close() {
    socket.close();
  }

  private Optional<Link> link(NetlinkRequest request) throws IOException {
    try {
      for (NetlinkSocket.Message message : socket.request(request)) {
        if (message.type() == LinkMessages.RTM_NEWLINK) {
          return Optional.of(LinkMessages.decode(message.body()));
        }
      }
      return Optional.empty();
    } catch (ErrnoException e) {
      // ERANGE: a name longer than any link can have.
      if (e.errno().equals(Errno.ENODEV) || e.errno().equals(Errno.ERANGE)) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
