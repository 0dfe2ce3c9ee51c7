package org.ovswin.ipam.block.file;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.Claim;
import org.ovswin.ipam.block.ClaimStep;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.ClusterRecord;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.NoClusterException;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.NodeUsage;
import org.ovswin.ipam.block.RangeChange;
import org.ovswin.ipam.block.RecordJson;
import org.ovswin.ipam.block.Registration;
import org.ovswin.ipam.block.StoreHealth;
import org.ovswin.ipam.block.StoreOptions;
import org.ovswin.ipam.block.WantedCluster;
import org.ovswin.ipam.block.Watch;
import org.ovswin.ipam.disk.ProcessLock;

/**
 * The block store in a directory that the agents of one machine share. See {@link StoreDirectory}
 * for its files.
 *
 * <h2>Why no block gets two holders, and no name two owners</h2>
 *
 * <p>Every change looks at the records and then writes one or several files, all under an exclusive
 * lock. The kernel takes the lock back when its holder dies, and whoever died between two files has
 * left a state that the protocol knows:
 *
 * <ul>
 *   <li>A claim writes one file per block: complete and forced before it gets its name. The node
 *       that is killed after that, and before it heard of it, finds the record with its next claim,
 *       and so never holds a block more than it asked for.
 *   <li>A block's first record gets its name by link, which fails if the name exists. So even
 *       somebody who does not take the lock cannot take a block that is taken.
 *   <li>A node is removed after its blocks are released: the node that is half removed still has
 *       its name, and removing it again does the rest.
 *   <li>A range is removed after the records of its last blocks: those were nobody's.
 * </ul>
 *
 * <p>Readers take no lock: they see each file before or after a change, never half of one. A name
 * becomes durable when the directory is forced, before a change returns.
 *
 * <p>A record that cannot be read keeps its block or name taken until somebody deletes the file.
 *
 * <p>A directory that is not mounted looks like a new cluster, in which all blocks are free. So the
 * directory is created by {@link #open} only, if the options permit it, and a store that is open
 * works with the cluster of the id that it found then, and no other.
 *
 * <p>The directory must be local, or on a network file system with locks and hard links between the
 * machines that use it. Changes that other machines make there are seen within five seconds, not
 * one: the kernel does not tell of them.
 */
public final class FileBlockStore implements BlockStore {
  /** A holder needs milliseconds, and a dead one none: longer means a stopped process. */
  private static final Duration MAX_LOCK_WAIT = Duration.ofSeconds(30);

  private static final int MAX_LOCK_PAUSE_MILLIS = 10;

  private final Disk disk;
  private final StoreDirectory directory;
  private final RecordFiles files;
  private final StoreOptions options;
  private final Duration maxLockWait;
  private final FileHealth health;
  private final List<FileWatch> watches = new CopyOnWriteArrayList<>();
  private final WantedCluster.Known cluster;

  private FileBlockStore(Disk disk, Path path, StoreOptions options, Duration maxLockWait)
      throws IOException {
    this.disk = disk;
    this.directory = new StoreDirectory(disk, path);
    this.files = new RecordFiles(disk, directory.temporary());
    this.options = options;
    this.maxLockWait = maxLockWait;
    this.health = new FileHealth(options.clock());
    admit(directory.readCluster());
    directory.create();
    ClusterRecord settled = settleCluster();
    options.requireRecorded(directory.cluster().toString(), settled.ranges());
    this.cluster = new WantedCluster.Known(settled.id());
  }

  /**
   * Opens the directory, or creates it with mode 0700 if a new cluster may be made.
   *
   * @throws NoClusterException if the wanted cluster is not in it; nothing was changed
   * @throws IOException if it cannot be used, or belongs to somebody else or to a cluster without
   *     the initial ranges
   */
  public static FileBlockStore open(Path directory, StoreOptions options) throws IOException {
    return new FileBlockStore(new LocalDisk(), directory, options, MAX_LOCK_WAIT);
  }

  /**
   * As {@link #open(Path, StoreOptions)}, with another patience for a process that has the lock.
   */
  static FileBlockStore open(Path directory, StoreOptions options, Duration maxLockWait)
      throws IOException {
    return new FileBlockStore(new LocalDisk(), directory, options, maxLockWait);
  }

  /**
   * As {@link #open(Path, StoreOptions)}, with its files on another disk; the lock is a real one.
   */
  static FileBlockStore open(Disk disk, Path directory, StoreOptions options) throws IOException {
    return new FileBlockStore(disk, directory, options, MAX_LOCK_WAIT);
  }

