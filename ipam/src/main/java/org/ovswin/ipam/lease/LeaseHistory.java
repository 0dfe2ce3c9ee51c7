package org.ovswin.ipam.lease;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ovswin.ipam.address.IpAddress;

/**
 * Who had an address of a node, and when. Ended leases are in the journal until it is compacted,
 * and then in two files of bounded size, of which the older one is dropped when the newer one is
 * full: together they hold about 50,000 tenures.
 */
public final class LeaseHistory {
  private static final int READ_ATTEMPTS = 3;

  private LeaseHistory() {}

  /**
   * The tenures of an address, newest first. Needs no lock, and works while an agent writes.
   *
   * @param directory of the leases
   * @throws NoSuchFileException if there is neither a journal nor a history
   * @throws JournalException if one of the files is damaged or of a newer version
   */
  public static List<Tenure> read(Path directory, IpAddress address) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return read(new DiskStorage(directory), directory.toString(), address);
      } catch (JournalException e) {
        if (attempt == READ_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  static List<Tenure> read(JournalStorage storage, String directory, IpAddress address)
      throws IOException {
    // The journal first: what moves from it to the history meanwhile is of its generation, and
    // left out there.
    List<Tenure> recent = new ArrayList<>();
    long generation = journal(storage, directory, address, recent);
    Optional<Segment> newer = segment(storage, directory, HistoryFiles.FILE, address, generation);
    Optional<Segment> older =
        segment(storage, directory, HistoryFiles.OLD_FILE, address, generation);
    if (generation == Long.MAX_VALUE && newer.isEmpty() && older.isEmpty()) {
      throw new NoSuchFileException(directory + "/" + Journal.FILE);
    }
    List<Tenure> tenures = new ArrayList<>();
    Set<Long> sequences = new HashSet<>();
    // A segment may have become the older one just between the two looks.
    older
        .filter(segment -> !newer.map(Segment::sequence).equals(Optional.of(segment.sequence())))
        .ifPresent(segment -> addNew(segment, sequences, tenures));
    newer.ifPresent(segment -> addNew(segment, sequences, tenures));
    tenures.addAll(recent);
    Collections.reverse(tenures);
    return List.copyOf(tenures);
  }

  private static void addNew(Segment segment, Set<Long> sequences, List<Tenure> tenures) {
    if (sequences.add(segment.sequence())) {
      tenures.addAll(segment.tenures());
    }
  }

  /** Returns the generation of the journal; none of it counts in the history. */
  private static long journal(
      JournalStorage storage, String directory, IpAddress address, List<Tenure> tenures)
      throws IOException {
    try (JournalStorage.JournalFile file = storage.openForReading(Journal.FILE)) {
      LeaseTable table =
          new LeaseTable(
              (lease, until) -> {
                if (lease.addresses().contains(address)) {
                  tenures.add(Tenure.of(address, lease, Optional.of(until)));
                }
              });
      JournalReader reader =
          new JournalReader(file, directory + "/" + Journal.FILE, table.common());
      var _ = reader.scan(table::apply, Instant.EPOCH);
      PackedLease holder = table.lease(address);
      if (holder != null) {
        tenures.add(Tenure.of(address, holder, Optional.empty()));
      }
      if (reader.header().version() == 1) {
        // It does not tell when leases ended.
        tenures.removeIf(tenure -> tenure.until().isPresent());
        return Long.MAX_VALUE - 1;
      }
      return reader.header().number();
    } catch (NoSuchFileException e) {
      return Long.MAX_VALUE;
    }
  }

  private record Segment(long sequence, List<Tenure> tenures) {}

  private static Optional<Segment> segment(
      JournalStorage storage, String directory, String name, IpAddress address, long before)
      throws IOException {
    List<Tenure> tenures = new ArrayList<>();
    try (JournalStorage.JournalFile file = storage.openForReading(name)) {
      HistoryFiles.Segment found =
          HistoryFiles.scan(
              file,
              directory + "/" + name,
              before,
              record ->
                  Tenure.decode(record).stream()
                      .filter(tenure -> tenure.address().equals(address))
                      .forEach(tenures::add));
      return Optional.of(new Segment(found.sequence(), tenures));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
