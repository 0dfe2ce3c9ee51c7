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
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.pipeline.DisjointBlocks;
import org.ovswin.pipeline.NodeState;

/**
 * The other nodes whose pods can be routed to. What other nodes publish is not ours to trust: a
 * record that contradicts this node or another record is left out, so that it costs its own pods
 * their routes and no more.
 *
 * @param routed by block
 * @param leftOut the records that cannot be used, each with the reason
 */
record Peers(NodeState.Peers routed, List<String> leftOut) {

  /** A node that was given a new name leaves its old record behind: the newest is the true one. */
  private static final Comparator<NodeRecord> NEWEST_FIRST =
      Comparator.comparing(NodeRecord::joinedAt).reversed().thenComparing(NodeRecord::node);

  Peers {
    leftOut = List.copyOf(leftOut);
  }

  static Peers of(String self, NodeLink link, AddressSpace space, ClusterView view) {
    List<NodeState.Peer> peers = new ArrayList<>();
    List<String> leftOut = new ArrayList<>();
    Set<Ipv4Address> addresses = new HashSet<>();
    for (IpAddress own : link.addresses()) {
      if (own instanceof Ipv4Address ipv4) {
        addresses.add(ipv4);
      }
    }
    DisjointBlocks<String> blocks = new DisjointBlocks<>();
    space.blocks().forEach(block -> blocks.add(block, self));
    Map<String, List<BlockRecord>> held = view.heldByNode();
    for (NodeRecord record : view.nodes().stream().sorted(NEWEST_FIRST).toList()) {
      List<BlockRecord> own = held.getOrDefault(record.node(), List.of());
      if (record.node().equals(self) || own.isEmpty()) {
        continue;
      }
      String what = "node " + record.node() + ": ";
      Optional<Ipv4Address> address = record.address(Family.IPV4).map(Ipv4Address.class::cast);
      if (address.isEmpty()) {
        leftOut.add(what + record.address() + " (expected: an IPv4 address)");
      } else if (!addresses.add(address.get())) {
        leftOut.add(what + address.get() + " (expected: an address that no other node has)");
      } else {
        List<IpPrefix> routed = new ArrayList<>();
        for (BlockRecord block : own) {
          unusable(block.block(), view, blocks)
              .ifPresentOrElse(
                  problem -> leftOut.add(what + block.block() + problem),
                  () -> {
                    blocks.add(block.block(), record.node());
                    routed.add(block.block());
                  });
        }
        if (!routed.isEmpty()) {
          peers.add(new NodeState.Peer(record.node(), address.get(), record.mac(), routed));
        }
      }
    }
    return new Peers(new NodeState.Peers(peers), leftOut);
  }

  /** Why nothing is routed there, if so. */
  private static Optional<String> unusable(
      IpPrefix block, ClusterView view, DisjointBlocks<String> others) {
    if (view.ranges().prefixes().stream().noneMatch(range -> range.contains(block))) {
      return Optional.of(" (expected: a block of " + view.ranges() + ")");
    }
    return others.overlapping(block).isPresent()
        ? Optional.of(" (expected: a block that no other node has)")
        : Optional.empty();
  }
}
