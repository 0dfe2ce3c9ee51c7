package org.ovswin.ipam.lease;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;

/** A start of the agent, as far as the lease database is concerned. */
final class OpeningProcess {
  private OpeningProcess() {}

  /** Opens the directory, says how many leases there are, gives one address and looks it up. */
  public static void main(String[] arguments) throws IOException {
    try (LeaseDatabase database =
        LeaseDatabase.open(Path.of(arguments[0]), LeaseOptions.of(InstantSource.system()))) {
      System.out.println(database.leases().size());
      var _ = database.allocate(LeaseScenario.request(LeaseScenario.attachment(-1)));
      database.sync();
      System.out.println(database.lease(LeaseScenario.attachment(-1)).isPresent());
    }
  }
}
