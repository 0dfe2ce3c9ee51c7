package org.ovswin.pipeline;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.pipeline.NodeState.HostPort;
import org.ovswin.pipeline.NodeState.Link;
import org.ovswin.pipeline.NodeState.Peer;
import org.ovswin.pipeline.NodeState.Peers;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.NodeState.Protocol;
import org.ovswin.pipeline.NodeState.Uplink;

/**
 * States of one node as they follow upon each other: ranges, blocks, pods and peers of both
 * families come, go, and change what they have. There are few addresses, ports and blocks, so that
 * what one gave up is soon another's.
 */
public final class RandomStates {
  /** Every port that the uplink or a pod may have. */
  public static final List<Integer> PORTS = List.of(1, 2, 3, 4, 5, 6, 7, 8);

  /** The host ports that pods may have, of TCP or UDP. */
  public static final List<Integer> HOST_PORTS = List.of(8080, 8081, 8082, 8083);

  /** Each may come and go; what lies in it goes with it. */
  private static final List<IpPrefix> RANGES =
      List.of(Example.CLUSTER, IpPrefix.parse("10.99.0.0/16"), Example.CLUSTER6);

  private static final IpPrefix SECOND_BLOCK = IpPrefix.parse("10.99.1.0/24");
  private static final List<IpPrefix> BLOCKS = List.of(Example.BLOCK, SECOND_BLOCK, Example.BLOCK6);
  private static final IpPrefix LINK6 = IpPrefix.parse("fd00:30::/64");
  private static final long FIRST_POD_MAC = 0x0e2a_0000_0100L;

  private static final int PODS = 6;
  private static final int FIRST_POD_PORT = 3;
  private static final int PEERS = 5;

  private final Random random;
  private final Map<Integer, Pod> pods = new TreeMap<>();
  private final Map<Integer, Peer> peers = new TreeMap<>();
  private final Set<IpPrefix> ranges = new LinkedHashSet<>(RANGES);
  private final Set<IpPrefix> blocks = new LinkedHashSet<>(BLOCKS);
  private Peers shared = new Peers(List.of());
  private Uplink uplink;

  /** Of a node whose link has no IPv6. */
  public RandomStates(long seed) {
    this(seed, Example.IPV4_UPLINK);
  }

  RandomStates(long seed, Uplink uplink) {
    this.random = new Random(seed);
    this.uplink = uplink;
  }

  public NodeState state() {
    List<IpPrefix> held = BLOCKS.stream().filter(blocks::contains).filter(this::isInRange).toList();
    return new NodeState(
        RANGES.stream().filter(ranges::contains).toList(),
        held,
        uplink,
        shared,
        pods.values().stream().flatMap(pod -> within(held, pod).stream()).toList());
  }

  private boolean isInRange(IpPrefix block) {
    return ranges.stream().anyMatch(range -> range.contains(block));
  }

  /** The pod with the addresses for which there is a block. */
  private static Optional<Pod> within(List<IpPrefix> held, Pod pod) {
    List<IpAddress> addresses =
        pod.addresses().stream()
            .filter(address -> held.stream().anyMatch(block -> block.contains(address)))
            .toList();
    if (addresses.isEmpty()) {
      return Optional.empty();
    }
    boolean ipv4 = addresses.getFirst() instanceof Ipv4Address;
    return Optional.of(
        new Pod(
            pod.port(), addresses, pod.mac(), ipv4 ? pod.hostPorts() : List.of(), pod.bandwidth()));
  }

  private Peer within(Peer peer) {
    return new Peer(
        peer.node(),
        peer.address(),
        peer.mac(),
        peer.ipv6Address(),
        peer.blocks().stream().filter(this::isInRange).toList());
  }

  /** Several things happen, as between two looks of the agent. */
  public NodeState next() {
    int events = 1 + random.nextInt(4);
    for (int i = 0; i < events; i++) {
      switch (random.nextInt(12)) {
        case 0, 1, 2, 3, 4 -> pod(random.nextInt(PODS));
        case 5, 6, 7 -> peer(random.nextInt(PEERS));
        case 8 -> swapPorts();
        case 9 -> flip(ranges, RANGES);
        case 10 -> flip(blocks, BLOCKS);
        default -> gateway();
      }
    }
    shared = new Peers(peers.values().stream().map(this::within).toList());
    return state();
  }

  /** The same with another pod, or one pod less, and the very same peers. */
  public NodeState nextPod() {
    pod(random.nextInt(PODS));
    return state();
  }

