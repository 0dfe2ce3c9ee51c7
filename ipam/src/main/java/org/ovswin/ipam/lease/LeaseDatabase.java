package org.ovswin.ipam.lease;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.AbstractList;
import java.util.List;
import java.util.Optional;
import java.util.RandomAccess;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.disk.Ownership;
import org.ovswin.ipam.disk.PrivateFiles;
import org.ovswin.ipam.disk.ProcessLock;

/**
 * The leases of one node, in all of its blocks of both families, durable in one directory (what RFC
 * 2131 calls the database of address bindings).
 *
 * <p>Changes are made in memory at once and are durable when {@link #sync()} has returned. An owner
 * makes the changes of many callers, syncs once, and only then tells any of them: a lease that was
 * told and then forgotten in a crash would be given to a second pod.
 *
 * <p>Which address is given is told in {@link AddressChoice}. Nothing is ever given that is not
 * free: neither a withdrawn address, whose teardown is under way, nor one outside of the blocks.
 *
 * <p>Threading: one owner thread, no locks inside. The owner must not be interrupted during {@code
 * sync}: java.nio closes the file then, and the database has failed.
 *
 * <p>After an I/O error the database has failed for good: every change and every sync throws, since
 * nobody knows what reached the disk. Look-ups still answer, from memory. Open it again.
 */
public final class LeaseDatabase implements Closeable {
  /** A reader without the lock may meet a change half way; it looks again, so many times. */
  private static final int READ_ATTEMPTS = 3;

  private final LeaseTable table;
  private final EndedLeases ended;
  private final Journal journal;
  private final LeaseOptions options;
  private final Closeable lock;

  private LeaseDatabase(
      LeaseTable table, EndedLeases ended, Journal journal, LeaseOptions options, Closeable lock) {
    this.table = table;
    this.ended = ended;
    this.journal = journal;
    this.options = options;
    this.lock = lock;
  }

  /**
   * Opens the directory, or creates it, and locks it until {@link #close()}. A new one has no
   * block.
   *
   * @throws JournalException if the directory is in use or somebody else's, or holds a journal that
   *     is damaged or of a newer version
   */
  public static LeaseDatabase open(Path directory, LeaseOptions options) throws IOException {
    return open(directory, options, Journal.Limits.DEFAULT);
  }