  private void admit(Optional<ClusterRecord> present) throws NoClusterException {
    options.cluster().admit(directory.cluster().toString(), present);
  }

  private ClusterRecord settleCluster() throws IOException {
    Optional<ClusterRecord> present = directory.readCluster();
    if (present.isPresent() && !present.get().id().equals(ClusterRecord.NO_ID)) {
      forceNames();
      return present.get();
    }
    try (ProcessLock _ = acquireLock()) {
      files.deleteLeftovers();
      // Another agent may have been first.
      present = directory.readCluster();
      admit(present);
      if (present.isPresent() && !present.get().id().equals(ClusterRecord.NO_ID)) {
        return present.get();
      }
      // An agent of before version 2 does not start beside this one any more: it knows of no grace.
      ClusterRecord created =
          ClusterRecord.create(present.map(ClusterRecord::ranges).orElse(options.initial()));
      files.replace(directory.cluster(), RecordJson.write(created));
      return created;
    }
  }

  private ClusterRecord readCluster() throws IOException {
    return cluster.require(directory.cluster().toString(), directory.readCluster());
  }

  @Override
  public String description() {
    return "directory " + directory.directory();
  }

  @Override
  public UUID clusterId() {
    return cluster.id();
  }

  @Override
  public StoreHealth health() {
    return health.current();
  }

  @Override
  public ClusterView view() throws IOException {
    return reading(this::readView);
  }

  private ClusterView readView() throws IOException {
    try {
      return directory.readView(this::readCluster);
    } catch (NoSuchFileException e) {
      // What is missing is not what a person looks for, if the directory is.
      var _ = readCluster();
      throw e;
    }
  }

  @Override
  public RangeChange addRange(ClusterRange range) throws IOException {
    return changing(() -> written(RangeChange.add(readCluster().ranges(), range)));
  }

  @Override
  public RangeChange removeRange(IpPrefix prefix) throws IOException {
    return changing(
        () -> {
          ClusterView view = readView();
          RangeChange change =
              RangeChange.remove(view, prefix, options.clock().instant(), options.grace());
          if (change instanceof RangeChange.Changed) {
            for (BlockRecord block : view.blocks()) {
              if (prefix.contains(block.block())) {
                files.delete(directory.block(block.block()));
              }
            }
          }
          return written(change);
        });
  }

  private RangeChange written(RangeChange change) throws IOException {
    ClusterRecord present = readCluster();
    if (change instanceof RangeChange.Changed(ClusterRanges ranges)
        && !ranges.equals(present.ranges())) {
      files.replace(directory.cluster(), RecordJson.write(present.with(ranges)));
    } else {
      forceNames();
    }
    return change;
  }

  /**
   * Before it is said that all is so already: who made it so may have been killed before it forced
   * the names, and a power cut would take back what was said.
   */
  private void forceNames() throws IOException {
    disk.forceDirectory(directory.blocks());
    disk.forceDirectory(directory.nodes());
    disk.forceDirectory(directory.directory());
  }

  @Override
  public Registration register(NodeRecord record) throws IOException {
    return changing(
        () -> {
          Path file = directory.node(record.node());
          Optional<NodeRecord> present = directory.readNode(record.node());
          if (present.isPresent() && !present.get().owner().equals(record.owner())) {
            return new Registration.NameTaken(present.get(), record.owner());
          }
          NodeRecord wanted = present.map(record::renewing).orElse(record);
          if (present.equals(Optional.of(wanted))) {
            forceNames();
          } else {
            files.replace(file, RecordJson.write(wanted));
          }
          return new Registration.Registered(wanted);
        });
  }

  @Override
  public Claim claim(String node, UUID owner, Family family, int count) throws IOException {
    return claim(
        view ->
            ClaimStep.next(
                view, node, owner, family, count, options.clock().instant(), options.grace()));
  }

  @Override
  public Claim claim(String node, UUID owner, IpPrefix block) throws IOException {
    return claim(
        view ->
            ClaimStep.next(view, node, owner, block, options.clock().instant(), options.grace()));
  }

  private interface Decision {
    ClaimStep next(ClusterView view);
  }

  private Claim claim(Decision decision) throws IOException {
    return changing(
        () -> {
          ClusterView view = readView();
          while (true) {
            switch (decision.next(view)) {
              case ClaimStep.Done(Claim claim) -> {
                forceNames();
                return claim;
              }
              case ClaimStep.Take(BlockRecord record, Optional<BlockRecord> replaced) -> {
                take(record, replaced);
                view = view.with(record);
              }
            }
          }
        });
  }

