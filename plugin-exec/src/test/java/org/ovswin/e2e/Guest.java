package org.ovswin.e2e;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.ovswin.agent.AgentConfigFile;
import org.ovswin.agent.ClusterConfig;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.Claim;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.StoreOptions;
import org.ovswin.ipam.block.file.FileBlockStore;

/** A node that is in the cluster's records only. */
final class Guest {
  private Guest() {}

  /** The cluster's store, as the first node's agent opens it. */
  static BlockStore store(Cluster cluster) throws Exception {
    ClusterConfig config = AgentConfigFile.read(cluster.node(1).configuration()).cluster();
    Path directory = ((ClusterConfig.Store.File) config.store()).directory();
    return FileBlockStore.open(
        directory,
        new StoreOptions(config.ranges(), config.releaseGrace(), InstantSource.system()));
  }

  /** Registers the guest under this address, and gives the block that it claimed. */
  static String join(BlockStore store, String name, String address) throws IOException {
    UUID owner = UUID.randomUUID();
    store.register(
        new NodeRecord(
            name,
            owner,
            List.of(IpAddress.parse(address)),
            MacAddress.parse("02:00:00:00:66:06"),
            "linux",
            Optional.empty(),
            "0.1.0",
            Instant.now()));
    return switch (store.claim(name, owner, Family.IPV4, 1)) {
      case Claim.Claimed(List<BlockRecord> held) -> held.getFirst().block().toString();
      case Claim refusal -> throw new AssertionError(refusal);
    };
  }
}
