package org.ovswin.agent;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;

/** What the store may say of a node's blocks at any time; ADDs that found none wait for it. */
final class RandomBlocks {
  private static final List<IpPrefix> FURTHER = List.of(Cluster.FURTHER);
  private static final Set<IpPrefix> BOTH = Set.of(Cluster.BLOCK, Cluster.FURTHER);

  private RandomBlocks() {}

  static void tell(AgentLife agent, Random random) {
    switch (random.nextInt(6)) {
      case 0 -> agent.blocks(FURTHER, List.of(), BOTH, Map.of());
      case 1 -> agent.blocks(List.of(), FURTHER, Set.of(Cluster.BLOCK), Map.of());
      case 2 ->
          agent.blocks(
              List.of(), List.of(), Set.of(Cluster.FURTHER), Map.of(Cluster.BLOCK, "taken"));
      case 3 -> agent.blocks(List.of(), List.of(), BOTH, Map.of());
      case 4 -> agent.cluster.refused.clear();
      default -> {
        agent.cluster.refused.put(Family.IPV4, "full");
        agent.inbox.tell(new Event.ClaimFailed(Family.IPV4, "full"));
      }
    }
  }
}
