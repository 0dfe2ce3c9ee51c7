package org.ovswin.ipam.lease;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.disk.PrivateFiles;
import org.ovswin.ipam.disk.ProcessLock;

/**
 * The leases of one block, durable in one directory (what RFC 2131 calls the database of address
 * bindings).
 *
 * <p>Changes are made in memory at once and are durable when {@link #sync()} has returned. An owner
 * makes the changes of many callers, syncs once, and only then tells any of them: a lease that was
 * told and then forgotten in a crash would be given to a second pod.
 *
 * <p>Addresses go round: the search begins behind the one given last, also after a restart, so that
 * a released address stays unused for as long as possible.
 *
 * <p>Threading: one owner thread, no locks inside. The owner must not be interrupted during {@code
 * sync}: java.nio closes the file then, and the database has failed.
 *
 * <p>After an I/O error the database has failed for good: every change and every sync throws, since
 * nobody knows what reached the disk. Look-ups still answer, from memory. Open it again.
 */
public final class LeaseDatabase implements Closeable {
  /** The journal is not compacted below this size. */
  private static final long LEAST_COMPACTION_BYTES = 4 << 20;

  /** A reader without the lock may meet a change half way; it looks again, so many times. */
  private static final int READ_ATTEMPTS = 3;

  private final LeaseTable table;
  private final Journal journal;
  private final InstantSource clock;
  private final Closeable lock;

  private LeaseDatabase(LeaseTable table, Journal journal, InstantSource clock, Closeable lock) {
    this.table = table;
    this.journal = journal;
    this.clock = clock;
    this.lock = lock;
  }

  /**
   * Opens the directory, or creates it, and locks it until {@link #close()}.
   *
   * @param block IPv4, /8 or longer
   * @param reserved addresses of the block that are never given: the network's, the gateway's, the
   *     broadcast address. A lease on one that was not reserved before stays.
   * @param clock for {@link Lease#since()}
   * @throws IllegalArgumentException if the block does not fit or a reserved address is outside
   * @throws JournalException if the directory is in use, or holds a journal that is damaged, of a
   *     newer version or of another block
   */
  public static LeaseDatabase open(
      Path directory, IpPrefix block, Collection<? extends IpAddress> reserved, InstantSource clock)
      throws IOException {
    PrivateFiles.createDirectories(directory);
    ProcessLock lock =
        switch (ProcessLock.tryAcquire(directory)) {
          case ProcessLock.Attempt.Acquired(ProcessLock acquired) -> acquired;
          case ProcessLock.Attempt.HeldBy(String pid) ->
              throw new JournalException(
                  "lease directory "
                      + directory
                      + ": is in use by process "
                      + pid
                      + " (expected: one agent per directory)");
        };
    return open(
        new DiskStorage(directory),
        directory.resolve(Journal.FILE).toString(),
        block,
        reserved,
        clock,
        LEAST_COMPACTION_BYTES,
        lock);
  }

  /** For tests: on any storage, with a bound of its own. The lock is closed if this fails. */
  static LeaseDatabase open(
      JournalStorage storage,
      String path,
      IpPrefix block,
      Collection<? extends IpAddress> reserved,
      InstantSource clock,
      long leastCompactionBytes,
      Closeable lock)
      throws IOException {
    Journal journal = null;
    try {
      LeaseTable table = new LeaseTable(block);
      List<Ipv4Address> wanted = requireInside(block, reserved);
      journal = Journal.open(storage, path, block, leastCompactionBytes, table::apply);
      LeaseDatabase database = new LeaseDatabase(table, journal, clock, lock);
      if (!table.reserved().equals(wanted)) {
        database.change(new Entry.Reserved(wanted));
        database.sync();
      }
      return database;
    } catch (IOException | RuntimeException e) {
      closeAfter(e, journal);
      closeAfter(e, lock);
      throw e;
    }
  }

