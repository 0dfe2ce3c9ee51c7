package org.ovswin.ipam.block;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.UUID;
import org.ovswin.ipam.testing.JavaProcess;

/** An agent in a process of its own, as far as the block store is concerned. */
final class ClaimingProcess {
  private ClaimingProcess() {}

  /** Arguments: once or churn, the directory, the node's name, its owner. */
  public static void main(String[] arguments) throws IOException {
    Path directory = Path.of(arguments[1]);
    NodeClaim claim = BlockStoreContract.node(arguments[2], UUID.fromString(arguments[3]));
    JavaProcess.awaitGo();
    try (BlockStore store =
        FileBlockStore.open(directory, BlockStoreContract.RANGE, InstantSource.system())) {
      switch (arguments[0]) {
        case "once" -> System.out.println(outcome(store.claim(claim)));
        case "churn" -> churn(store, claim);
        default -> throw new IllegalArgumentException(arguments[0]);
      }
    }
  }

  private static String outcome(Claim claim) {
    return switch (claim) {
      case Claim.Claimed(NodeRecord record) -> record.block().toString();
      case Claim.Exhausted _ -> "exhausted";
      case Claim.NameTaken _ -> "taken";
      case Claim.BlockTaken _ -> "block taken";
    };
  }

  /** Until it is killed: claim, publish, and every other time release. Says what it holds. */
  private static void churn(BlockStore store, NodeClaim claim) throws IOException {
    for (int round = 0; ; round++) {
      NodeRecord record = BlockStoreContract.claimed(store, claim);
      System.out.println("holds " + record.block());
      store.publish(record);
      if (round % 2 == 1) {
        System.out.println("releasing");
        store.release(record.node());
      }
    }
  }
}
