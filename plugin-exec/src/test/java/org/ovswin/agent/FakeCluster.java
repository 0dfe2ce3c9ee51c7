package org.ovswin.agent;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.StoreHealth;

/** A store that answers at once, or refuses what it is told to. */
final class FakeCluster implements ClusterLink {
  final Map<Family, String> refused = new HashMap<>();
  final Map<IpPrefix, String> closed = new HashMap<>();
  StoreHealth health = new StoreHealth.Reachable(Cluster.LONG_AGO);
  private LocalBlocks local = LocalBlocks.NONE;

  FakeCluster() {
    refused.put(Family.IPV4, "all blocks are taken");
  }

  @Override
  public void localMoved(LocalBlocks blocks) {
    local = blocks;
  }

  @Override
  public LocalBlocks local() {
    return local;
  }

  @Override
  public ClusterState state() {
    return new ClusterState("fake", health, refused, closed, List.of());
  }
}
