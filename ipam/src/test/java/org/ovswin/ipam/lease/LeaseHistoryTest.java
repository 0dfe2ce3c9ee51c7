package org.ovswin.ipam.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.ipam.address.IpAddress;

/** Who had an address: told from the journal and the segments together, each tenure once. */
class LeaseHistoryTest {
  private static final IpAddress FIRST = LeaseScenario.BLOCK.address(2);

  private final SimulatedStorage storage = new SimulatedStorage();
  private final QueuedBackground background = new QueuedBackground();
  private long seconds;

  private LeaseDatabase open(Journal.Limits limits) throws IOException {
    LeaseDatabase database =
        LeaseDatabase.open(
            storage,
            "test",
            new LeaseOptions(Duration.ZERO, () -> Instant.ofEpochSecond(seconds)),
            limits,
            background,
            () -> {});
    database.addBlock(LeaseScenario.BLOCK);
    return database;
  }

  /** The same address, for two seconds, by a new container each time. */
  private void live(LeaseDatabase database, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      seconds++;
      LeaseRequest any = LeaseScenario.request(LeaseScenario.attachment(i));
      database.allocate(
          new LeaseRequest(
              any.attachment(),
              any.network(),
              any.podNamespace(),
              any.podName(),
              any.bootId(),
              any.intent(),
              any.families(),
              List.of(FIRST),
              Stickiness.NONE));
      seconds++;
      database.release(any.attachment());
      database.sync();
      background.runAll();
    }
  }

  private List<Tenure> history() throws IOException {
    return LeaseHistory.read(storage, "test", FIRST);
  }

  @Test
  void read_manyTenuresOverCompactions_areThereOnceNewestFirst() throws IOException {
    LeaseDatabase database = open(new Journal.Limits(1 << 20, 10, 1 << 20));
    live(database, 0, 95);
    List<String> expected = new ArrayList<>();
    for (int i = 94; i >= 0; i--) {
      expected.add("container-" + i + " " + (2 * i + 1) + " " + (2 * i + 2));
    }
    assertThat(history())
        .extracting(
            tenure ->
                tenure.attachment().containerId()
                    + " "
                    + tenure.from().getEpochSecond()
                    + " "
                    + tenure.until().orElseThrow().getEpochSecond())
        .isEqualTo(expected);
    assertThat(storage.exists(HistoryFiles.FILE)).isTrue();
    database.close();
    open(new Journal.Limits(1 << 20, 10, 1 << 20)).close();
    assertThat(history()).hasSize(95);
  }

  @Test
  void read_atATime_oneTenureCoversIt() throws IOException {
    LeaseDatabase database = open(Journal.Limits.DEFAULT);
    live(database, 0, 3);
    database.allocate(LeaseScenario.request(LeaseScenario.attachment(7)));
    database.sync();
    List<Tenure> tenures = history();
    assertThat(tenures).filteredOn(tenure -> tenure.covers(Instant.ofEpochSecond(3))).hasSize(1);
    assertThat(tenures).filteredOn(tenure -> tenure.covers(Instant.ofEpochSecond(4))).isEmpty();
    IpAddress held = database.leases().getFirst().addresses().getFirst();
    assertThat(LeaseHistory.read(storage, "test", held))
        .first()
        .isEqualTo(
            new Tenure(
                held,
                LeaseScenario.attachment(7),
                "pods",
                Optional.of("default"),
                Optional.of("pod-of-container-7"),
                Instant.ofEpochSecond(6),
                Optional.empty()));
  }

  @Test
  void append_segmentFull_theOlderOneIsDroppedAndTheFilesStayBounded() throws IOException {
    LeaseDatabase database = open(new Journal.Limits(1 << 20, 10, 2000));
    live(database, 0, 400);
    for (String name : List.of(HistoryFiles.FILE, HistoryFiles.OLD_FILE)) {
      assertThat(storage.bytes(name).length).as(name).isBetween(2000, 4500);
    }
    List<Tenure> tenures = history();
    assertThat(tenures).hasSizeBetween(20, 80);
    assertThat(tenures.getFirst().attachment()).isEqualTo(LeaseScenario.attachment(399));
    assertThat(tenures).extracting(Tenure::from).doesNotHaveDuplicates();
  }

  @Test
  void append_segmentDamaged_isKeptAsideAndTheAgentGoesOn() throws IOException {
    LeaseDatabase database = open(new Journal.Limits(1 << 20, 10, 1 << 20));
    live(database, 0, 30);
    byte[] bytes = storage.bytes(HistoryFiles.FILE);
    bytes[100] ^= 1;
    storage.put(HistoryFiles.FILE, bytes);
    assertThatThrownBy(this::history)
        .isInstanceOf(JournalException.class)
        .hasMessageContaining(HistoryFiles.FILE + ": damaged at offset 24");
    live(database, 30, 60);
    assertThat(history()).hasSizeBetween(30, 40);
    assertThat(storage.names())
        .anyMatch(name -> name.startsWith(HistoryFiles.FILE + ".damaged-19700101T0001"));
  }

  /** A compaction was interrupted in the history: the journal still tells of that part. */
  @Test
  void read_historyCutAnywhereInWhatTheJournalStillTells_tellsEachTenureOnce() throws IOException {
    LeaseDatabase database = open(new Journal.Limits(1 << 20, 10, 1 << 20));
    live(database, 0, 25);
    int kept = storage.bytes(HistoryFiles.FILE).length;
    List<Tenure> expected = history();
    // The background has written its part; the switch does not come any more.
    live(database, 25, 30);
    byte[] journal = storage.bytes(Journal.FILE);
    byte[] grown = storage.bytes(HistoryFiles.FILE);
    assertThat(grown.length).isGreaterThan(kept);
    List<Tenure> all = history();
    assertThat(all).hasSize(30).endsWith(expected.toArray(Tenure[]::new));
    for (int cut = kept; cut <= grown.length; cut++) {
      SimulatedStorage crashed = new SimulatedStorage();
      crashed.put(Journal.FILE, journal);
      crashed.put(HistoryFiles.FILE, Arrays.copyOf(grown, cut));
      assertThat(LeaseHistory.read(crashed, "test", FIRST)).as("cut at %d", cut).isEqualTo(all);
      // The next compaction writes that part again, in its place.
      QueuedBackground later = new QueuedBackground();
      LeaseDatabase again =
          LeaseDatabase.open(
              crashed,
              "test",
              LeaseOptions.of(() -> Instant.ofEpochSecond(seconds)),
              new Journal.Limits(1 << 20, 1, 1 << 20),
              later,
              () -> {});
      again.sync();
      later.runAll();
      again.sync();
      again.close();
      assertThat(LeaseHistory.read(crashed, "test", FIRST)).as("cut at %d", cut).isEqualTo(all);
      assertThat(crashed.bytes(HistoryFiles.FILE)).startsWith(Arrays.copyOf(grown, kept));
    }
  }

  @Test
  void open_journalTakenAwayAndBegunAnew_historyIsKept() throws IOException {
    LeaseDatabase database = open(new Journal.Limits(1 << 20, 10, 1 << 20));
    live(database, 0, 30);
    database.close();
    int before = history().size();
    storage.delete(Journal.FILE);
    database = open(new Journal.Limits(1 << 20, 10, 1 << 20));
    live(database, 30, 60);
    database.close();
    // What only the journal knew went with it.
    assertThat(history()).hasSizeBetween(before - 10 + 30, before + 30);
  }

  @Test
  void read_noFiles_saysSo(@TempDir Path directory) {
    assertThatThrownBy(() -> LeaseHistory.read(directory, FIRST))
        .isInstanceOf(NoSuchFileException.class);
  }
}
