package org.ovswin.ipam.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Crashes of every kind at every point. A restart has what was told, and nothing invented. */
class LeaseCrashTest {
  private static final long SEED = 20261123;

  /** The journal began empty. */
  private static final int SNAPSHOT_END = FileHeader.BYTES + Journal.MARK_BYTES;

  @Test
  void randomOperations_reopenedKilledAndPowerCutAtRandom_agreeWithTheModel() throws IOException {
    for (long seed = SEED; seed < SEED + 150; seed++) {
      SimulatedStorage storage = new SimulatedStorage();
      LeaseScenario scenario = new LeaseScenario(storage, seed);
      for (int i = 0; i < 400; i++) {
        scenario.step();
        if (i % 37 == 36) {
          scenario.cutPower();
        } else if (i % 23 == 22) {
          scenario.restart();
        }
      }
      scenario.restart();
    }
  }

  @Test
  void eachOperationFailing_thenPowerCut_hasWhatWasTold() throws IOException {
    for (int failing = 1; failing <= 220; failing++) {
      LeaseScenario scenario = runUntilFailure(failing);
      scenario.cutPower();
      scenario.step();
    }
  }

  @Test
  void eachOperationFailing_thenRestartAndPowerCut_hasWhatTheRestartShowed() throws IOException {
    for (int failing = 1; failing <= 220; failing++) {
      LeaseScenario scenario = runUntilFailure(failing);
      // The restart sees in the page cache what the failed force did not bring to the disk, and
      // the agent tells it to others.
      scenario.restart();
      scenario.syncWhatIsShown();
      scenario.cutPower();
    }
  }

  /** Runs on a disk whose n-th operation fails, until the database has failed too, or long. */
  private static LeaseScenario runUntilFailure(int failing) throws IOException {
    SimulatedStorage storage = new SimulatedStorage();
    LeaseScenario scenario = new LeaseScenario(storage, SEED + failing);
    storage.failAt(failing);
    boolean failed = false;
    for (int i = 0; i < 1000 && !failed; i++) {
      try {
        scenario.step();
      } catch (IOException e) {
        assertThat(e).hasStackTraceContaining("simulated failure");
        failed = true;
      }
    }
    storage.failAt(0);
    return scenario;
  }

