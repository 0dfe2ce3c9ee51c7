package org.ovswin.ipam.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;

class LeaseDatabaseTest {
  private static final IpPrefix BLOCK = IpPrefix.parse("10.244.1.0/29");
  private static final Instant NOW = Instant.parse("2026-11-01T12:00:00.123456789Z");
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);

  @TempDir Path temporary;
  private Path directory = Path.of("");

  @BeforeEach
  void chooseDirectory() {
    directory = temporary.resolve("leases");
  }

  private LeaseDatabase open() throws IOException {
    return open(BLOCK);
  }

  private LeaseDatabase open(IpPrefix block) throws IOException {
    LeaseDatabase database = LeaseDatabase.open(directory, new LeaseOptions(Duration.ZERO, CLOCK));
    database.addBlock(block);
    database.sync();
    return database;
  }

  private static LeaseRequest request(String containerId) {
    return LeaseScenario.request(new Attachment(containerId, "eth0"));
  }

  private static Lease allocated(LeaseDatabase database, String containerId) {
    return switch (database.allocate(request(containerId))) {
      case Allocation.Allocated(Lease lease) -> lease;
      case Allocation.AlreadyHeld held -> throw new AssertionError(held);
      case Allocation.Exhausted exhausted -> throw new AssertionError(exhausted.message());
      case Allocation.Refused refused -> throw new AssertionError(refused.message());
    };
  }

  private static Lease withdrawn(Lease lease) {
    return new Lease(
        lease.attachment(),
        lease.addresses(),
        lease.network(),
        lease.podNamespace(),
        lease.podName(),
        lease.bootId(),
        lease.since(),
        Lease.Phase.WITHDRAWN,
        lease.intent());
  }

  @Test
  void allocate_afterReopen_everyFieldIsAsItWas() throws IOException {
    LeaseRequest bare =
        new LeaseRequest(
            new Attachment("b", "net1"),
            "red",
            Optional.empty(),
            Optional.empty(),
            "boot-2",
            "",
            Set.of(Family.IPV4),
            List.of(),
            Stickiness.NONE);
    LeaseRequest full =
        new LeaseRequest(
            new Attachment("c", "eth0"),
            "pöds",
            Optional.of("名前"),
            Optional.of("web-0"),
            "boot-2",
            "{\"netns\":\"C:\\\\x\",\"emoji\":\"😀\"}",
            Set.of(Family.IPV4),
            List.of(),
            Stickiness.NONE);
    List<Lease> before;
    try (LeaseDatabase database = open()) {
      database.allocate(bare);
      database.allocate(full);
      database.withdraw(full.attachment());
      database.sync();
      before = database.leases();
    }
    assertThat(before)
        .containsExactly(
            new Lease(
                bare.attachment(),
                List.of(Ipv4Address.parse("10.244.1.2")),
                "red",
                Optional.empty(),
                Optional.empty(),
                "boot-2",
                NOW,
                Lease.Phase.HELD,
                ""),
            new Lease(
                full.attachment(),
                List.of(Ipv4Address.parse("10.244.1.3")),
                "pöds",
                Optional.of("名前"),
                Optional.of("web-0"),
                "boot-2",
                NOW,
                Lease.Phase.WITHDRAWN,
                full.intent()));
    try (LeaseDatabase database = open()) {
      assertThat(database.leases()).isEqualTo(before);
      assertThat(database.lease(full.attachment())).contains(before.get(1));
      assertThat(database.lease(Ipv4Address.parse("10.244.1.2"))).contains(before.get(0));
      assertThat(database.lease(Ipv4Address.parse("10.244.1.4"))).isEmpty();
      assertThat(database.usage()).containsExactly(new BlockUsage(BLOCK, 2, 3, 0, 3));
      assertThat(database.blocks()).containsExactly(BLOCK);
    }
  }

  @Test
  void allocate_sameAttachment_isAlreadyHeldAlsoWhenWithdrawn() throws IOException {
    try (LeaseDatabase database = open()) {
      Lease lease = allocated(database, "a");
      assertThat(database.allocate(request("a"))).isEqualTo(new Allocation.AlreadyHeld(lease));
      assertThat(database.withdraw(lease.attachment())).contains(withdrawn(lease));
      assertThat(database.withdraw(lease.attachment())).contains(withdrawn(lease));
      assertThat(database.allocate(request("a")))
          .isEqualTo(new Allocation.AlreadyHeld(withdrawn(lease)));
      Attachment otherInterface = new Attachment("a", "eth1");
      assertThat(database.allocate(LeaseScenario.request(otherInterface)))
          .isInstanceOf(Allocation.Allocated.class);
    }
  }

  @Test
  void allocate_released_goesRoundAlsoAcrossRestarts() throws IOException {
    List<String> given = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      try (LeaseDatabase database = open()) {
        given.add(allocated(database, "c" + i).addresses().getFirst().toString());
        database.release(new Attachment("c" + i, "eth0"));
      }
    }
    assertThat(given)
        .containsExactly(
            "10.244.1.2",
            "10.244.1.3",
            "10.244.1.4",
            "10.244.1.5",
            "10.244.1.6",
            "10.244.1.2",
            "10.244.1.3");
  }

  @Test
  void allocate_full_isExhaustedUntilOneIsReleased() throws IOException {
    try (LeaseDatabase database = open()) {
      for (int i = 0; i < 5; i++) {
        allocated(database, "c" + i);
      }
      database.withdraw(new Attachment("c3", "eth0"));
      Allocation full = database.allocate(request("late"));
      assertThat(full)
          .isEqualTo(new Allocation.Exhausted(Family.IPV4, List.of(BLOCK), List.of(), 5, 1, 0, 3));
      assertThat(((Allocation.Exhausted) full).message())
          .contains(
              "10.244.1.0/29 is full",
              "5 addresses in use (1 being torn down)",
              "3 reserved",
              "remove");
      assertThat(database.release(new Attachment("c3", "eth0"))).isPresent();
      assertThat(allocated(database, "late").addresses().getFirst()).hasToString("10.244.1.5");
    }
  }

  @Test
  void withdrawAndRelease_unknownAttachment_changeNothing() throws IOException {
    try (LeaseDatabase database = open()) {
      long size = Files.size(directory.resolve(Journal.FILE));
      assertThat(database.withdraw(new Attachment("x", "eth0"))).isEmpty();
      assertThat(database.release(new Attachment("x", "eth0"))).isEmpty();
      database.sync();
      assertThat(Files.size(directory.resolve(Journal.FILE))).isEqualTo(size);
    }
  }

  @Test
  void allocate_textThatIsNotUnicodeOrTooLong_isRefusedAndChangesNothing() throws IOException {
    try (LeaseDatabase database = open()) {
      assertThatThrownBy(() -> database.allocate(request("a\ud800")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("surrogate");
      LeaseRequest longIntent =
          new LeaseRequest(
              new Attachment("a", "eth0"),
              "pods",
              Optional.empty(),
              Optional.empty(),
              "boot",
              "x".repeat(Lease.MAX_INTENT_LENGTH + 1),
              Set.of(Family.IPV4),
              List.of(),
              Stickiness.NONE);
      assertThatThrownBy(() -> database.allocate(longIntent))
          .hasMessage("intent: 131073 characters (expected: at most 131072)");
      assertThatThrownBy(() -> new Attachment("", "eth0"))
          .hasMessage("containerId: 0 characters (expected: 1 to 1024)");
      assertThatThrownBy(() -> new Attachment("a", "x".repeat(1025)))
          .hasMessage("ifName: 1025 characters (expected: 1 to 1024)");
      assertThat(database.leases()).isEmpty();
      assertThat(allocated(database, "a").addresses().getFirst()).hasToString("10.244.1.2");
    }
  }

  @Test
  void allocate_longestFields_areReadBack() throws IOException {
    String longest = "名".repeat(Attachment.MAX_LENGTH);
    LeaseRequest request =
        new LeaseRequest(
            new Attachment(longest, longest),
            longest,
            Optional.of(longest),
            Optional.of(longest),
            longest,
            "名".repeat(Lease.MAX_INTENT_LENGTH),
            Set.of(Family.IPV4),
            List.of(),
            Stickiness.NONE);
    List<Lease> before;
    try (LeaseDatabase database = open()) {
      database.allocate(request);
      before = database.leases();
    }
    try (LeaseDatabase database = open()) {
      assertThat(database.leases()).isEqualTo(before);
    }
  }

  @Test
  void open_journalOfNewerVersion_isRefused() throws IOException {
    open().close();
    Path journal = directory.resolve(Journal.FILE);
    byte[] bytes = Files.readAllBytes(journal);
    bytes[9] = 3;
    Files.write(journal, bytes);
    assertThatThrownBy(this::open)
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("journal version 3 (expected: 2; a newer ovs-win wrote it");
    assertThat(journal).hasBinaryContent(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "OVSWIN", "this is no journal, whoever put it here has made a mistake"})
  void open_notAJournal_isRefusedAndLeftAlone(String content) throws IOException {
    Files.createDirectories(directory);
    Path journal = directory.resolve(Journal.FILE);
    Files.writeString(journal, content);
    assertThatThrownBy(this::open)
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("expected: ");
    assertThat(journal).hasContent(content);
  }

  @Test
  void open_entriesThatContradictEachOther_isRefused() throws IOException {
    try (LeaseDatabase database = open()) {
      allocated(database, "a");
    }
    // A well-formed frame that releases an address nobody holds.
    Path journal = directory.resolve(Journal.FILE);
    FrameBuffer frames = new FrameBuffer(Files.size(journal));
    frames.add(EntryCodec.encode(new Entry.Released(Ipv4Address.parse("10.244.1.6"), NOW)));
    ByteBuffer content = frames.content();
    byte[] bytes = new byte[content.remaining()];
    content.get(bytes);
    Files.write(journal, bytes, StandardOpenOption.APPEND);
    assertThatThrownBy(this::open)
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("10.244.1.6: is not held");
  }

  @Test
  void open_secondTime_isRefusedUntilTheFirstIsClosed() throws IOException {
    try (LeaseDatabase database = open()) {
      for (int attempt = 0; attempt < 2; attempt++) {
        assertThatThrownBy(this::open)
            .isInstanceOf(JournalException.class)
            .hasMessage(
                "lease directory "
                    + directory
                    + ": is in use by process "
                    + ProcessHandle.current().pid()
                    + " (expected: one agent per directory)");
      }
      allocated(database, "a");
      database.sync();
    }
    open().close();
  }

  @Test
  void open_newDirectory_isOpenToItsOwnerOnly() throws IOException {
    open().close();
    assertThat(mode(directory)).isEqualTo("rwx------");
    assertThat(mode(directory.resolve(Journal.FILE))).isEqualTo("rw-------");
    assertThat(mode(directory.resolve("lock"))).isEqualTo("rw-------");
  }

  @Test
  void open_directoryOrJournalOfSomebodyElse_isRefusedAndLeftAlone() throws IOException {
    open().close();
    for (Path file : List.of(directory, directory.resolve(Journal.FILE))) {
      Files.setAttribute(file, "unix:uid", 54321);
      assertThatThrownBy(this::open)
          .isInstanceOf(JournalException.class)
          .hasMessageContaining(file + ": belongs to user 54321 (expected: root,");
      Files.setAttribute(file, "unix:uid", 0);
    }
    open().close();
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void read_whileTheAgentWritesAndAfterIt_showsWhatIsSynced() throws IOException {
    assertThat(LeaseDatabase.exists(directory)).isFalse();
    assertThatThrownBy(() -> LeaseDatabase.read(directory)).isInstanceOf(NoSuchFileException.class);
    LeaseView during;
    try (LeaseDatabase database = open()) {
      allocated(database, "a");
      database.sync();
      allocated(database, "b");
      during = LeaseDatabase.read(directory);
      assertThat(during.leases()).hasSize(1);
    }
    LeaseView after = LeaseDatabase.read(directory);
    assertThat(LeaseDatabase.exists(directory)).isTrue();
    assertThat(after.blocks()).containsExactly(new BlockUsage(BLOCK, 2, 3, 0, 3));
    assertThat(after.used()).isEqualTo(2);
    assertThat(after.free()).isEqualTo(3);
  }

  @Test
  void read_tornTail_showsTheRestAndChangesNothing() throws IOException {
    try (LeaseDatabase database = open()) {
      allocated(database, "a");
    }
    Path journal = directory.resolve(Journal.FILE);
    Files.write(journal, new byte[] {0, 0, 0, 40, 1, 2}, StandardOpenOption.APPEND);
    byte[] bytes = Files.readAllBytes(journal);
    assertThat(LeaseDatabase.read(directory).used()).isEqualTo(1);
    assertThat(journal).hasBinaryContent(bytes);
    try (LeaseDatabase database = open()) {
      assertThat(database.leases()).hasSize(1);
    }
    assertThat(journal).hasSize(bytes.length - 6);
  }

  @Test
  void sync_manyChanges_theFileStaysBounded() throws IOException {
    IpPrefix block = IpPrefix.parse("10.0.0.0/16");
    long largest = 0;
    try (LeaseDatabase database = open(block)) {
      for (int i = 0; i < 60_000; i++) {
        allocated(database, "c" + i);
        if (i % 100 != 0) {
          database.release(new Attachment("c" + i, "eth0"));
        }
        if (i % 1000 == 0) {
          database.sync();
          largest = Math.max(largest, Files.size(directory.resolve(Journal.FILE)));
        }
      }
    }
    // Without compaction it would be 9 MB.
    assertThat(largest).isLessThan(5_000_000);
    try (LeaseDatabase database = open(block)) {
      assertThat(database.leases()).hasSize(600);
      // 60,000 were given behind the gateway, so that is where it goes on.
      assertThat(allocated(database, "next").addresses().getFirst())
          .isEqualTo(block.address(60_002));
    }
  }

  @Test
  void journal_oneLease_hasTheseBytes() throws IOException {
    LeaseRequest request =
        new LeaseRequest(
            new Attachment("abc", "eth0"),
            "pods",
            Optional.of("ns"),
            Optional.of("web"),
            "b1",
            "{}",
            Set.of(Family.IPV4),
            List.of(),
            Stickiness.NONE);
    try (LeaseDatabase database = open()) {
      database.allocate(request);
      database.sync();
      database.withdraw(request.attachment());
      database.sync();
      database.release(request.attachment());
      database.sync();
    }
    // The payloads are written down here byte by byte; lengths and checksums follow from them.
    JournalBytes expected = new JournalBytes();
    expected.raw("4f565357494e4c4a"); // magic "OVSWINLJ"
    expected.raw("0002"); // version
    expected.raw("0000"); // kept for later
    expected.raw("0000000000000001"); // generation
    expected.headerChecksum();
    expected.frame("00"); // mark: the empty snapshot ends
    expected.frame("01 04 0af40100 1d"); // block added: 10.244.1.0/29
    expected.frame("00");
    expected.frame(
        "05" // given
            + "00" // phase: held
            + "00" // flags: not sticky
            + "01" // one address
            + "000000006ae729c0" // 2026-11-01T12:00:00Z in seconds
            + "075bcd15" // and 123456789 ns
            + "04 0af40102" // 10.244.1.2
            + "0000001c" // 28 bytes of common texts
            + "00000004 65746830" // "eth0"
            + "00000004 706f6473" // "pods"
            + "00000002 6231" // "b1"
            + "00000002 6e73" // "ns"
            + "00000003 616263" // "abc"
            + "00000002 7b7d" // "{}"
            + "00000003 776562"); // "web"
    expected.frame("00");
    expected.frame("07 04 0af40102"); // withdrawn
    expected.frame("00");
    expected.frame("08 04 0af40102 000000006ae729c0 075bcd15"); // released
    expected.frame("00");
    assertThat(directory.resolve(Journal.FILE)).hasBinaryContent(expected.bytes());
  }
}
