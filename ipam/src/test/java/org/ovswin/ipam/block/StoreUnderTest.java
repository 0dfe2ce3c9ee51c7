package org.ovswin.ipam.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;

/** What the contracts ask of a store's test, and the words that they are written in. */
public interface StoreUnderTest {
  ClusterRange RANGE = new ClusterRange(IpPrefix.parse("10.244.0.0/16"), 24);
  ClusterRange FOUR_BLOCKS = new ClusterRange(IpPrefix.parse("10.245.0.0/22"), 24);
  ClusterRange IPV6 = new ClusterRange(IpPrefix.parse("fd00:244::/48"), 64);
  Duration GRACE = Duration.ofMinutes(10);
  Instant NOW = Instant.parse("2026-11-01T12:00:00.123456789Z");

  /** A new handle on the one store of this test, as each agent has its own. */
  BlockStore open(StoreOptions options) throws IOException;

  /** Puts something that is no record where the record of this block is, past the store. */
  void damage(IpPrefix block) throws IOException;

  /** All that is in the store by its name there, read past the store. */
  Map<String, String> content() throws IOException;

  /** The time of all stores of the test; stands still until {@link #pass}. */
  InstantSource clock();

  void pass(Duration time);

  default BlockStore open(ClusterRange... ranges) throws IOException {
    return open(new StoreOptions(ClusterRanges.of(ranges), GRACE, clock()));
  }

  default UUID owner(String name) {
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
  }

  default NodeRecord node(String name) {
    return node(name, owner(name), "0.1.0");
  }

  default NodeRecord node(String name, UUID owner, String version) {
    return new NodeRecord(
        name,
        owner,
        List.of(IpAddress.parse("192.168.1.11"), IpAddress.parse("fd00::11")),
        MacAddress.parse("52:54:00:00:00:0b"),
        "linux",
        Optional.of(IpAddress.parse("192.168.2.11")),
        version,
        NOW);
  }

  default IpPrefix block(String text) {
    return IpPrefix.parse(text);
  }

  /** Registers a node and lets it hold this many IPv4 blocks; what it holds then. */
  default List<IpPrefix> join(BlockStore store, String name, int count) throws IOException {
    assertThat(store.register(node(name))).isInstanceOf(Registration.Registered.class);
    return held(store.claim(name, owner(name), Family.IPV4, count));
  }

  /** As {@link #join(BlockStore, String, int)}, one block. */
  default IpPrefix join(BlockStore store, String name) throws IOException {
    return join(store, name, 1).getLast();
  }

  default List<IpPrefix> held(Claim claim) {
    return switch (claim) {
      case Claim.Claimed(List<BlockRecord> held) -> held.stream().map(BlockRecord::block).toList();
      case Claim.Exhausted refused -> throw new AssertionError(refused.message());
      case Claim.NameTaken refused -> throw new AssertionError(refused.message());
      case Claim.BlockTaken refused -> throw new AssertionError(refused.message());
      case Claim.Denied refused -> throw new AssertionError(refused.message());
    };
  }
}