  /**
   * Reads a lease directory without its lock and without changing it, also while an agent writes to
   * it. What the agent has not synced yet may or may not be in it.
   *
   * @throws java.nio.file.NoSuchFileException if there is no journal
   * @throws JournalException if it is damaged or of a newer version
   */
  public static LeaseView read(Path directory) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return readOnce(new DiskStorage(directory), directory.resolve(Journal.FILE).toString());
      } catch (JournalException e) {
        if (attempt == READ_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  static LeaseView readOnce(JournalStorage storage, String path) throws IOException {
    try (JournalStorage.JournalFile file = storage.openForReading(Journal.FILE)) {
      JournalReader reader = new JournalReader(file, path);
      LeaseTable table = new LeaseTable(reader.block());
      var _ = reader.scan(table::apply);
      return new LeaseView(table.block(), table.reserved(), table.leases(), table.free());
    }
  }

  /** Whether {@link #read} would find a journal. */
  public static boolean exists(Path directory) {
    return Files.exists(directory.resolve(Journal.FILE));
  }

  /**
   * Gives the attachment an address, unless it has one.
   *
   * @throws IllegalArgumentException if a field is outside the bounds of a {@link Lease}
   * @throws IllegalStateException if the database has failed
   */
  public Allocation allocate(LeaseRequest request) {
    Optional<Lease> present = table.lease(request.attachment());
    if (present.isPresent()) {
      return new Allocation.AlreadyHeld(present.get());
    }
    Optional<Ipv4Address> address = table.nextFree();
    if (address.isEmpty()) {
      return new Allocation.Exhausted(
          table.block(), table.used(), table.withdrawn(), table.reservedCount());
    }
    Lease lease =
        new Lease(
            request.attachment(),
            address.get(),
            request.network(),
            request.podNamespace(),
            request.podName(),
            request.bootId(),
            clock.instant(),
            Lease.Phase.HELD,
            request.intent());
    change(new Entry.Given(lease));
    return new Allocation.Allocated(lease);
  }

  /**
   * Notes that the teardown of the attachment has begun. Its address stays taken. Repeating it
   * changes nothing.
   *
   * @return the lease as it is now, or empty if the attachment has none
   * @throws IllegalStateException if the database has failed
   */
  public Optional<Lease> withdraw(Attachment attachment) {
    Optional<Lease> lease = table.lease(attachment);
    if (lease.isPresent() && lease.get().phase() == Lease.Phase.HELD) {
      change(new Entry.Withdrawn(lease.get().address()));
    }
    return table.lease(attachment);
  }

  /**
   * Gives the address back. Only when no packet can reach the old holder any more: from now on it
   * may be given again.
   *
   * @return the lease that ended, or empty if the attachment has none
   * @throws IllegalStateException if the database has failed
   */
  public Optional<Lease> release(Attachment attachment) {
    Optional<Lease> lease = table.lease(attachment);
    lease.ifPresent(held -> change(new Entry.Released(held.address())));
    return lease;
  }

  /**
   * Returns once every change made before survives a power cut: one write and one fsync for all of
   * them. Without changes it does nothing.
   *
   * @throws IOException if that failed; the database has failed then
   */
  public void sync() throws IOException {
    journal.sync();
    if (journal.isCompactionDue()) {
      journal.compact(table.snapshot());
    }
  }

  /** The lease of an attachment. */
  public Optional<Lease> lease(Attachment attachment) {
    return table.lease(attachment);
  }

  /** The lease on an address. */
  public Optional<Lease> lease(Ipv4Address address) {
    return table.lease(address);
  }

  /** All leases by address, withdrawn ones included; a copy. */
  public List<Lease> leases() {
    return table.leases();
  }

  /** The block that the addresses are of. */
  public IpPrefix block() {
    return table.block();
  }

  /** Addresses that leases hold. */
  public int used() {
    return table.used();
  }

  /** Addresses that could be given. */
  public int free() {
    return table.free();
  }

  /** Whether an I/O error has ended this database's life. */
  public boolean hasFailed() {
    return journal.hasFailed();
  }

  /** Syncs, unless it has failed, and gives the directory up. */
  @Override
  public void close() throws IOException {
    try (lock;
        journal) {
      if (!journal.hasFailed()) {
        journal.sync();
      }
    }
  }

  /** First into the journal, which may refuse it, then into the table, which cannot. */
  private void change(Entry entry) {
    journal.append(entry);
    table.apply(entry);
  }

  private static List<Ipv4Address> requireInside(
      IpPrefix block, Collection<? extends IpAddress> reserved) {
    List<Ipv4Address> addresses = new ArrayList<>();
    for (IpAddress address : reserved) {
      if (!(address instanceof Ipv4Address v4) || !block.contains(v4)) {
        throw new IllegalArgumentException(
            "reserved: " + address + " (expected: an address in " + block + ")");
      }
      addresses.add(v4);
    }
    return addresses.stream().sorted().distinct().toList();
  }

  private static void closeAfter(Exception cause, @Nullable Closeable resource) {
    if (resource == null) {
      return;
    }
    try {
      resource.close();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }
}
