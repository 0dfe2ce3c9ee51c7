package org.ovswin.pipeline;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.ipam.address.MacAddress;

/**
 * All that a node's flows depend on. {@link Pipeline} is a pure function of it.
 *
 * @param cluster the ranges that all pods' addresses come from, of either family; no two overlap
 * @param blocks this node's parts of them, of either family; the first address of each is the
 *     gateway of the pods whose address lies in it. None at all for a node that waits for its first
 * @param exit how packets leave the node
 * @param peers the other nodes of the cluster; with a {@link Gateway} the host knows the way to
 *     them, and no flow does
 * @param pods the pods of this node whose port the switch has
 */
public record NodeState(
    List<IpPrefix> cluster, List<IpPrefix> blocks, Exit exit, Peers peers, List<Pod> pods) {

  /**
   * The address every pod in the cluster sees its gateway at. One for all nodes, so that a pod's
   * neighbour cache stays right whatever node answers. Locally administered (IEEE 802, 8.2).
   */
  public static final MacAddress GATEWAY_MAC = MacAddress.parse("02:6f:76:73:77:6e");

  /**
   * The bridge's own local port with a {@link Gateway}: the host's end. One for all nodes, as the
   * bridge is on no link.
   */
  public static final MacAddress GATEWAY_PORT_MAC = MacAddress.parse("02:6f:76:73:77:67");

  /**
   * Whom a pod sees that asks itself by a port of the node: no pod takes a packet from its own
   * address. Of the link's range (RFC 3927), so that nobody else is meant.
   */
  public static final Ipv4Address HAIRPIN = Ipv4Address.parse("169.254.111.118");

  /**
   * The same in IPv6, with an uplink: of the addresses that are the site's own for translations
   * (RFC 8215), for a pod needs a route to it, and has none to the link's range.
   */
  public static final Ipv6Address HAIRPIN6 = Ipv6Address.parse("64:ff9b:1::a9fe:6f76");

  public NodeState {
    cluster = List.copyOf(cluster);
    blocks = List.copyOf(blocks);
    pods = List.copyOf(pods);
    requireApart("cluster", cluster);
    requireApart("blocks", blocks);
    for (IpPrefix block : blocks) {
      if (cluster.stream().noneMatch(range -> range.contains(block))) {
        throw new IllegalArgumentException(
            "block: " + block + " (expected: inside one of " + cluster + ")");
      }
      peers.overlapping(block).ifPresent(peer -> inTheWay(peer, block));
    }
    if (exit instanceof Uplink uplink) {
      for (Link link : uplink.links()) {
        peers.at(link.address()).ifPresent(peer -> inTheWay(peer, link.address()));
      }
    }
    requireOwnPlaces(blocks, exit, pods);
  }

  /** As above, for peers that no other state has yet. */
  public NodeState(
      List<IpPrefix> cluster, List<IpPrefix> blocks, Exit exit, List<Peer> peers, List<Pod> pods) {
    this(cluster, blocks, exit, new Peers(peers), pods);
  }

  private static void requireApart(String what, List<IpPrefix> prefixes) {
    DisjointBlocks<IpPrefix> apart = new DisjointBlocks<>();
    for (IpPrefix prefix : prefixes) {
      Optional<IpPrefix> other = apart.add(prefix, prefix);
      if (other.isPresent()) {
        throw new IllegalArgumentException(
            what + ": " + prefix + " (expected: apart from " + other.get() + ")");
      }
    }
  }

  private static void inTheWay(Peer peer, Object ours) {
    throw new IllegalArgumentException("peer " + peer + " (expected: apart from " + ours + ")");
  }

  private static void requireOwnPlaces(List<IpPrefix> blocks, Exit exit, List<Pod> pods) {
    Set<IpAddress> addresses = new HashSet<>();
    blocks.forEach(block -> addresses.add(gateway(block)));
    Set<Integer> ports = new HashSet<>();
    if (exit instanceof Uplink uplink) {
      ports.add(uplink.port());
    }
    Map<Integer, List<HostPort>> hostPorts = new HashMap<>();
    for (Pod pod : pods) {
      boolean own = ports.add(pod.port());
      for (IpAddress address : pod.addresses()) {
        if (blocks.stream().noneMatch(block -> block.contains(address))) {
          throw new IllegalArgumentException(
              "pod address: " + address + " (expected: inside one of " + blocks + ")");
        }
        own &= addresses.add(address);
      }
      if (!own) {
        throw new IllegalArgumentException(
            "pods: " + pod + " (expected: addresses and a port of its own)");
      }
      for (HostPort port : pod.hostPorts()) {
        List<HostPort> others = hostPorts.computeIfAbsent(port.hostPort(), _ -> new ArrayList<>());
        if (others.stream().anyMatch(port::overlaps)) {
          throw new IllegalArgumentException(
              "pods: " + pod + " (expected: host ports that no other pod has)");
        }
        others.add(port);
      }
    }
  }

  /** Whether the two differ in nothing but ranges, blocks, peers and pods. */
  public boolean hasSameNode(NodeState other) {
    return exit.equals(other.exit);
  }

  /** The adapter in the bridge, if packets leave the node by one. */
  public Optional<Uplink> uplink() {
    return exit instanceof Uplink uplink ? Optional.of(uplink) : Optional.empty();
  }

  /** The gateway of a block's pods: the first address after the network's own. */
  public static IpAddress gateway(IpPrefix block) {
    return block.address(1);
  }

  /** The same, of the family of an address. */
  static IpAddress hairpin(IpAddress family) {
    return family instanceof Ipv4Address ? HAIRPIN : HAIRPIN6;
  }

  /** How packets leave the node. */
  public sealed interface Exit permits Uplink, Gateway {}

  /**
   * The host's own stack, which has the first address of each block at the bridge's local port: it
   * forwards, translates and knows the way to the peers.
   */
  public record Gateway() implements Exit {}

  /**
   * An adapter in the bridge that carries the node's traffic; the node's address sits on the
   * bridge's local port, and the switch translates.
   *
   * @param port its OpenFlow port
   * @param address the node's address, which sits on the bridge's local port
   * @param mac the adapter's, which the local port carries as well
   * @param gateway the next hop towards everything outside the cluster
   * @param gatewayMac empty until the gateway has answered; without it no pod reaches the world
   * @param ipv6 the same three of IPv6; without them its pods speak it among themselves only
   */
  public record Uplink(
      int port,
      Ipv4Address address,
      MacAddress mac,
      Ipv4Address gateway,
      Optional<MacAddress> gatewayMac,
      Optional<Link> ipv6)
      implements Exit {

    public Uplink {
      ipv6.ifPresent(
          link -> {
            if (!(link.address() instanceof Ipv6Address)) {
              throw new IllegalArgumentException(
                  "uplink: " + link.address() + " (expected: an IPv6 address)");
            }
          });
    }

    /** One without an IPv6 address. */
    public Uplink(
        int port,
        Ipv4Address address,
        MacAddress mac,
        Ipv4Address gateway,
        Optional<MacAddress> gatewayMac) {
      this(port, address, mac, gateway, gatewayMac, Optional.empty());
    }

    /** What the node is on its link, of each family that it has, IPv4 first. */
    public List<Link> links() {
      List<Link> links = new ArrayList<>(2);
      links.add(new Link(address, gateway, gatewayMac));
      ipv6.ifPresent(links::add);
      return links;
    }

    /** Whether the switch tracks and translates packets of this address's family. */
    boolean translates(IpAddress other) {
      return other instanceof Ipv4Address || ipv6.isPresent();
    }

    /** The node's address of the same family as another. */
    Optional<IpAddress> addressBeside(IpAddress other) {
      return switch (other) {
        case Ipv4Address _ -> Optional.of(address);
        case Ipv6Address _ -> ipv6.map(Link::address);
      };
    }

    /** Of the pod's host ports those that the node's address has that is beside this pod's. */
    List<HostPort> hostPorts(Pod pod, IpAddress podAddress) {
      Optional<IpAddress> own = addressBeside(podAddress);
      return pod.hostPorts().stream()
          .filter(_ -> own.isPresent())
          .filter(port -> port.hostIp().isEmpty() || port.hostIp().equals(own))
          .toList();
    }
  }

  /**
   * What the node is on its link, in one family.
   *
   * @param address its own
   * @param gateway the next hop towards everything outside the cluster; in IPv6 maybe a link-local
   *     address, as routers announce themselves
   * @param gatewayMac empty until the gateway has answered
   */
  public record Link(IpAddress address, IpAddress gateway, Optional<MacAddress> gatewayMac) {
    public Link {
      if (address.bitLength() != gateway.bitLength()) {
        throw new IllegalArgumentException(
            "gateway: " + gateway + " (expected: of the family of " + address + ")");
      }
    }
  }

  /**
   * The other nodes. Checked once and shared by many states: a pod that comes costs nothing for
   * each of thousands of peers. Immutable.
   */
  public static final class Peers {
    private final List<Peer> byAddress;
    private final DisjointBlocks<Peer> blocks = new DisjointBlocks<>();
    private final Map<IpAddress, Peer> atAddress = new HashMap<>();

    /**
     * These peers, in any order.
     *
     * @throws IllegalArgumentException two have one address, or their blocks share one; says whose
     */
    public Peers(Collection<Peer> peers) {
      byAddress = peers.stream().sorted(Comparator.comparing(Peer::address)).toList();
      for (Peer peer : byAddress) {
        for (IpPrefix block : peer.blocks()) {
          Optional<Peer> overlapping = blocks.add(block, peer);
          if (overlapping.isPresent()) {
            throw new IllegalArgumentException(
                "peer " + peer + " (expected: apart from " + overlapping.get() + ")");
          }
        }
        for (IpAddress address : peer.addresses()) {
          if (atAddress.put(address, peer) != null) {
            throw new IllegalArgumentException(
                "peer " + peer + " (expected: an address that no other peer has)");
          }
        }
      }
    }

    /** In the order of their addresses. */
    public List<Peer> byAddress() {
      return byAddress;
    }

    /** One of whose blocks shares an address with this prefix; costs O(log n). */
    public Optional<Peer> overlapping(IpPrefix prefix) {
      return blocks.overlapping(prefix);
    }

    /** The one with this address on the nodes' link. */
    public Optional<Peer> at(IpAddress address) {
      return Optional.ofNullable(atAddress.get(address));
    }

    /** Costs nothing for one and the same object. */
    @Override
    public boolean equals(Object other) {
      return this == other || (other instanceof Peers peers && byAddress.equals(peers.byAddress));
    }

    @Override
    public int hashCode() {
      return byAddress.hashCode();
    }

    @Override
    public String toString() {
      return byAddress.toString();
    }
  }

  /**
   * Another node.
   *
   * @param node its name
   * @param address its address on the nodes' link
   * @param mac of its uplink
   * @param ipv6Address the same in IPv6, if it has one; its pods are reached by its MAC alone
   * @param blocks where its pods' addresses come from, of either family; maybe none yet
   */
  public record Peer(
      String node,
      Ipv4Address address,
      MacAddress mac,
      Optional<Ipv6Address> ipv6Address,
      List<IpPrefix> blocks) {
    public Peer {
      blocks = List.copyOf(blocks);
    }

    /** One without an IPv6 address. */
    public Peer(String node, Ipv4Address address, MacAddress mac, List<IpPrefix> blocks) {
      this(node, address, mac, Optional.empty(), blocks);
    }

    /** Its addresses on the nodes' link, IPv4 first. */
    List<IpAddress> addresses() {
      List<IpAddress> addresses = new ArrayList<>(2);
      addresses.add(address);
      ipv6Address.ifPresent(addresses::add);
      return addresses;
    }
  }

  /**
   * A pod of this node.
   *
   * @param port its OpenFlow port
   * @param addresses one, or one of each family with IPv4 first
   * @param mac the only source it may send from; any unicast address
   * @param hostPorts the node's ports that lead to it
   * @param bandwidth how much it may send and receive
   */
  public record Pod(
      int port,
      List<IpAddress> addresses,
      MacAddress mac,
      List<HostPort> hostPorts,
      Bandwidth bandwidth) {
    public Pod {
      addresses = List.copyOf(addresses);
      hostPorts = List.copyOf(hostPorts);
      boolean oneOrOneOfEach =
          addresses.size() == 1
              || (addresses.size() == 2
                  && addresses.get(0) instanceof Ipv4Address
                  && addresses.get(1) instanceof Ipv6Address);
      if (!oneOrOneOfEach) {
        throw new IllegalArgumentException(
            "pod addresses: " + addresses + " (expected: one, or an IPv4 and then an IPv6 one)");
      }
      if (mac.isMulticast()) {
        throw new IllegalArgumentException("pod MAC: " + mac + " (expected: unicast)");
      }
    }

    /**
     * As a record's own, which costs many times as much; each change of a node compares all pods.
     */
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Pod pod
          && port == pod.port
          && mac.equals(pod.mac)
          && addresses.equals(pod.addresses)
          && hostPorts.equals(pod.hostPorts)
          && bandwidth.equals(pod.bandwidth);
    }

    @Override
    public int hashCode() {
      return port;
    }

    /** The address that the pod is known by: IPv4 if it has one. */
    public IpAddress address() {
      return addresses.getFirst();
    }

    /** Its IPv4 address. */
    public Optional<Ipv4Address> ipv4() {
      return addresses.getFirst() instanceof Ipv4Address address
          ? Optional.of(address)
          : Optional.empty();
    }

    /** Its IPv6 address. */
    public Optional<Ipv6Address> ipv6() {
      return addresses.getLast() instanceof Ipv6Address address
          ? Optional.of(address)
          : Optional.empty();
    }
  }

  /**
   * A port of the node that leads to a pod's port.
   *
   * @param protocol of both ports
   * @param hostIp the only address of the node that has the port; empty for all of them
   * @param hostPort from 1 to 65535
   * @param podPort from 1 to 65535
   */
  public record HostPort(Protocol protocol, Optional<IpAddress> hostIp, int hostPort, int podPort) {

    /** Whether there is a packet that both would take. */
    public boolean overlaps(HostPort other) {
      return protocol == other.protocol
          && hostPort == other.hostPort
          && (hostIp.isEmpty() || other.hostIp.isEmpty() || hostIp.equals(other.hostIp));
    }
  }

  /** Transport protocols that have ports. */
  public enum Protocol {
    TCP(6),
    UDP(17),
    SCTP(132);

    private final int number;

    Protocol(int number) {
      this.number = number;
    }

    /** IANA's protocol number. */
    public int number() {
      return number;
    }
  }
}
