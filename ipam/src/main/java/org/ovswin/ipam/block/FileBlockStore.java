package org.ovswin.ipam.block;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.disk.PrivateFiles;
import org.ovswin.ipam.disk.ProcessLock;

/**
 * The block store in a directory that the agents of one machine share.
 *
 * <pre>
 * cluster.json                 the range and the size of its blocks; the first to come creates it
 * blocks/10.244.1.0_24.json    one file per held block: the record of the node that holds it
 * lock                         held while something is changed
 * tmp/                         files that have no name yet
 * </pre>
 *
 * <h2>Why no block gets two holders, and no name two owners</h2>
 *
 * <p>A claim is <b>one</b> step: the link that gives a complete, forced file the name of its block.
 * The file holds the block and the node's name together, so there is no moment at which one is
 * taken and the other is not, and nothing to be repaired after a crash: before the step nothing
 * happened, after it all did.
 *
 * <ul>
 *   <li>Two claims for one block: link fails if the name exists, so the kernel picks the one winner
 *       and the other goes on to the next block. This holds without the lock.
 *   <li>Two claims under one node name: whether a name is taken is seen by reading all records, and
 *       between that look and the link another process could link a record of the same name to
 *       another block. So both happen under an exclusive lock. The kernel takes the lock back when
 *       its holder dies, and as the holder has done either nothing or all, the next one can go on
 *       from there.
 *   <li>A node killed after the link, and before it heard of it: its next claim finds the record
 *       with its own owner and returns it. So it never holds a second block.
 *   <li>{@link #publish} and {@link #release} look and then change as well, and so do it under the
 *       lock: a record is never replaced or deleted that has become another node's in between.
 * </ul>
 *
 * <p>Why not without a lock, with a second record per name: taking two names takes two steps, and
 * each crash between them, and each release that runs beside a claim, is a state to be repaired by
 * somebody who must first know that the other one is dead.
 *
 * <p>Readers take no lock: they see each file before or after a change, never half of one. A name
 * becomes durable when the directory is forced, before a claim returns.
 *
 * <p>A record that cannot be read keeps its block taken, but the name in it is unknown. Should it
 * be the claiming node's own, that node gets another block, and its lease database refuses to go on
 * with one that is not the block of its leases.
 *
 * <p>The directory must be local, or on a network file system with locks and hard links between the
 * machines that use it.
 */
public final class FileBlockStore implements BlockStore {
  private static final String CLUSTER_FILE = "cluster.json";
  private static final String RECORD_SUFFIX = ".json";

  /** A holder needs milliseconds, and a dead one none: longer means a stopped process. */
  private static final Duration MAX_LOCK_WAIT = Duration.ofSeconds(30);

  private static final int MAX_LOCK_PAUSE_MILLIS = 10;

  private final Path directory;
  private final Path blocks;
  private final RecordFiles files;
  private final ClusterRange range;
  private final InstantSource clock;

  private FileBlockStore(Path directory, ClusterRange range, InstantSource clock) {
    this.directory = directory;
    this.blocks = directory.resolve("blocks");
    this.files = new RecordFiles(directory.resolve("tmp"));
    this.range = range;
    this.clock = clock;
  }

  /**
   * Opens the directory, or creates it with mode 0700.
   *
   * @param clock for {@link NodeRecord#claimedAt()}
   * @throws IOException if it cannot be used, or belongs to a cluster with another range or blocks
   *     of another size
   */
  public static FileBlockStore open(Path directory, ClusterRange range, InstantSource clock)
      throws IOException {
    FileBlockStore store = new FileBlockStore(directory, range, clock);
    PrivateFiles.createDirectories(directory);
    PrivateFiles.createDirectories(store.blocks);
    PrivateFiles.createDirectories(store.files.temporary());
    store.settleRange();
    return store;
  }