  /** As {@link #next}, but the adapter is another one. */
  public NodeState nextUplink() {
    uplink =
        new Uplink(
            random.nextBoolean() ? 1 : 2,
            uplink.address(),
            new MacAddress(0x0200_0000_0011L + random.nextInt(2)),
            uplink.gateway(),
            uplink.gatewayMac(),
            uplink.ipv6());
    return next();
  }

  private void pod(int index) {
    if (random.nextBoolean() && pods.remove(index) != null) {
      return;
    }
    List<Integer> ports = new ArrayList<>();
    for (int port = FIRST_POD_PORT; port < FIRST_POD_PORT + PODS; port++) {
      ports.add(port);
    }
    pods.remove(index);
    ports.removeAll(pods.values().stream().map(Pod::port).toList());
    List<IpAddress> addresses = addresses(5 + index);
    pods.put(
        index,
        new Pod(
            ports.get(random.nextInt(ports.size())),
            addresses,
            new MacAddress(FIRST_POD_MAC + index),
            addresses.getFirst() instanceof Ipv4Address ? hostPorts() : List.of(),
            Bandwidth.UNLIMITED));
  }

  /** Of one family or of each, IPv4 out of either block. */
  private List<IpAddress> addresses(int offset) {
    IpAddress ipv4 = (random.nextBoolean() ? Example.BLOCK : SECOND_BLOCK).address(offset);
    IpAddress ipv6 = Example.BLOCK6.address(offset);
    return switch (random.nextInt(4)) {
      case 0 -> List.of(ipv4);
      case 1 -> List.of(ipv6);
      default -> List.of(ipv4, ipv6);
    };
  }

  private void flip(Set<IpPrefix> there, List<IpPrefix> all) {
    IpPrefix one = all.get(random.nextInt(all.size()));
    if (!there.remove(one)) {
      there.add(one);
    }
  }

  private List<HostPort> hostPorts() {
    HostPort port =
        new HostPort(
            random.nextBoolean() ? Protocol.TCP : Protocol.UDP,
            Optional.empty(),
            HOST_PORTS.get(random.nextInt(HOST_PORTS.size())),
            80 + random.nextInt(2));
    boolean taken =
        pods.values().stream()
            .flatMap(pod -> pod.hostPorts().stream())
            .anyMatch(other -> other.hostPort() == port.hostPort());
    return taken || random.nextBoolean() ? List.of() : List.of(port);
  }

  private void swapPorts() {
    List<Map.Entry<Integer, Pod>> both = pods.entrySet().stream().limit(2).toList();
    if (both.size() == 2) {
      Pod one = both.get(0).getValue();
      Pod other = both.get(1).getValue();
      both.get(0).setValue(withPort(one, other.port()));
      both.get(1).setValue(withPort(other, one.port()));
    }
  }

  private static Pod withPort(Pod pod, int port) {
    return new Pod(port, pod.addresses(), pod.mac(), pod.hostPorts(), pod.bandwidth());
  }

  private void peer(int index) {
    if (random.nextBoolean() && peers.remove(index) != null) {
      return;
    }
    peers.remove(index);
    int number = 20 + index;
    // Two nodes' addresses may change hands, and a block may be another node's.
    Ipv4Address address = Ipv4Address.parse("172.30.0." + (number + random.nextInt(2) * PEERS));
    if (peers.values().stream().noneMatch(other -> other.address().equals(address))) {
      peers.put(
          index,
          new Peer(
              "node" + number,
              address,
              new MacAddress(0x0200_0000_0012L + random.nextInt(3)),
              random.nextBoolean()
                  ? Optional.empty()
                  : Optional.of((Ipv6Address) LINK6.address(address.value() & 0xff)),
              blocks(number)));
    }
  }

  /** Some of three. A block that grows or shrinks has other flows for the same addresses. */
  private List<IpPrefix> blocks(int number) {
    List<IpPrefix> all =
        new ArrayList<>(
            List.of(
                IpPrefix.parse("10.244." + number + (random.nextBoolean() ? ".0/24" : ".0/25")),
                IpPrefix.parse("10.99." + number + ".0/24"),
                IpPrefix.parse(
                    "fd00:10:244:" + number + (random.nextBoolean() ? "::/64" : "::/80"))));
    all.removeIf(block -> random.nextInt(3) == 0);
    return all;
  }

  private void gateway() {
    uplink =
        new Uplink(
            uplink.port(),
            uplink.address(),
            uplink.mac(),
            uplink.gateway(),
            gatewayMac(),
            uplink.ipv6().map(link -> new Link(link.address(), link.gateway(), gatewayMac())));
  }

  private Optional<MacAddress> gatewayMac() {
    return random.nextInt(4) == 0
        ? Optional.empty()
        : Optional.of(new MacAddress(0x0200_0000_0001L + random.nextInt(2)));
  }
}
