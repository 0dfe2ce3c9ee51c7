package org.ovswin.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.ovswin.agent.AgentConfig;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.StoreOptions;
import org.ovswin.ipam.block.UnreadableRecord;
import org.ovswin.ipam.block.file.FileBlockStore;
import org.ovswin.ipam.lease.LeaseDatabase;
import org.ovswin.ipam.lease.LeaseView;

/**
 * Who has which addresses, read from disk: it needs no agent. Leases are known of the nodes whose
 * state directory is on this machine.
 *
 * @param store the directory of the cluster's records
 * @param ranges the cluster's; empty before the first node has registered
 * @param nodes by name, each with its leases where they can be read
 * @param unreadable records that are there and cannot be read
 */
public record AddressPlan(
    Path store,
    Optional<ClusterRanges> ranges,
    List<NodeAddresses> nodes,
    List<UnreadableRecord> unreadable) {

  /**
   * One node's addresses.
   *
   * @param blocks that the node holds
   * @param leases empty for a node of another machine
   */
  public record NodeAddresses(
      NodeRecord record, List<BlockRecord> blocks, Optional<LeaseView> leases) {}

  /**
   * Reads the plan of the cluster that these configurations belong to.
   *
   * @throws IOException the store or a journal cannot be read
   * @throws IllegalArgumentException the configurations name different stores
   */
  public static AddressPlan read(List<AgentConfig> configs) throws IOException {
    Path store = configs.getFirst().cluster().store().file();
    Map<String, Path> stateDirectories = new HashMap<>();
    for (AgentConfig config : configs) {
      if (!config.cluster().store().file().equals(store)) {
        throw new IllegalArgumentException(
            "cluster.store.file: "
                + config.cluster().store().file()
                + " (expected: "
                + store
                + ", as in the first configuration)");
      }
      stateDirectories.put(config.node(), config.leaseDirectory());
    }
    Optional<ClusterRanges> ranges = FileBlockStore.readRanges(store);
    if (ranges.isEmpty()) {
      return new AddressPlan(store, ranges, List.of(), List.of());
    }
    StoreOptions options = new StoreOptions(ranges.get(), Duration.ZERO, InstantSource.system());
    try (BlockStore blocks = FileBlockStore.open(store, options)) {
      ClusterView view = blocks.view();
      Map<String, List<BlockRecord>> held = view.heldByNode();
      List<NodeAddresses> nodes = new ArrayList<>();
      for (NodeRecord record : view.nodes()) {
        nodes.add(
            new NodeAddresses(
                record,
                held.getOrDefault(record.node(), List.of()),
                leases(stateDirectories.get(record.node()))));
      }
      return new AddressPlan(store, ranges, List.copyOf(nodes), view.unreadable());
    }
  }

  private static Optional<LeaseView> leases(@Nullable Path directory) throws IOException {
    return directory != null && LeaseDatabase.exists(directory)
        ? Optional.of(LeaseDatabase.read(directory))
        : Optional.empty();
  }
}
