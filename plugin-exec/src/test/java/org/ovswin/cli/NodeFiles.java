package org.ovswin.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.Claim;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.NodeUsage;
import org.ovswin.ipam.block.StoreOptions;
import org.ovswin.ipam.block.file.FileBlockStore;
import org.ovswin.ipam.lease.Allocation;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.ipam.lease.LeaseDatabase;
import org.ovswin.ipam.lease.LeaseOptions;
import org.ovswin.ipam.lease.LeaseRequest;
import org.ovswin.ipam.lease.Stickiness;

/** What an agent leaves on disk, and its configuration; all of it under one directory. */
record NodeFiles(Path directory, String name) {
  static final IpPrefix BLOCK = IpPrefix.parse("10.244.0.0/24");

  /** Writes the configuration. */
  static NodeFiles create(Path directory, String name, int number) throws IOException {
    NodeFiles files = new NodeFiles(directory, name);
    Files.writeString(
        files.config(),
        """
        node: %s
        cluster: {ranges: [{cidr: 10.244.0.0/16}], store: {file: "%s"}}
        stateDirectory: "%s"
        socketDirectory: "%s"
        openvswitch: {}
        uplink: {device: eth0, address: 192.0.2.%d/24, gateway: 192.0.2.1}
        """
            .formatted(
                name,
                directory.resolve("store"),
                directory.resolve(name),
                files.run(),
                10 + number));
    return files;
  }

  Path config() {
    return directory.resolve(name + ".yaml");
  }

  /** Short, as a socket's path must be. */
  private Path run() {
    return directory.resolve("r" + name.hashCode());
  }

  Path adminSocket() {
    return run().resolve("admin.sock");
  }

  Path store() {
    return directory.resolve("store");
  }

  /** The store that the configuration names. */
  BlockStore openStore(InstantSource clock) throws IOException {
    return FileBlockStore.open(
        store(),
        new StoreOptions(
            ClusterRanges.of(new ClusterRange(IpPrefix.parse("10.244.0.0/16"), 24)),
            Duration.ofMinutes(10),
            clock));
  }

  /** Makes the node of this number known, and claims a block for it. */
  static BlockRecord join(BlockStore store, int number, Instant now) throws IOException {
    NodeRecord record =
        new NodeRecord(
            "node" + number,
            new UUID(0, number),
            List.of(IpAddress.parse("192.0.2." + (10 + number))),
            MacAddress.parse("02:00:00:00:00:%02x".formatted(number)),
            number == 3 ? "windows" : "linux",
            Optional.empty(),
            "0.1.0",
            now);
    var _ = store.register(record);
    Claim claim = store.claim(record.node(), record.owner(), Family.IPV4, 1);
    return ((Claim.Claimed) claim).held().getFirst();
  }

  /** What the node tells of its block. */
  static void report(BlockStore store, BlockRecord block, long used, Instant at)
      throws IOException {
    store.report(
        new NodeUsage(
            block.node(), List.of(new NodeUsage.BlockUse(block.block(), used, 253 - used)), at));
  }

  Path leases() {
    return directory.resolve(name).resolve("leases");
  }

  Path journal() {
    return leases().resolve("leases.journal");
  }

  /** Opens the leases with the block in them. */
  LeaseDatabase open(InstantSource clock) throws IOException {
    LeaseDatabase leases = LeaseDatabase.open(leases(), LeaseOptions.of(clock));
    leases.addBlock(BLOCK);
    return leases;
  }

  /** Gives this container of this pod an address, for good. */
  static IpAddress lease(LeaseDatabase leases, String container, Optional<String> pod)
      throws IOException {
    Allocation allocation =
        leases.allocate(
            new LeaseRequest(
                new Attachment(container, "eth0"),
                "net",
                pod.map(_ -> "default"),
                pod,
                "boot",
                "{}",
                Set.of(Family.IPV4),
                List.of(),
                Stickiness.NONE));
    leases.sync();
    return ((Allocation.Allocated) allocation).lease().addresses().getFirst();
  }

  /** Calls {@code ovs-win ipam VERB --config FILE MORE}. */
  Invocation ipam(String verb, String... more) {
    List<String> words = new ArrayList<>(List.of("ipam"));
    words.addAll(List.of(verb.split(" ")));
    words.addAll(List.of("--config", config().toString()));
    words.addAll(List.of(more));
    return Invocation.of(words.toArray(String[]::new));
  }
}
