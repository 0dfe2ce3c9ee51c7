package org.ovswin.sandbox;

import java.net.InetAddress;
import java.util.List;

/**
 * That the host forwards between an interface and all of its others: it is the gateway of pods
 * behind that interface. For the families of which the interface has an address.
 *
 * @param peers the other nodes' blocks
 * @param unreachable prefixes of which nothing goes to the default route: the cluster's ranges, of
 *     which the blocks and the peers' have routes of their own
 */
public record Forwarding(List<PeerRoute> peers, List<InetPrefix> unreachable) {
  public Forwarding {
    peers = List.copyOf(peers);
    unreachable = List.copyOf(unreachable);
    for (InetPrefix prefix : unreachable) {
      requireNetwork("unreachable", prefix);
    }
  }

  /**
   * A block of another node.
   *
   * @param block without host bits
   * @param peer the node's address, of the same family, on a link of one of this node's interfaces
   */
  public record PeerRoute(InetPrefix block, InetAddress peer) {
    public PeerRoute {
      requireNetwork("block", block);
      if (block.address().getAddress().length != peer.getAddress().length) {
        throw new IllegalArgumentException(
            "peer of %s: %s (expected: of the same family)"
                .formatted(block, peer.getHostAddress()));
      }
    }

    @Override
    public String toString() {
      return block + " via " + peer.getHostAddress();
    }
  }

  private static void requireNetwork(String name, InetPrefix prefix) {
    if (prefix.hasHostBits()) {
      throw new IllegalArgumentException(
          "%s: %s (expected: %s)".formatted(name, prefix, prefix.network()));
    }
  }
}
