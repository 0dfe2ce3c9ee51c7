package org.ovswin.ipam.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;

/** A journal that the version before wrote, with one IPv4 block in its header. */
class JournalVersion1Test {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final IpPrefix BLOCK = IpPrefix.parse("10.244.1.0/29");

  @TempDir Path directory;

  @BeforeEach
  void write() throws IOException {
    JournalBytes bytes = new JournalBytes();
    bytes.raw("4f565357494e4c4a"); // magic "OVSWINLJ"
    bytes.raw("0001"); // version
    bytes.raw("04 1d"); // four address bytes, /29
    bytes.raw("0af40100" + "00".repeat(12)); // 10.244.1.0, padded
    bytes.raw("00000000"); // kept for later
    bytes.headerChecksum();
    bytes.frame("00"); // mark: the empty snapshot ends
    bytes.frame("05 00000004 040af40100 040af40101 040af40105 040af40107"); // reserved
    bytes.frame("00");
    bytes.frame(lease("0af40102", "616263")); // "abc" has 10.244.1.2
    bytes.frame(lease("0af40103", "646566")); // "def" has 10.244.1.3
    bytes.frame(lease("0af40104", "676869")); // "ghi" has 10.244.1.4
    bytes.frame("02 04 0af40103"); // withdrawn
    bytes.frame("03 04 0af40104"); // released
    bytes.frame("00");
    Files.write(directory.resolve(Journal.FILE), bytes.bytes());
  }

  private static String lease(String address, String containerId) {
    return "01" // given
        + "00" // phase: held
        + "03" // flags: pod namespace and name are there
        + ("04" + address)
        + "000000006ae729c0" // 2026-11-01T12:00:00Z in seconds
        + "075bcd15" // and 123456789 ns
        + ("00000003" + containerId)
        + "00000004 65746830" // "eth0"
        + "00000004 706f6473" // "pods"
        + "00000002 6231" // "b1"
        + "00000002 6e73" // "ns"
        + "00000003 776562" // "web"
        + "00000002 7b7d"; // "{}"
  }

  @Test
  void open_hasItsBlockLeasesAndReservations_andIsWrittenAnew() throws IOException {
    Lease abc =
        new Lease(
            new Attachment("abc", "eth0"),
            List.of(IpAddress.parse("10.244.1.2")),
            "pods",
            Optional.of("ns"),
            Optional.of("web"),
            "b1",
            Instant.parse("2026-11-01T12:00:00.123456789Z"),
            Lease.Phase.HELD,
            "{}");
    LeaseView before = LeaseDatabase.read(directory, LeaseOptions.of(() -> NOW));
    assertThat(before.leases().getFirst()).isEqualTo(abc);
    for (int i = 0; i < 2; i++) {
      try (LeaseDatabase database = LeaseDatabase.open(directory, LeaseOptions.of(() -> NOW))) {
        assertThat(database.blocks()).containsExactly(BLOCK);
        assertThat(database.leases()).isEqualTo(before.leases()).hasSize(2);
        assertThat(database.leases().get(1).phase()).isEqualTo(Lease.Phase.WITHDRAWN);
        // The one that was released cools down, since nobody knows how long ago that was.
        assertThat(database.usage()).containsExactly(new BlockUsage(BLOCK, 2, 1, 1, 4));
        assertThat(database.reservations())
            .containsExactly(new Reservation(AddressRange.parse("10.244.1.5"), "configured", NOW));
      }
      assertThat(Files.readAllBytes(directory.resolve(Journal.FILE))[9]).isEqualTo((byte) 2);
    }
    assertThat(LeaseHistory.read(directory, IpAddress.parse("10.244.1.2")))
        .containsExactly(
            Tenure.of(
                IpAddress.parse("10.244.1.2"),
                PackedLease.of(abc, Stickiness.NONE, new CommonTexts.Pool()),
                Optional.empty()));
    // When it ended is not known.
    assertThat(LeaseHistory.read(directory, IpAddress.parse("10.244.1.4"))).isEmpty();
  }

  @Test
  void open_powerCutWhileItIsWrittenAnew_hasTheSame() throws IOException {
    byte[] bytes = Files.readAllBytes(directory.resolve(Journal.FILE));
    boolean failed = true;
    for (int failing = 1; failed; failing++) {
      SimulatedStorage storage = new SimulatedStorage();
      storage.put(Journal.FILE, bytes);
      storage.failAt(failing);
      failed = false;
      try {
        LeaseScenario.openAsItIs(storage).close();
      } catch (IOException e) {
        failed = true;
      }
      storage.cutPower(new java.util.Random(failing));
      try (LeaseDatabase database = LeaseScenario.openAsItIs(storage)) {
        assertThat(database.leases()).as("operation %d", failing).hasSize(2);
      }
    }
  }
}
