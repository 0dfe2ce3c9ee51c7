package org.ovswin.ipam.block.kubernetes;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.Claim;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.StoreOptions;

/** A server, and stores on it. */
abstract class KubernetesFixture {
  static final ClusterRange RANGE = new ClusterRange(IpPrefix.parse("10.244.0.0/16"), 24);
  static final ClusterRange OTHER = new ClusterRange(IpPrefix.parse("10.245.0.0/16"), 24);
  static final ClusterRange IPV6 = new ClusterRange(IpPrefix.parse("fd00:244::/48"), 64);
  static final Instant NOW = Instant.parse("2026-11-01T12:00:00.5Z");
  static final Duration GRACE = Duration.ofMinutes(10);

  @TempDir Path directory;
  StrictApiServer server;
  Instant now = NOW;

  @BeforeEach
  void startServer() throws IOException {
    server = new StrictApiServer();
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  KubernetesBlockStore open(ClusterRange... ranges) throws IOException {
    return KubernetesBlockStore.open(server.options(directory), options(ranges));
  }

  KubernetesBlockStore open(PodCidrs policy, ClusterRange... ranges) throws IOException {
    return KubernetesBlockStore.open(
        new KubernetesOptions(server.options(directory).kubeconfig(), policy), options(ranges));
  }

  StoreOptions options(ClusterRange... ranges) {
    return new StoreOptions(ClusterRanges.of(ranges), GRACE, () -> now);
  }

  static UUID owner(String node) {
    return UUID.nameUUIDFromBytes(node.getBytes(StandardCharsets.UTF_8));
  }

  static NodeRecord node(String name) {
    return new NodeRecord(
        name,
        owner(name),
        List.of(IpAddress.parse("192.168.1.11"), IpAddress.parse("fd00::11")),
        MacAddress.parse("52:54:00:00:00:0b"),
        "linux",
        Optional.of(IpAddress.parse("192.168.2.11")),
        "0.1.0",
        NOW);
  }

  static Claim claim(KubernetesBlockStore store, String node) throws IOException {
    return claim(store, node, Family.IPV4, 1);
  }

  static Claim claim(KubernetesBlockStore store, String node, Family family, int count)
      throws IOException {
    return store.claim(node, owner(node), family, count);
  }

  /** Registers and claims one IPv4 block. */
  static List<String> join(KubernetesBlockStore store, String node) throws IOException {
    var _ = store.register(node(node));
    return held(claim(store, node));
  }

  static List<String> held(Claim claim) {
    if (claim instanceof Claim.Claimed(List<BlockRecord> held)) {
      return held.stream().map(record -> record.block().toString()).toList();
    }
    throw new AssertionError(claim);
  }

  static String reason(Claim claim) {
    return switch (claim) {
      case Claim.Denied denied -> denied.message();
      case Claim.BlockTaken taken -> taken.message();
      case Claim.Exhausted exhausted -> exhausted.message();
      case Claim.NameTaken taken -> taken.message();
      case Claim.Claimed claimed -> throw new AssertionError(claimed);
    };
  }
}