  /** For tests: with bounds of its own. */
  static LeaseDatabase open(Path directory, LeaseOptions options, Journal.Limits limits)
      throws IOException {
    PrivateFiles.createDirectories(directory);
    requireOwn(directory);
    requireOwn(directory.resolve(Journal.FILE));
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
        options,
        limits,
        Background.thread(),
        lock);
  }

  private static void requireOwn(Path file) throws IOException {
    Optional<String> owner = Files.exists(file) ? Ownership.foreignOwner(file) : Optional.empty();
    if (owner.isPresent()) {
      throw new JournalException(
          file
              + ": belongs to user "
              + owner.get()
              + " (expected: "
              + System.getProperty("user.name")
              + ", as whom this process runs; see what it is, and chown it or choose another"
              + " directory)");
    }
  }

  /** For tests: on any storage, with bounds of its own. The lock is closed if this fails. */
  static LeaseDatabase open(
      JournalStorage storage,
      String path,
      LeaseOptions options,
      Journal.Limits limits,
      Background background,
      Closeable lock)
      throws IOException {
    try {
      EndedLeases ended = new EndedLeases();
      LeaseTable table = new LeaseTable(ended::add);
      Journal journal =
          Journal.open(storage, path, table, ended, limits, background, options.clock().instant());
      return new LeaseDatabase(table, ended, journal, options, lock);
    } catch (IOException | RuntimeException e) {
      closeAfter(e, background::close);
      closeAfter(e, lock);
      throw e;
    }
  }

  /**
   * Reads a lease directory without its lock and without changing it, also while an agent writes to
   * it. What the agent has not synced yet may or may not be in it. Addresses cool down for {@link
   * LeaseOptions#DEFAULT_COOL_DOWN}.
   *
   * @throws java.nio.file.NoSuchFileException if there is no journal
   * @throws JournalException if it is damaged or of a newer version
   */
  public static LeaseView read(Path directory) throws IOException {
    return read(directory, LeaseOptions.of(InstantSource.system()));
  }

  /** As {@link #read(Path)}, for a node with these options. */
  public static LeaseView read(Path directory, LeaseOptions options) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return readOnce(
            new DiskStorage(directory), directory.resolve(Journal.FILE).toString(), options);
      } catch (JournalException e) {
        if (attempt == READ_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  static LeaseView readOnce(JournalStorage storage, String path, LeaseOptions options)
      throws IOException {
    try (JournalStorage.JournalFile file = storage.openForReading(Journal.FILE)) {
      LeaseTable table = new LeaseTable((_, _) -> {});
      Instant now = options.clock().instant();
      var _ = new JournalReader(file, path, table.common()).scan(table::apply, now);
      table.cooledUntil(now.minus(options.coolDown()));
      return new LeaseView(
          table.usage(), table.reservations(), unpacked(table.leases()), table.resting());
    }
  }

  /** Whether {@link #read} would find a journal. */
  public static boolean exists(Path directory) {
    return Files.exists(directory.resolve(Journal.FILE));
  }

  /** The node's blocks, in the order in which they were added. */
  public List<IpPrefix> blocks() {
    return table.pools().stream().map(BlockPool::block).toList();
  }

  /**
   * Gives addresses from this block too, from now on. One that is there already stays as it is. The
   * network's address and the first one after it, which is the gateway's, are never given, and in
   * IPv4 the broadcast address neither.
   *
   * @param block IPv4, /8 or longer, or IPv6; of the latter the first 2^16 addresses are given, and
   *     any of the first 2^32 to who asks for it
   * @throws IllegalArgumentException if the block is too wide or overlaps another one
   * @throws IllegalStateException if the database has failed
   */
  public void addBlock(IpPrefix block) {
    if (table.pool(block) != null) {
      return;
    }
    table
        .overlapping(block)
        .ifPresent(
            other -> {
              throw new IllegalArgumentException(
                  "block: " + block + " (expected: one that does not overlap " + other + ")");
            });
    // Before the journal: a block that does not fit must not get into it.
    var _ = new BlockPool(block, List.of());
    change(new Entry.BlockAdded(block));
  }

  /**
   * Gives a block up. One that is not there stays away.
   *
   * @throws IllegalStateException if leases are in it, with whose; or the database has failed
   */
  public void removeBlock(IpPrefix block) {
    if (table.pool(block) == null) {
      return;
    }
    List<PackedLease> inside = table.leases(block);
    if (!inside.isEmpty()) {
      throw new IllegalStateException(
          "block "
              + block
              + ": has "
              + inside.size()
              + " leases (expected: none), of "
              + inside.stream()
                  .limit(3)
                  .map(lease -> lease.unpack().holder())
                  .collect(Collectors.joining("; "))
              + (inside.size() > 3 ? "; …" : ""));
    }
    change(new Entry.BlockRemoved(block));
  }

  /**
   * Says whether new addresses are given from a block. After a restart every block is open.
   *
   * @throws IllegalArgumentException if there is no such block
   */
  public void setUse(IpPrefix block, BlockUse use) {
    BlockPool pool = table.pool(block);
    if (pool == null) {
      throw new IllegalArgumentException(
          "block: " + block + " (expected: one of " + blocks() + ")");
    }
    pool.use(use);
  }

  /**
   * Gives the attachment addresses, unless it has some: one of each family that it asks for, or
   * none.
   *
   * @throws IllegalArgumentException if a field is outside the bounds of a {@link Lease}
   * @throws IllegalStateException if the database has failed
   */
  public Allocation allocate(LeaseRequest request) {
    PackedLease present = table.lease(request.attachment());
    if (present != null) {
      return new Allocation.AlreadyHeld(present.unpack());
    }
    cool();
    return switch (AddressChoice.of(table, request)) {
      case AddressChoice.None(Allocation why) -> why;
      case AddressChoice.Found(List<IpAddress> addresses, AddressChoice.Origin origin) -> {
        Lease lease =
            new Lease(
                request.attachment(),
                addresses,
                request.network(),
                request.podNamespace(),
                request.podName(),
                request.bootId(),
                options.clock().instant(),
                Lease.Phase.HELD,
                request.intent());
        PackedLease packed = PackedLease.of(lease, request.stickiness(), table.common());
        change(
            switch (origin) {
              case SEARCHED -> new Entry.Given(packed);
              case WANTED -> new Entry.Placed(packed);
            });
        yield new Allocation.Allocated(lease);
      }
    };
  }

  /**
   * Notes that the teardown of the attachment has begun. Its addresses stay taken. Repeating it
   * changes nothing.
   *
   * @return the lease as it is now, or empty if the attachment has none
   * @throws IllegalStateException if the database has failed
   */
  public Optional<Lease> withdraw(Attachment attachment) {
    PackedLease lease = table.lease(attachment);
    if (lease != null && lease.phase() == Lease.Phase.HELD) {
      change(new Entry.Withdrawn(lease.first()));
    }
    return lease(attachment);
  }

  /**
   * Gives the addresses back. Only when no packet can reach the old holder any more: from now on
   * they may be given again.
   *
   * @return the lease that ended, or empty if the attachment has none
   * @throws IllegalStateException if the database has failed
   */
  public Optional<Lease> release(Attachment attachment) {
    PackedLease lease = table.lease(attachment);
    if (lease == null) {
      return Optional.empty();
    }
    change(new Entry.Released(lease.first(), options.clock().instant()));
    return Optional.of(lease.unpack());
  }

  /**
   * Keeps addresses back: from now on they are given only to who asks for one of them by address. A
   * lease on one of them stays. The same range again gets the new reason.
   *
   * @param range also outside of the blocks: those that are added later heed it
   * @throws IllegalArgumentException if the reason does not fit, or there are too many
   * @throws IllegalStateException if the database has failed
   */
  public Reservation reserve(AddressRange range, String reason) {
    Optional<Reservation> present = table.reservation(range);
    if (present.isPresent() && present.get().reason().equals(reason)) {
      return present.get();
    }
    if (present.isEmpty() && table.reservations().size() >= LeaseTable.MAX_RESERVATIONS) {
      throw new IllegalArgumentException(
          "reserve " + range + ": (expected: at most " + LeaseTable.MAX_RESERVATIONS + ")");
    }
    Reservation reservation = new Reservation(range, reason, options.clock().instant());
    change(new Entry.Reserved(reservation));
    return reservation;
  }

  /**
   * Ends the reservation of exactly this range.
   *
   * @return the one that ended, or empty if there is none
   * @throws IllegalStateException if the database has failed
   */
  public Optional<Reservation> unreserve(AddressRange range) {
    Optional<Reservation> present = table.reservation(range);
    if (present.isPresent()) {
      change(new Entry.Unreserved(range));
    }
    return present;
  }

  /** By address. */
  public List<Reservation> reservations() {
    return table.reservations();
  }

  /**
   * Returns once every change made before survives a power cut: one write and one fsync for all of
   * them. Without changes it does nothing.
   *
   * @throws IOException if that failed; the database has failed then
   */
  public void sync() throws IOException {
    journal.switchIfWritten(ended);
    journal.sync();
    journal.compactIfDue(table, ended, options.clock().instant());
  }

  /** The lease of an attachment. */
  public Optional<Lease> lease(Attachment attachment) {
    return Optional.ofNullable(table.lease(attachment)).map(PackedLease::unpack);
  }

  /** The lease on an address. */
  public Optional<Lease> lease(IpAddress address) {
    return Optional.ofNullable(table.lease(address)).map(PackedLease::unpack);
  }

  /** All leases by address, withdrawn ones included, as they are now. */
  public List<Lease> leases() {
    return unpacked(table.leases());
  }

  /** How full each block is, by address. */
  public List<BlockUsage> usage() {
    cool();
    return table.usage();
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

  private void cool() {
    table.cooledUntil(options.clock().instant().minus(options.coolDown()));
  }

  /** First into the journal, which may refuse it, then into the table, which cannot. */
  private void change(Entry entry) {
    journal.append(entry);
    table.apply(entry);
  }

  /** 65,000 leases as records at once would need as much memory again as the database has. */
  private static List<Lease> unpacked(List<PackedLease> leases) {
    return new UnpackedLeases(leases);
  }

  private static final class UnpackedLeases extends AbstractList<Lease> implements RandomAccess {
    private final List<PackedLease> leases;

    private UnpackedLeases(List<PackedLease> leases) {
      this.leases = leases;
    }

    @Override
    public Lease get(int index) {
      return leases.get(index).unpack();
    }

    @Override
    public int size() {
      return leases.size();
    }
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
