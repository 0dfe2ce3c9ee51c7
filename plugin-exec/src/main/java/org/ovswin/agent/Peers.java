package org.ovswin.agent;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.pipeline.DisjointBlocks;
import org.ovswin.pipeline.NodeState;
import org.ovswin.sandbox.Forwarding.PeerRoute;
import org.ovswin.sandbox.InetPrefix;

/**
 * The other nodes whose pods can be routed to. What other nodes publish is not ours to trust: a
 * record that contradicts this node or another record is left out, so that it costs its own pods
 * their routes and no more.
 *
 * @param routed as flows need it: none where the host routes
 * @param routes as the host needs it: none where flows route
 * @param leftOut the records that cannot be used, each with the reason
 */
record Peers(NodeState.Peers routed, List<PeerRoute> routes, List<String> leftOut) {

  /** A node that was given a new name leaves its old record behind: the newest is the true one. */
  private static final Comparator<NodeRecord> NEWEST_FIRST =
      Comparator.comparing(NodeRecord::joinedAt).reversed().thenComparing(NodeRecord::node);

  Peers {
    routes = List.copyOf(routes);
    leftOut = List.copyOf(leftOut);
  }

  static Peers of(AgentConfig config, NodeLink link, AddressSpace space, ClusterView view) {
    List<NodeState.Peer> peers = new ArrayList<>();
    List<PeerRoute> routes = new ArrayList<>();
    List<String> leftOut = new ArrayList<>();
    Set<IpAddress> addresses = new HashSet<>(link.addresses());
    DisjointBlocks<String> blocks = new DisjointBlocks<>();
    space.blocks().forEach(block -> blocks.add(block, config.node()));
    Map<String, List<BlockRecord>> held = view.heldByNode();
    for (NodeRecord record : view.nodes().stream().sorted(NEWEST_FIRST).toList()) {
      List<BlockRecord> own = held.getOrDefault(record.node(), List.of());
      if (record.node().equals(config.node()) || own.isEmpty()) {
        continue;
      }
      String what = "node " + record.node() + ": ";
      Optional<String> unreachable = unreachable(config.exit(), record, addresses);
      if (unreachable.isPresent()) {
        leftOut.add(what + unreachable.get());
        continue;
      }
      addresses.addAll(record.addresses());
      List<IpPrefix> routed = new ArrayList<>();
      for (BlockRecord block : own) {
        unusable(config.exit(), record, block.block(), view, blocks)
            .ifPresentOrElse(
                problem -> leftOut.add(what + block.block() + problem),
                () -> {
                  blocks.add(block.block(), record.node());
                  routed.add(block.block());
                });
      }
      switch (config.exit()) {
        case AgentConfig.UplinkConfig _ -> {
          if (!routed.isEmpty()) {
            peers.add(
                new NodeState.Peer(
                    record.node(),
                    ipv4(record).orElseThrow(),
                    record.mac(),
                    record.address(Family.IPV6).map(Ipv6Address.class::cast),
                    routed));
          }
        }
        case AgentConfig.GatewayConfig _ ->
            routed.forEach(block -> routes.add(route(record, block)));
      }
    }
    return new Peers(new NodeState.Peers(peers), routes, leftOut);
  }

  private static Optional<String> unreachable(
      AgentConfig.Exit exit, NodeRecord record, Set<IpAddress> others) {
    if (exit instanceof AgentConfig.UplinkConfig && ipv4(record).isEmpty()) {
      return Optional.of(record.address() + " (expected: an IPv4 address)");
    }
    return record.addresses().stream()
        .filter(others::contains)
        .findFirst()
        .map(taken -> taken + " (expected: an address that no other node has)");
  }

  private static Optional<Ipv4Address> ipv4(NodeRecord record) {
    return record.address(Family.IPV4).map(Ipv4Address.class::cast);
  }

  private static PeerRoute route(NodeRecord record, IpPrefix block) {
    return new PeerRoute(
        HostNatState.inet(block),
        InetPrefix.parseAddress(record.address(Family.of(block)).orElseThrow().toString()));
  }

  /** Why nothing is routed there, if so. */
  private static Optional<String> unusable(
      AgentConfig.Exit exit,
      NodeRecord record,
      IpPrefix block,
      ClusterView view,
      DisjointBlocks<String> others) {
    if (exit instanceof AgentConfig.GatewayConfig && record.address(Family.of(block)).isEmpty()) {
      return Optional.of(" (expected: of a node with an address of that family)");
    }
    if (view.ranges().prefixes().stream().noneMatch(range -> range.contains(block))) {
      return Optional.of(" (expected: a block of " + view.ranges() + ")");
    }
    return others.overlapping(block).isPresent()
        ? Optional.of(" (expected: a block that no other node has)")
        : Optional.empty();
  }
}
