package org.ovswin.ipam.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.testing.JavaProcess;

/** A /16 that is full, on a small machine. */
class LeaseSizeTest {
  private static final int LEASES = 65_000;

  @TempDir Path directory;

  @Test
  void open_65000Leases_fitsInto32MegabytesOfHeap() throws Exception {
    Random random = new Random(1);
    byte[] id = new byte[32];
    try (LeaseDatabase database =
        LeaseDatabase.open(directory, LeaseOptions.of(InstantSource.system()))) {
      database.addBlock(IpPrefix.parse("10.244.0.0/16"));
      for (int i = 0; i < LEASES; i++) {
        random.nextBytes(id);
        database.allocate(
            new LeaseRequest(
                new Attachment(HexFormat.of().formatHex(id), "eth0"),
                "pods",
                Optional.of("namespace-" + i % 50),
                Optional.of("deployment-6d4cf56db6-" + i),
                "3f7a1d7e-6a58-4b0c-9d1b-0123456789ab",
                "{\"sandbox\":\"/run/netns/cni-3f7a1d7e-6a58-4b0c-9d1b-0123456789ab\",\"hostPorts\":[]}",
                Set.of(Family.IPV4),
                List.of(),
                Stickiness.NONE));
        if (i % 1000 == 0) {
          database.sync();
        }
      }
    }
    try (JavaProcess process =
        JavaProcess.startWithHeap("32m", OpeningProcess.class, directory.toString())) {
      assertThat(process.remainingLines()).containsExactly("" + LEASES, "true");
    }
  }
}