  /**
   * The range that the directory was created with, or empty if it holds no cluster.
   *
   * @throws IOException if it cannot be read, or a newer version wrote it
   */
  public static Optional<ClusterRange> readRange(Path directory) throws IOException {
    Path file = directory.resolve(CLUSTER_FILE);
    try {
      return Optional.of(RecordJson.readCluster(RecordFiles.read(file)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private void settleRange() throws IOException {
    Optional<ClusterRange> present = readRange(directory);
    if (present.isEmpty()) {
      locked(() -> files.create(directory.resolve(CLUSTER_FILE), RecordJson.write(range)));
      // Whoever created it: another agent may have been first, with another range.
      present = readRange(directory);
    }
    if (!present.equals(Optional.of(range))) {
      throw new IOException(
          directory.resolve(CLUSTER_FILE)
              + ": cluster range "
              + present.map(ClusterRange::toString).orElse("missing")
              + " (expected: "
              + range
              + ", as this agent is configured; change that, or use another directory)");
    }
  }

  @Override
  public ClusterRange range() {
    return range;
  }

  @Override
  public Claim claim(NodeClaim claim) throws IOException {
    return locked(() -> claimLocked(claim));
  }

  @Override
  public Claim claim(NodeClaim claim, IpPrefix block) throws IOException {
    if (!range.isBlock(block)) {
      throw new IllegalArgumentException("block: " + block + " (expected: one of " + range + ")");
    }
    return locked(() -> claimLocked(claim, block));
  }

  private Claim claimLocked(NodeClaim claim, IpPrefix block) throws IOException {
    Listing listing = list();
    Optional<Claim> present = present(claim, listing);
    if (present.isPresent()) {
      return present.get() instanceof Claim.Claimed held && !held.record().block().equals(block)
          ? new Claim.BlockTaken(block, held.record())
          : present.get();
    }
    NodeRecord record = claim.holding(block, clock.instant());
    return switch (files.create(blocks.resolve(fileName(block)), RecordJson.write(record))) {
      case CREATED -> new Claim.Claimed(record);
      case EXISTS ->
          new Claim.BlockTaken(
              block,
              list().nodes().stream()
                  .filter(node -> node.block().equals(block))
                  .findFirst()
                  .orElseThrow(
                      () ->
                          new IOException(
                              fileName(block)
                                  + ": cannot be read (expected: the record of the block's"
                                  + " holder)")));
    };
  }

  /** What comes of a claim whose node name is there already. */
  private Optional<Claim> present(NodeClaim claim, Listing listing) throws IOException {
    Optional<NodeRecord> present = listing.find(claim.node());
    if (present.isEmpty()) {
      return Optional.empty();
    }
    if (!present.get().owner().equals(claim.owner())) {
      return Optional.of(new Claim.NameTaken(present.get(), claim.owner()));
    }
    // The claim that made it may have been killed before it forced the name.
    PrivateFiles.forceDirectory(blocks);
    return Optional.of(new Claim.Claimed(present.get()));
  }

  private Claim claimLocked(NodeClaim claim) throws IOException {
    Listing listing = list();
    Optional<Claim> present = present(claim, listing);
    if (present.isPresent()) {
      return present.get();
    }
    for (long index = 0; index < range.blockCount(); index++) {
      IpPrefix block = range.block(index);
      if (listing.fileNames().contains(fileName(block))) {
        continue;
      }
      NodeRecord record = claim.holding(block, clock.instant());
      switch (files.create(blocks.resolve(fileName(block)), RecordJson.write(record))) {
        case CREATED -> {
          return new Claim.Claimed(record);
        }
        case EXISTS -> {
          // Somebody who does not take the lock; the next block, then.
        }
      }
    }
    return new Claim.Exhausted(range, range.blockCount());
  }

  @Override
  public void publish(NodeRecord record) throws IOException {
    locked(
        () -> {
          Optional<NodeRecord> present = list().find(record.node());
          boolean isHolder =
              present.isPresent()
                  && present.get().owner().equals(record.owner())
                  && present.get().block().equals(record.block());
          if (!isHolder) {
            throw new IllegalStateException(
                "block "
                    + record.block()
                    + ": node "
                    + record.node()
                    + " of owner "
                    + record.owner()
                    + " does not hold it (expected: a claim before)");
          }
          files.replace(blocks.resolve(fileName(record.block())), RecordJson.write(record));
          return record;
        });
  }

  @Override
  public Optional<NodeRecord> release(String node) throws IOException {
    NodeClaim.requireNodeName(node);
    return locked(
        () -> {
          Optional<NodeRecord> present = list().find(node);
          if (present.isPresent()) {
            files.delete(blocks.resolve(fileName(present.get().block())));
          }
          return present;
        });
  }

  @Override
  public List<NodeRecord> nodes() throws IOException {
    return list().nodes();
  }

  @Override
  public List<UnreadableRecord> unreadable() throws IOException {
    return list().unreadable();
  }

  @Override
  public Watch watch(Consumer<List<NodeRecord>> consumer) throws IOException {
    return DirectoryWatch.start(blocks, this::list, consumer);
  }

  /** Nothing is held between calls; watches are closed by themselves. */
  @Override
  public void close() {}

  /** What is in the directory of blocks. */
  record Listing(List<NodeRecord> nodes, List<UnreadableRecord> unreadable, Set<String> fileNames) {
    Optional<NodeRecord> find(String node) {
      return nodes.stream().filter(record -> record.node().equals(node)).findFirst();
    }
  }

  private Listing list() throws IOException {
    List<NodeRecord> nodes = new ArrayList<>();
    List<UnreadableRecord> unreadable = new ArrayList<>();
    Set<String> fileNames = new HashSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(blocks)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        try {
          nodes.add(read(entry, name));
          fileNames.add(name);
        } catch (NoSuchFileException e) {
          // Released since the directory was listed.
        } catch (IOException | IllegalArgumentException e) {
          fileNames.add(name);
          unreadable.add(new UnreadableRecord(name, String.valueOf(e.getMessage())));
        }
      }
    }
    nodes.sort(Comparator.comparing(NodeRecord::block));
    unreadable.sort(Comparator.comparing(UnreadableRecord::name));
    return new Listing(List.copyOf(nodes), List.copyOf(unreadable), Set.copyOf(fileNames));
  }

  private NodeRecord read(Path file, String name) throws IOException {
    NodeRecord record = RecordJson.read(RecordFiles.read(file));
    if (!range.isBlock(record.block())) {
      throw new IllegalArgumentException(
          "block: " + record.block() + " (expected: one of " + range + ")");
    }
    if (!fileName(record.block()).equals(name)) {
      throw new IllegalArgumentException(
          "block: " + record.block() + " (expected: the one that the file is named after)");
    }
    return record;
  }

  /** "10.244.1.0_24.json"; a colon is no character for a file name on Windows. */
  private static String fileName(IpPrefix block) {
    return block.toString().replace('/', '_').replace(':', '-') + RECORD_SUFFIX;
  }

  private interface Change<T> {
    T make() throws IOException;
  }

  private <T> T locked(Change<T> change) throws IOException {
    try (ProcessLock _ = acquireLock()) {
      // Whatever lies there is of a dead process: the living write there under the lock.
      files.deleteLeftovers();
      return change.make();
    }
  }

  private ProcessLock acquireLock() throws IOException {
    long deadlineNanos = System.nanoTime() + MAX_LOCK_WAIT.toNanos();
    while (true) {
      switch (ProcessLock.tryAcquire(directory)) {
        case ProcessLock.Attempt.Acquired(ProcessLock lock) -> {
          return lock;
        }
        case ProcessLock.Attempt.HeldBy(String pid) -> {
          if (System.nanoTime() - deadlineNanos > 0) {
            throw new IOException(
                "block store "
                    + directory
                    + ": locked by process "
                    + pid
                    + " for "
                    + MAX_LOCK_WAIT.toSeconds()
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
      throw new IOException("block store " + directory + ": interrupted", e);
    }
  }
}
