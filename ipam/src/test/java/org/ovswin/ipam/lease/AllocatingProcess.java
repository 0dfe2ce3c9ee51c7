package org.ovswin.ipam.lease;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import org.ovswin.ipam.testing.JavaProcess;

/** An agent in a process of its own, as far as the lease database is concerned. */
final class AllocatingProcess {
  /** Low, so that a compaction runs most of the time. */
  private static final Journal.Limits LIMITS = new Journal.Limits(1 << 20, 10, 1 << 20);

  private AllocatingProcess() {}

  /** Until it is killed: gives and releases addresses, and tells each only when it is synced. */
  public static void main(String[] arguments) throws IOException {
    try (LeaseDatabase database =
        LeaseDatabase.open(
            Path.of(arguments[0]), LeaseOptions.of(InstantSource.system()), LIMITS)) {
      database.addBlock(LeaseScenario.BLOCK);
      database.sync();
      JavaProcess.awaitGo();
      for (int i = 0; ; i = (i + 1) % 10) {
        Attachment attachment = LeaseScenario.attachment(i);
        if (database.lease(attachment).isPresent()) {
          System.out.println("releasing " + i);
          database.release(attachment);
          database.sync();
        } else {
          database.allocate(LeaseScenario.request(attachment));
          database.sync();
          System.out.println("given " + i);
        }
      }
    }
  }
}
