package org.ovswin.ipam.block.file;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
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
import org.ovswin.ipam.block.Registration;
import org.ovswin.ipam.block.StoreOptions;
import org.ovswin.ipam.disk.ProcessLock;
import org.ovswin.ipam.testing.JavaProcess;

/** An agent in a process of its own, as far as the block store is concerned. */
final class ClaimingProcess {
  static final StoreOptions OPTIONS =
      new StoreOptions(
          ClusterRanges.of(new ClusterRange(IpPrefix.parse("10.244.0.0/16"), 24)),
          Duration.ZERO,
          InstantSource.system());

  private ClaimingProcess() {}

  /** Arguments: once, churn or hold, the directory, the node's name, its owner. */
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[1]);
    String node = arguments[2];
    UUID owner = UUID.fromString(arguments[3]);
    JavaProcess.awaitGo();
    switch (arguments[0]) {
      case "once" -> once(directory, node, owner);
      case "churn" -> churn(directory, node, owner);
      case "hold" -> hold(directory);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  static NodeRecord record(String node, UUID owner, String version) {
    return new NodeRecord(
        node,
        owner,
        List.of(IpAddress.parse("192.0.2.1")),
        MacAddress.parse("52:54:00:00:00:0b"),
        "linux",
        Optional.empty(),
        version,
        Instant.EPOCH);
  }

  private static void once(Path directory, String node, UUID owner) throws IOException {
    try (BlockStore store = FileBlockStore.open(directory, OPTIONS)) {
      System.out.println(
          switch (store.register(record(node, owner, "1"))) {
            case Registration.NameTaken _ -> "taken";
            case Registration.Registered _ -> claimed(store, node, owner, 1).getFirst().block();
          });
    }
  }

  static List<BlockRecord> claimed(BlockStore store, String node, UUID owner, int count)
      throws IOException {
    return switch (store.claim(node, owner, Family.IPV4, count)) {
      case Claim.Claimed(List<BlockRecord> held) -> held;
      case Claim.Exhausted refused -> throw new IllegalStateException(refused.message());
      case Claim.NameTaken refused -> throw new IllegalStateException(refused.message());
      case Claim.BlockTaken refused -> throw new IllegalStateException(refused.message());
      case Claim.Denied refused -> throw new IllegalStateException(refused.message());
    };
  }

  /**
   * Until it is killed or the disk fails: register, claim two blocks, release one or all. Says what
   * it holds for sure.
   */
  private static void churn(Path directory, String node, UUID owner) {
    try (BlockStore store = FileBlockStore.open(directory, OPTIONS)) {
      for (int round = 0; ; round++) {
        store.register(record(node, owner, Integer.toString(round)));
        for (BlockRecord held : claimed(store, node, owner, 2)) {
          System.out.println("holds " + held.block());
        }
        System.out.println("releasing");
        switch (round % 3) {
          case 0 -> store.release(claimed(store, node, owner, 2).getLast().block());
          case 1 -> store.releaseNode(node);
          default -> {}
        }
      }
    } catch (IOException e) {
      System.out.println("failed " + e);
    }
  }

  private static void hold(Path directory) throws Exception {
    switch (ProcessLock.tryAcquire(directory)) {
      case ProcessLock.Attempt.Acquired(ProcessLock lock) -> {
        try (lock) {
          System.out.println("holds");
          var _ = System.in.read();
        }
      }
      case ProcessLock.Attempt.HeldBy(String pid) -> throw new IllegalStateException(pid);
    }
  }
}