  private void take(BlockRecord record, Optional<BlockRecord> replaced) throws IOException {
    Path file = directory.block(record.block());
    byte[] json = RecordJson.write(record);
    if (replaced.isPresent()) {
      files.replace(file, json);
      return;
    }
    switch (files.create(file, json)) {
      case CREATED -> {}
      case EXISTS ->
          throw new IOException(
              file + ": was created without the lock (expected: only by who has the lock)");
    }
  }

  @Override
  public Optional<BlockRecord> release(IpPrefix block) throws IOException {
    return changing(
        () -> {
          Optional<BlockRecord> present = directory.readBlock(block).filter(BlockRecord::isHeld);
          if (present.isEmpty()) {
            forceNames();
            return present;
          }
          return Optional.of(end(present.get()));
        });
  }

  private BlockRecord end(BlockRecord held) throws IOException {
    BlockRecord ended = held.released(options.clock().instant());
    files.replace(directory.block(ended.block()), RecordJson.write(ended));
    return ended;
  }

  @Override
  public List<BlockRecord> releaseNode(String node) throws IOException {
    NodeRecord.requireName(node);
    return changing(
        () -> {
          List<BlockRecord> ended = new ArrayList<>();
          for (BlockRecord held : readView().blocksOf(node)) {
            ended.add(end(held));
          }
          disk.delete(directory.usage(node));
          files.delete(directory.node(node));
          forceNames();
          return List.copyOf(ended);
        });
  }

  @Override
  public void report(NodeUsage usage) throws IOException {
    var _ =
        changing(
            () -> {
              files.replaceUnforced(directory.usage(usage.node()), RecordJson.write(usage));
              return usage;
            });
  }

  @Override
  public List<NodeUsage> usages() throws IOException {
    return reading(directory::readUsages);
  }

  @Override
  public Watch watch(Consumer<ClusterView> consumer) throws IOException {
    FileWatch watch = FileWatch.start(directory, this::look, consumer, watches::remove);
    watches.add(watch);
    return watch;
  }

  /** What the watches read. It also finds out whether a store that could not be changed now can. */
  private ClusterView look() throws IOException {
    if (!health.canChange()) {
      probe();
    }
    return view();
  }

  private void probe() {
    try {
      // Not waiting for the lock: deliveries must not wait for a stopped process.
      if (ProcessLock.tryAcquire(directory.directory())
          instanceof ProcessLock.Attempt.Acquired(ProcessLock lock)) {
        try (lock) {
          readCluster();
          files.probe();
        }
        health.changeSucceeded();
      }
    } catch (IOException e) {
      health.changeFailed(reason(e));
    }
  }

  @Override
  public void close() {
    watches.forEach(FileWatch::close);
  }

  /** What the file system throws has but a path for a message: its type says what happened. */
  private static String reason(IOException e) {
    return e instanceof FileSystemException ? e.toString() : String.valueOf(e.getMessage());
  }

  private interface Action<T> {
    T run() throws IOException;
  }

  private <T> T reading(Action<T> action) throws IOException {
    try {
      T result = action.run();
      health.readSucceeded();
      return result;
    } catch (IOException e) {
      health.readFailed(reason(e));
      throw e;
    }
  }

  private <T> T changing(Action<T> action) throws IOException {
    try {
      // Before the lock is taken: it would be created in whatever lies where the store was.
      readCluster();
      T result;
      try (ProcessLock _ = acquireLock()) {
        // Whatever lies there is of a dead process: the living write there under the lock.
        files.deleteLeftovers();
        result = action.run();
      }
      health.changeSucceeded();
      return result;
    } catch (IOException e) {
      health.changeFailed(reason(e));
      throw e;
    }
  }

  private ProcessLock acquireLock() throws IOException {
    long deadlineNanos = System.nanoTime() + maxLockWait.toNanos();
    while (true) {
      switch (ProcessLock.tryAcquire(directory.directory())) {
        case ProcessLock.Attempt.Acquired(ProcessLock lock) -> {
          return lock;
        }
        case ProcessLock.Attempt.HeldBy(String pid) -> {
          if (System.nanoTime() - deadlineNanos > 0) {
            throw new IOException(
                "block store "
                    + directory.directory()
                    + ": locked by process "
                    + pid
                    + " for "
                    + maxLockWait.toSeconds()
                    + " s (expected: milliseconds; is that process stopped?)");
          }
          pause();
        }
      }
    }
  }

  private void pause() throws IOException {
    try {
      Thread.sleep(1 + ThreadLocalRandom.current().nextInt(MAX_LOCK_PAUSE_MILLIS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("block store " + directory.directory() + ": interrupted", e);
    }
  }
}
