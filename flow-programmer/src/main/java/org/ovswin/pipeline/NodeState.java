package org.ovswin.pipeline;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.MacAddress;

/**
 * All that a node's flows depend on. {@link Pipeline} is a pure function of it.
 *
 * @param cluster the range that all pods' addresses come from
 * @param block this node's part of it; its first address is the pods' gateway
 * @param uplink the adapter that carries the node's traffic, and the node's own address
 * @param peers the other nodes of the cluster
 * @param pods the pods of this node whose port the switch has
 */
public record NodeState(
    IpPrefix cluster, IpPrefix block, Uplink uplink, Peers peers, List<Pod> pods) {

  /**
   * The address every pod in the cluster sees its gateway at. One for all nodes, so that a pod's
   * neighbour cache stays right whatever node answers. Locally administered (IEEE 802, 8.2).
   */
  public static final MacAddress GATEWAY_MAC = MacAddress.parse("02:6f:76:73:77:6e");

  public NodeState {
    pods = List.copyOf(pods);
    if (!cluster.contains(block)) {
      throw new IllegalArgumentException("block: " + block + " (expected: inside " + cluster + ")");
    }
    Set<Ipv4Address> addresses = new HashSet<>();
    addresses.add(gatewayOf(block));
    Set<Integer> ports = new HashSet<>();
    ports.add(uplink.port());
    Set<Integer> hostPorts = new HashSet<>();
    for (Pod pod : pods) {
      if (!block.contains(pod.address())) {
        throw new IllegalArgumentException(
            "pod address: " + pod.address() + " (expected: inside " + block + ")");
      }
      if (!addresses.add(pod.address()) || !ports.add(pod.port())) {
        throw new IllegalArgumentException(
            "pods: " + pod + " (expected: an address and a port of its own)");
      }
      for (HostPort port : pod.hostPorts()) {
        if (!hostPorts.add(port.protocol().number() << 16 | port.hostPort())) {
          throw new IllegalArgumentException(
              "pods: " + pod + " (expected: host ports that no other pod has)");
        }
      }
    }
    Optional<Peer> inTheWay = peers.overlapping(block).or(() -> peers.at(uplink.address()));
    if (inTheWay.isPresent()) {
      throw new IllegalArgumentException(
          "peer "
              + inTheWay.get()
              + " (expected: apart from "
              + block
              + ", "
              + uplink.address()
              + ")");
    }
  }

  /** As above, for peers that no other state has yet. */
  public NodeState(
      IpPrefix cluster, IpPrefix block, Uplink uplink, List<Peer> peers, List<Pod> pods) {
    this(cluster, block, uplink, new Peers(peers), pods);
  }

  /** Whether the two differ in nothing but peers and pods. */
  public boolean hasSameNode(NodeState other) {
    return cluster.equals(other.cluster)
        && block.equals(other.block)
        && uplink.equals(other.uplink);
  }

  /** The pods' gateway: the block's first address after the network's own. */
  public Ipv4Address gateway() {
    return gatewayOf(block);
  }

  private static Ipv4Address gatewayOf(IpPrefix block) {
    return (Ipv4Address) block.address(1);
  }

  /**
   * The adapter that carries the node's traffic.
   *
   * @param port its OpenFlow port
   * @param address the node's address, which sits on the bridge's local port
   * @param mac the adapter's, which the local port carries as well
   * @param gateway the next hop towards everything outside the cluster
   * @param gatewayMac empty until the gateway has answered; without it no pod reaches the world
   */
  public record Uplink(
      int port,
      Ipv4Address address,
      MacAddress mac,
      Ipv4Address gateway,
      Optional<MacAddress> gatewayMac) {}

  /**
   * The other nodes. Checked once and shared by many states: a pod that comes costs nothing for
   * each of thousands of peers. Immutable.
   */
  public static final class Peers {
    private final List<Peer> byBlock;
    private final DisjointBlocks<Peer> blocks = new DisjointBlocks<>();
    private final Map<Ipv4Address, Peer> byAddress = new HashMap<>();

    /**
     * These peers, in any order.
     *
     * @throws IllegalArgumentException two have one address, or their blocks share one; says whose
     */
    public Peers(Collection<Peer> peers) {
      byBlock = peers.stream().sorted(Comparator.comparing(Peer::block)).toList();
      for (Peer peer : byBlock) {
        Optional<Peer> overlapping = blocks.add(peer.block(), peer);
        if (overlapping.isPresent()) {
          throw new IllegalArgumentException(
              "peer " + peer + " (expected: apart from " + overlapping.get() + ")");
        }
        if (byAddress.put(peer.address(), peer) != null) {
          throw new IllegalArgumentException(
              "peer " + peer + " (expected: an address that no other peer has)");
        }
      }
    }

    /** In the order of their blocks. */
    public List<Peer> byBlock() {
      return byBlock;
    }

    /** One whose block shares an address with this prefix; costs O(log n). */
    public Optional<Peer> overlapping(IpPrefix prefix) {
      return blocks.overlapping(prefix);
    }

    /** The one with this address on the nodes' link. */
    public Optional<Peer> at(Ipv4Address address) {
      return Optional.ofNullable(byAddress.get(address));
    }

    /** Costs nothing for one and the same object. */
    @Override
    public boolean equals(Object other) {
      return this == other || (other instanceof Peers peers && byBlock.equals(peers.byBlock));
    }

    @Override
    public int hashCode() {
      return byBlock.hashCode();
    }

    @Override
    public String toString() {
      return byBlock.toString();
    }
  }

  /**
   * Another node.
   *
   * @param node its name
   * @param address its address on the nodes' link
   * @param mac of its uplink
   * @param block where its pods' addresses come from
   */
  public record Peer(String node, Ipv4Address address, MacAddress mac, IpPrefix block) {}

  /**
   * A pod of this node.
   *
   * @param port its OpenFlow port
   * @param address its only address
   * @param mac the only source it may send from
   * @param hostPorts the node's ports that lead to it
   */
  public record Pod(int port, Ipv4Address address, MacAddress mac, List<HostPort> hostPorts) {
    public Pod {
      hostPorts = List.copyOf(hostPorts);
    }
  }

  /**
   * A port of the node's address that leads to a pod's port.
   *
   * @param protocol of both ports
   * @param hostPort from 1 to 65535
   * @param podPort from 1 to 65535
   */
  public record HostPort(Protocol protocol, int hostPort, int podPort) {}

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