  @Test
  void sync_forceFails_endsTheDatabase() throws IOException {
    SimulatedStorage storage = new SimulatedStorage();
    LeaseDatabase database = LeaseScenario.open(storage);
    Attachment attachment = LeaseScenario.attachment(1);
    database.allocate(LeaseScenario.request(attachment));
    storage.failAt(2); // 1 is the write, 2 the force
    assertThatThrownBy(database::sync)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("simulated failure of a force")
        .hasMessageContaining("expected: restart the agent");
    assertThat(database.hasFailed()).isTrue();
    assertThatThrownBy(database::sync).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> database.release(attachment))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("simulated failure of a force");
    assertThatThrownBy(() -> database.withdraw(attachment))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> database.allocate(LeaseScenario.request(LeaseScenario.attachment(2))))
        .isInstanceOf(IllegalStateException.class);
    assertThat(database.lease(attachment)).isPresent();
    assertThat(database.leases()).hasSize(1);
    database.close();
  }

  @Test
  void compaction_eachOperationFailing_goesOnWithTheOldFileAndTriesAgain() throws IOException {
    boolean failed = true;
    for (int failing = 1; failed; failing++) {
      SimulatedStorage storage = new SimulatedStorage();
      QueuedBackground background = new QueuedBackground();
      LeaseDatabase database = LeaseScenario.open(storage, background);
      while (!background.hasWork()) {
        churn(database);
      }
      database.allocate(LeaseScenario.request(LeaseScenario.attachment(2)));
      storage.failAt(failing);
      background.runAll();
      failed = storage.operations() >= failing;
      storage.failAt(0);
      database.sync();
      assertThat(storage.exists(Journal.NEW_FILE)).isFalse();
      for (int i = 0; i < 100; i++) {
        churn(database);
        background.runAll();
      }
      assertThat(storage.bytes(Journal.FILE).length).isLessThan(8000);
      database.close();
      try (LeaseDatabase again = LeaseScenario.open(storage)) {
        assertThat(again.leases()).hasSize(1);
      }
    }
  }

  private static void churn(LeaseDatabase database) throws IOException {
    database.allocate(LeaseScenario.request(LeaseScenario.attachment(1)));
    database.release(LeaseScenario.attachment(1));
    database.sync();
  }

  /** A journal with a snapshot and several syncs behind it, and what each sync had told. */
  private record Recorded(SimulatedStorage storage, List<Told> told) {
    byte[] bytes() {
      return storage.bytes(Journal.FILE);
    }
  }

  /**
   * @param end offset behind the last entry of the sync
   * @param states after each operation since the sync before, that of the sync last
   */
  private record Told(int end, List<Map<Attachment, String>> states) {}

  private static Recorded record() throws IOException {
    SimulatedStorage storage = new SimulatedStorage();
    LeaseDatabase database = LeaseScenario.open(storage);
    List<Told> told = new ArrayList<>();
    // The reserved addresses came with the open.
    told.add(told(storage, List.of(Map.of())));
    for (int i = 0; i <= 5; i++) {
      List<Map<Attachment, String>> states = new ArrayList<>();
      states.add(LeaseScenario.shown(database));
      database.allocate(LeaseScenario.request(LeaseScenario.attachment(i)));
      states.add(LeaseScenario.shown(database));
      database.withdraw(LeaseScenario.attachment(i - 1));
      states.add(LeaseScenario.shown(database));
      database.release(LeaseScenario.attachment(i - 2));
      states.add(LeaseScenario.shown(database));
      database.sync();
      told.add(told(storage, states));
    }
    database.close();
    return new Recorded(storage, told);
  }

  private static Told told(SimulatedStorage storage, List<Map<Attachment, String>> states) {
    return new Told(storage.bytes(Journal.FILE).length - Journal.MARK_BYTES, states);
  }

  @Test
  void open_journalCutAfterEveryByte_hasEveryLeaseToldAndNoneReleased() throws IOException {
    Recorded recorded = record();
    for (int cut = 0; cut <= recorded.bytes().length; cut++) {
      SimulatedStorage storage = new SimulatedStorage();
      storage.put(Journal.FILE, Arrays.copyOf(recorded.bytes(), cut));
      if (cut < SNAPSHOT_END) {
        assertThatThrownBy(() -> LeaseScenario.open(storage))
            .as("cut at %d", cut)
            .isInstanceOf(JournalException.class)
            .hasMessageContaining("damaged at offset");
        assertThat(storage.bytes(Journal.FILE)).hasSize(cut);
        continue;
      }
      LeaseDatabase database = LeaseScenario.open(storage);
      assertThat(allowed(recorded, cut))
          .as("cut at %d", cut)
          .contains(LeaseScenario.shown(database));
      // And the cut journal is a good one again.
      database.allocate(LeaseScenario.request(LeaseScenario.attachment(9)));
      database.close();
      assertThat(LeaseScenario.open(storage).lease(LeaseScenario.attachment(9))).isPresent();
    }
  }

  /** The state of the last sync that is whole, or one on the way to the next. */
  private static List<Map<Attachment, String>> allowed(Recorded recorded, int cut) {
    for (Told told : recorded.told()) {
      if (told.end() > cut) {
        return told.states();
      }
    }
    return List.of(recorded.told().getLast().states().getLast());
  }

  /**
   * A force that did nothing and said that it had. What a disk promised and threw away nobody can
   * bring back; but the next force that is true brings it, and after a power cut before that the
   * journal shows a state that once was, or is refused.
   */
  @Test
  void eachForceLying_thenPowerCut_showsAStateThatWasOrIsRefused() throws IOException {
    for (int lie = 1; lie <= 8; lie++) {
      for (int syncsAfter = 0; syncsAfter <= 2; syncsAfter++) {
        for (int seed = 0; seed < 40; seed++) {
          powerCutAfterALie(lie, syncsAfter, new Random(SEED + seed));
        }
      }
    }
  }

  private static void powerCutAfterALie(int lie, int syncsAfter, Random random) throws IOException {
    SimulatedStorage storage = new SimulatedStorage();
    LeaseDatabase database = LeaseScenario.open(storage);
    storage.lieAt(lie);
    List<Map<Attachment, String>> states = new ArrayList<>();
    for (int i = 1; i <= lie + syncsAfter; i++) {
      states.add(LeaseScenario.shown(database));
      database.allocate(LeaseScenario.request(LeaseScenario.attachment(i)));
      states.add(LeaseScenario.shown(database));
      database.release(LeaseScenario.attachment(i - 2));
      database.sync();
    }
    states.add(LeaseScenario.shown(database));
    String how = "lie %d, %d syncs after it".formatted(lie, syncsAfter);
    // A restart of the process alone finds everything, whatever the disk did.
    assertThat(reopened(storage)).as(how).isEqualTo(states.getLast());
    storage.cutPower(random);
    if (syncsAfter > 0) {
      assertThat(reopened(storage)).as(how).isEqualTo(states.getLast());
      return;
    }
    try {
      assertThat(states).as(how).contains(reopened(storage));
    } catch (JournalException e) {
      assertThat(e).hasMessageContaining("damaged at offset");
    }
  }

  private static Map<Attachment, String> reopened(SimulatedStorage storage) throws IOException {
    SimulatedStorage copy = new SimulatedStorage();
    copy.put(Journal.FILE, storage.bytes(Journal.FILE));
    return LeaseScenario.shown(LeaseScenario.open(copy));
  }

  @Test
  void open_anyByteBeforeTheLastMarkChanged_isRefusedAndLeftAlone() throws IOException {
    byte[] good = record().bytes();
    for (int at = 0; at < good.length - Journal.MARK_BYTES; at++) {
      byte[] bad = good.clone();
      bad[at] ^= (byte) (1 << (at % 8));
      SimulatedStorage storage = new SimulatedStorage();
      storage.put(Journal.FILE, bad);
      assertThatThrownBy(() -> LeaseScenario.open(storage))
          .as("byte %d", at)
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("expected: ");
      assertThat(storage.bytes(Journal.FILE)).isEqualTo(bad);
    }
  }

  @Test
  void open_bytesRemovedOrRepeatedInTheMiddle_isRefused() throws IOException {
    byte[] good = record().bytes();
    for (int from = FileHeader.BYTES; from < good.length - 60; from += 7) {
      byte[] removed = new byte[good.length - 30];
      System.arraycopy(good, 0, removed, 0, from);
      System.arraycopy(good, from + 30, removed, from, good.length - from - 30);
      SimulatedStorage storage = new SimulatedStorage();
      storage.put(Journal.FILE, removed);
      // The frames behind have moved, so none of them has a right checksum any more: the file
      // looks like one that was cut, and must not show more than it held at that point.
      // What repeats by chance is not gone.
      List<String> expected = shownOrRefused(Arrays.copyOf(good, Arrays.mismatch(good, removed)));
      assertThat(shownOrRefused(removed)).as("30 bytes from %d", from).isEqualTo(expected);
    }
  }

  private static List<String> shownOrRefused(byte[] journal) throws IOException {
    SimulatedStorage storage = new SimulatedStorage();
    storage.put(Journal.FILE, journal);
    try {
      return LeaseScenario.open(storage).leases().stream().map(LeaseScenario::text).toList();
    } catch (JournalException e) {
      return List.of("refused");
    }
  }
}
