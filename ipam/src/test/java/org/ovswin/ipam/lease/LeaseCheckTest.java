package org.ovswin.ipam.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;

/** Every kind of damage is told as what it is, and repaired only with consent. */
class LeaseCheckTest {
  private static final Instant NOW = Instant.parse("2026-11-23T09:38:00Z");
  private static final IpPrefix BLOCK = LeaseScenario.BLOCK;

  @TempDir Path directory;

  /** Offsets in the journal: behind the block and behind each of five leases. */
  private final List<Long> offsets = new ArrayList<>();

  private Path journal() {
    return directory.resolve(Journal.FILE);
  }

  private LeaseDatabase open() throws IOException {
    return LeaseDatabase.open(directory, LeaseOptions.of(() -> NOW));
  }

  private void write() throws IOException {
    try (LeaseDatabase database = open()) {
      database.addBlock(BLOCK);
      database.sync();
      offsets.add(Files.size(journal()));
      for (int i = 0; i < 5; i++) {
        database.allocate(LeaseScenario.request(LeaseScenario.attachment(i)));
        database.sync();
        offsets.add(Files.size(journal()));
      }
      database.release(LeaseScenario.attachment(1));
      database.sync();
    }
  }

  private void flip(Path file, long offset) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[(int) offset] ^= 1;
    Files.write(file, bytes);
  }

  private LeaseCheck.Repair repair() throws IOException {
    List<Finding> findings = LeaseCheck.check(directory);
    return LeaseCheck.repair(directory, findings, List.of(BLOCK), NOW);
  }

  private List<String> held() throws IOException {
    return LeaseDatabase.read(directory).leases().stream().map(LeaseScenario::text).toList();
  }

  @Test
  void check_nothingWrong_findsNothing() throws IOException {
    assertThat(LeaseCheck.check(directory.resolve("none"))).isEmpty();
    write();
    assertThat(LeaseCheck.check(directory)).isEmpty();
    try (LeaseDatabase _ = open()) {
      assertThat(LeaseCheck.check(directory)).isEmpty();
      assertThatThrownBy(this::repair)
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("is in use by process", "expected: the agent stopped");
    }
  }

  @Test
  void damagedMiddle_isRebuiltFromBothSides_andTheOriginalIsKept() throws IOException {
    write();
    long damage = offsets.get(2) + 20; // in the lease of container-2
    flip(journal(), damage);
    byte[] original = Files.readAllBytes(journal());
    assertThatThrownBy(this::open).hasMessageContaining("ovs-win ipam check");
    List<Finding> findings = LeaseCheck.check(directory);
    assertThat(findings)
        .singleElement()
        .isInstanceOfSatisfying(
            Finding.Damaged.class,
            damaged -> {
              assertThat(damaged.file()).isEqualTo(journal());
              assertThat(damaged.offset()).isEqualTo(offsets.get(2));
              assertThat(damaged.part()).isEqualTo(Finding.Damaged.Part.ENTRIES);
              assertThat(damaged.bytes())
                  .isEqualTo(offsets.get(3) - offsets.get(2) - Journal.MARK_BYTES);
              assertThat(damaged.framesBehind()).isEqualTo(7);
              assertThat(damaged.meaning()).contains("leases given there are unknown");
              assertThat(damaged.loss()).contains("known to be affected: no address");
            });
    assertThatThrownBy(
            () ->
                LeaseCheck.repair(
                    directory, List.of(new Finding.TornTail(journal(), 1, 2)), List.of(), NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: a finding of a fresh check");
    assertThat(LeaseCheck.repair(directory, List.of(), List.of(), NOW).done()).isEmpty();
    assertThat(journal()).hasBinaryContent(original);

    LeaseCheck.Repair repair = LeaseCheck.repair(directory, findings, List.of(), NOW);
    Path kept = directory.resolve("leases.journal.damaged-20261123T093800Z");
    assertThat(repair.kept()).containsExactly(kept);
    assertThat(kept).hasBinaryContent(original);
    assertThat(repair.done())
        .anyMatch(line -> line.contains("anew with 3 leases"))
        .anyMatch(line -> line.contains("at offset " + offsets.get(2)));
    assertThat(repair.reserved())
        .as("container-2")
        .containsExactly(AddressRange.parse("10.244.1.4"));
    assertThat(held()).containsExactly("10.244.1.2 HELD", "10.244.1.5 HELD", "10.244.1.6 HELD");
    assertThat(LeaseCheck.check(directory)).isEmpty();
    // What had ended is in the history still.
    assertThat(LeaseHistory.read(directory, IpAddress.parse("10.244.1.3"))).hasSize(1);
    open().close();
  }

  @Test
  void damagedMiddle_nothingGivenBehindIt_reservesWhatMayBeInUse() throws IOException {
    write();
    // The last lease, whose sync the release behind it has marked.
    flip(journal(), offsets.get(4) + 20);
    LeaseCheck.Repair repair = repair();
    // As many as the lost bytes could have held, from 10.244.1.6 on.
    assertThat(repair.reserved()).containsExactly(AddressRange.parse("10.244.1.6-10.244.1.7"));
    try (LeaseDatabase database = open()) {
      assertThat(database.reservations().getFirst().reason())
          .isEqualTo(
              "may be in use: its lease was lost, see leases.journal.damaged-20261123T093800Z");
      Allocation next = database.allocate(LeaseScenario.request(LeaseScenario.attachment(8)));
      assertThat(((Allocation.Allocated) next).lease().addresses())
          .containsExactly(IpAddress.parse("10.244.1.8"));
    }
  }

  @Test
  void damagedMiddle_laterEntriesNameWhatIsAffected() throws IOException {
    write();
    flip(journal(), offsets.get(1) + 20); // the lease of container-1, which is released later
    assertThat(LeaseCheck.check(directory))
        .singleElement()
        .satisfies(finding -> assertThat(finding.loss()).contains("affected: 10.244.1.3;"));
    assertThat(repair().affected()).containsExactly(IpAddress.parse("10.244.1.3"));
    assertThat(held()).hasSize(4);
  }

  @Test
  void damagedSnapshot_blockLost_isTakenFromTheCaller() throws IOException {
    write();
    flip(journal(), FileHeader.BYTES + Journal.MARK_BYTES + 9); // block added
    assertThat(LeaseCheck.check(directory)).hasSize(1);
    repair();
    assertThat(held()).hasSize(4);
    flip(journal(), FileHeader.BYTES + 9);
    assertThat(LeaseCheck.check(directory))
        .singleElement()
        .isInstanceOfSatisfying(
            Finding.Damaged.class,
            damaged -> assertThat(damaged.part()).isEqualTo(Finding.Damaged.Part.SNAPSHOT));
    LeaseCheck.Repair repair = repair();
    assertThat(repair.kept().getFirst()).hasFileName("leases.journal.damaged-20261123T093800Z.2");
    assertThat(held()).hasSize(4);
    try (LeaseDatabase database = open()) {
      assertThat(database.blocks()).containsExactly(BLOCK);
    }
  }

  @Test
  void contradiction_laterEntryCounts() throws IOException {
    write();
    Lease first = LeaseDatabase.read(directory).leases().getFirst();
    Lease second =
        new Lease(
            LeaseScenario.attachment(9),
            first.addresses(),
            "pods",
            first.podNamespace(),
            first.podName(),
            "boot",
            NOW,
            Lease.Phase.HELD,
            "{}");
    FrameBuffer frames = new FrameBuffer(Files.size(journal()));
    frames.add(
        EntryCodec.encode(
            new Entry.Given(PackedLease.of(second, Stickiness.NONE, new CommonTexts.Pool()))));
    ByteBuffer content = frames.content();
    byte[] bytes = new byte[content.remaining()];
    content.get(bytes);
    long at = Files.size(journal());
    Files.write(journal(), bytes, StandardOpenOption.APPEND);
    assertThat(LeaseCheck.check(directory))
        .singleElement()
        .isInstanceOfSatisfying(
            Finding.Contradiction.class,
            contradiction -> {
              assertThat(contradiction.offset()).isEqualTo(at);
              assertThat(contradiction.reason())
                  .isEqualTo("10.244.1.2: given to container-9/eth0, held by container-0/eth0");
            });
    assertThat(repair().affected()).isEqualTo(first.addresses());
    assertThat(LeaseDatabase.read(directory).leases().getFirst().attachment())
        .isEqualTo(second.attachment());
  }

  @Test
  void tornTailAndLeftOver_areNoDamage() throws IOException {
    write();
    long size = Files.size(journal());
    Files.write(journal(), new byte[] {0, 0, 0, 40, 1, 2}, StandardOpenOption.APPEND);
    Files.write(directory.resolve(Journal.NEW_FILE), new byte[10]);
    List<Finding> findings = LeaseCheck.check(directory);
    assertThat(findings)
        .containsExactly(
            new Finding.LeftOver(directory.resolve(Journal.NEW_FILE), 10),
            new Finding.TornTail(journal(), size, 6));
    assertThat(findings).allMatch(finding -> finding.by() == Finding.Remedy.NEXT_START);
    repair();
    assertThat(journal()).hasSize(size);
    assertThat(LeaseCheck.check(directory)).isEmpty();
    assertThat(held()).hasSize(4);
  }

  @Test
  void notOurs_isPutAside() throws IOException {
    Files.writeString(journal(), "not a journal, and longer than a header of one");
    assertThat(LeaseCheck.check(directory))
        .containsExactly(new Finding.NotOurs(journal(), "does not begin with OVSWINLJ"));
    assertThat(repair().kept()).hasSize(1);
    assertThat(journal()).doesNotExist();
  }

  @Test
  void fromTheFutureAndForeignOwner_needAPerson() throws IOException {
    write();
    byte[] bytes = Files.readAllBytes(journal());
    bytes[9] = 3;
    Files.write(journal(), bytes);
    Files.setAttribute(directory, "unix:uid", 54321);
    assertThat(LeaseCheck.check(directory))
        .containsExactly(
            new Finding.ForeignOwner(directory, "54321"),
            new Finding.FromTheFuture(journal(), "version 3 (expected: at most 2)"));
    assertThatThrownBy(this::repair)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: see whose it is");
    Files.setAttribute(directory, "unix:uid", 0);
    assertThat(journal()).hasBinaryContent(bytes);
  }

  @Test
  void damagedHistory_isPutAside() throws IOException {
    write();
    Path history = directory.resolve(HistoryFiles.FILE);
    new HistoryFiles(new DiskStorage(directory), 1 << 20)
        .append(
            0,
            List.of(
                Tenure.encode(
                    PackedLease.of(
                        LeaseDatabase.read(directory).leases().getFirst(),
                        Stickiness.NONE,
                        new CommonTexts.Pool()),
                    NOW)),
            NOW);
    assertThat(LeaseCheck.check(directory)).isEmpty();
    flip(history, 3);
    assertThat(LeaseCheck.check(directory))
        .containsExactly(new Finding.DamagedHistory(history, 0, "does not begin with OVSWINLH"));
    assertThat(repair().kept()).hasSize(1);
    assertThat(history).doesNotExist();
    assertThat(held()).hasSize(4);
  }

  @Test
  void anyByteFlipped_isExplainedAndRepaired() throws IOException {
    write();
    byte[] good = Files.readAllBytes(journal());
    for (int at = 0; at < good.length - Journal.MARK_BYTES; at += 3) {
      byte[] bad = good.clone();
      bad[at] ^= (byte) (1 << (at % 8));
      Files.write(journal(), bad);
      assertThat(LeaseCheck.check(directory)).as("byte %d", at).isNotEmpty();
      if (at >= 10) {
        repair();
        assertThat(LeaseCheck.check(directory)).as("byte %d", at).isEmpty();
      }
    }
  }
}
