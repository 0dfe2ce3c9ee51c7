package org.ovswin.ipam.lease;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The write-ahead journal of a node's leases: entries go in, and come out again in the same order
 * after a restart. Not thread-safe.
 *
 * <h2>The file</h2>
 *
 * <p>{@code leases.journal}: a {@link FileHeader}, a snapshot, then the entries of one sync after
 * the other. All numbers are big-endian.
 *
 * <pre>
 * frame    0        4        8    9
 *          +--------+--------+----+----------------+
 *          | length | CRC-32C|type|      body      |
 *          |   (4)  |   (4)  |(1) |  (length - 1)  |
 *          +--------+--------+----+----------------+
 *                             \____ payload ______/
 *
 * file     header | block added, reserved, placed, ... | mark | entry, entry | mark | entry ...
 *                  \____________ snapshot ____________/        \_ one sync _/
 * </pre>
 *
 * <p>The checksum covers the frame's offset in the file (8), its length (4) and its payload. The
 * payloads are in {@link EntryCodec}. Type 0 with an empty body is the <b>mark</b>: everything
 * before it had been forced to the disk when it was written. The mark itself is not forced.
 *
 * <h2>What a crash leaves, and what is damage</h2>
 *
 * <p>Only what stands behind the last mark may be in pieces: missing, zeros, or with holes, since
 * pages reach the disk in any order. From that follows the rule of {@link #open}:
 *
 * <ul>
 *   <li>a bad frame with no mark behind it belongs to a sync that did not return: the file is cut
 *       there, and the whole frames before it count;
 *   <li>a bad frame with a mark behind it lies in what had been forced, and so does one in the
 *       snapshot: that is damage, and refused. Leases behind it may be in use; giving their
 *       addresses away is what must never happen.
 * </ul>
 *
 * <p>The last mark and what stands behind it are written again in place, byte for byte, forced and
 * marked before an open returns. After an fsync that failed the page cache shows bytes that are not
 * on the disk and that a further fsync does not write, since Linux has marked them clean. Writing
 * them makes them dirty again.
 *
 * <h2>Compaction</h2>
 *
 * <p>When the file has grown to twice its snapshot and a least size, or tells of many leases that
 * have ended, a {@link Compaction} in the background writes a new file beside it from a snapshot of
 * the table. Meanwhile entries go to the old file. When the new one is on the disk, the next sync
 * adds those entries and what is pending to the new file, forces it, renames it over the old one,
 * and forces the directory. At every moment the name leads to a whole journal with everything that
 * was ever told. If the new file cannot be written (a full disk), the old one stays in use.
 *
 * <p>Any other I/O error ends the journal's life: what is on the disk is unknown, and only reading
 * it again will tell. Every later call fails.
 */
final class Journal implements Closeable {
  static final String FILE = "leases.journal";
  static final String NEW_FILE = "leases.journal.new";

  /** The type of a mark. */
  static final byte MARK = 0;

  /** The bytes of a mark. */
  static final int MARK_BYTES = FrameBuffer.HEADER_BYTES + 1;

  /** More than this waiting for one sync is an owner that forgot to sync. */
  private static final int MAX_PENDING_BYTES = 32 << 20;

  /** A compaction that more than this has to be carried over to is given up. */
  private static final int MAX_CARRIED_BYTES = 32 << 20;

  private static final byte[] MARK_PAYLOAD = {MARK};
  private static final int CHUNK_BYTES = 256 * 1024;
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

  private final JournalStorage storage;
  private final String path;
  private final Limits limits;
  private final Background background;
  private final HistoryFiles history;
  private long generation;
  private JournalStorage.JournalFile file;
  private FrameBuffer pending;
  private long compactAtBytes;
  private int compactAtEnded;

  /** The one that runs, or has ended and waits for the switch. */
  private @Nullable Compaction compaction;

  /** What was appended since it began; its size in bytes beside it. */
  private List<byte[]> carried = new ArrayList<>();

  private long carriedBytes;
  private @Nullable Exception failure;

  /**
   * When to compact and what to keep.
   *
   * @param compactionBytes no smaller file is compacted for its size
   * @param compactionEnded so many leases that ended cause a compaction
   * @param historySegmentBytes where a segment of the history ends
   */
  record Limits(long compactionBytes, int compactionEnded, long historySegmentBytes) {
    static final Limits DEFAULT = new Limits(4 << 20, 8192, 4 << 20);
  }

  private Journal(
      JournalStorage storage,
      String path,
      Limits limits,
      Background background,
      long generation,
      JournalStorage.JournalFile file,
      FrameBuffer pending,
      long snapshotBytes) {
    this.storage = storage;
    this.path = path;
    this.limits = limits;
    this.background = background;
    this.history = new HistoryFiles(storage, limits.historySegmentBytes());
    this.generation = generation;
    this.file = file;
    this.pending = pending;
    this.compactAtBytes = Math.max(limits.compactionBytes(), 2 * snapshotBytes);
    this.compactAtEnded = limits.compactionEnded();
  }

  /**
   * Opens the journal, or creates it, and brings the table to the state that it tells of. One of
   * version 1 is written anew.
   *
   * @param path of the file, for messages
   * @param table empty
   * @param ended gets what ended since the snapshot, from the table
   * @param background closed with the journal
   * @throws JournalException if it is damaged or of a newer version
   */
  static Journal open(
      JournalStorage storage,
      String path,
      LeaseTable table,
      EndedLeases ended,
      Limits limits,
      Background background,
      Instant now)
      throws IOException {
    storage.delete(NEW_FILE);
    if (!storage.exists(FILE)) {
      replace(storage, nextGeneration(storage, limits), Stream.empty());
    }
    storage.forceDirectory();
    JournalStorage.JournalFile file = storage.open(FILE);
    try {
      JournalReader reader = new JournalReader(file, path, table.common());
      JournalReader.Scan scan = reader.scan(table::apply, now);
      if (reader.header().version() < FileHeader.Kind.JOURNAL.version()) {
        file.close();
        // It does not tell when leases ended: for the history they have not been.
        ended.handOver();
        ended.kept();
        long size = replace(storage, nextGeneration(storage, limits), table.snapshot().entries());
        storage.forceDirectory();
        LOG.info("event=journal-upgraded file={} from=1", path);
        file = storage.open(FILE);
        reader = new JournalReader(file, path, table.common());
        return new Journal(
            storage,
            path,
            limits,
            background,
            reader.header().number(),
            file,
            new FrameBuffer(size),
            size);
      }
      FrameBuffer pending = new FrameBuffer(scan.end());
      settleTail(file, scan, path);
      if (scan.end() > scan.markEnd()) {
        writeMark(file, pending);
      }
      return new Journal(
          storage,
          path,
          limits,
          background,
          reader.header().number(),
          file,
          pending,
          scan.snapshotEnd());
    } catch (IOException | RuntimeException e) {
      closeAfter(e, file);
      throw e;
    }
  }

  /** Beyond what the history knows, which would be taken for frames of this journal otherwise. */
  private static long nextGeneration(JournalStorage storage, Limits limits) throws IOException {
    return new HistoryFiles(storage, limits.historySegmentBytes()).lastGeneration() + 1;
  }

  private static long replace(JournalStorage storage, long generation, Stream<Entry> entries)
      throws IOException {
    long size = Compaction.write(storage, generation, entries);
    storage.rename(NEW_FILE, FILE);
    return size;
  }

  /** Makes durable the last mark and what stands behind it, and cuts off what is no whole frame. */
  private static void settleTail(
      JournalStorage.JournalFile file, JournalReader.Scan scan, String path) throws IOException {
    if (scan.end() < scan.size()) {
      LOG.warn("event=journal-tail-cut file={} bytes={}", path, scan.size() - scan.end());
      file.truncate(scan.end());
    }
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    for (long at = scan.markEnd() - MARK_BYTES; at < scan.end(); ) {
      chunk.clear();
      int read = file.read(chunk, at);
      if (read < 0) {
        throw new IOException(path + ": became shorter while it was read");
      }
      file.write(chunk.flip(), at);
      at += read;
    }
    file.force();
  }

  static void writeMark(JournalStorage.JournalFile file, FrameBuffer frames) throws IOException {
    frames.add(MARK_PAYLOAD);
    file.write(frames.content(), frames.fileOffset());
    frames.written();
  }

  /**
   * Adds an entry to what the next {@link #sync()} writes. No I/O.
   *
   * @throws IllegalArgumentException if the entry cannot be written down; nothing was added
   * @throws IllegalStateException if the journal has failed, or sync is long overdue
   */
  void append(Entry entry) {
    if (failure != null) {
      throw new IllegalStateException(failureMessage(), failure);
    }
    if (pending.size() > MAX_PENDING_BYTES) {
      throw new IllegalStateException(
          path + ": " + pending.size() + " bytes wait (expected: a sync() before)");
    }
    byte[] payload = EntryCodec.encode(entry);
    if (payload.length > EntryCodec.MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException(
          "journal entry: "
              + payload.length
              + " bytes (expected: at most "
              + EntryCodec.MAX_PAYLOAD_BYTES
              + ")");
    }
    pending.add(payload);
    if (compaction != null) {
      carried.add(payload);
      carriedBytes += payload.length;
      if (carriedBytes > MAX_CARRIED_BYTES) {
        compaction.cancel();
        carried.clear();
      }
    }
  }

  /** Returns once everything appended before survives a power cut. */
  void sync() throws IOException {
    if (failure != null) {
      throw new IOException(failureMessage(), failure);
    }
    if (pending.isEmpty()) {
      return;
    }
    try {
      file.write(pending.content(), pending.fileOffset());
      file.force();
      pending.written();
      writeMark(file, pending);
    } catch (IOException | RuntimeException e) {
      failure = e;
      throw new IOException(failureMessage(), e);
    }
  }

  /**
   * Switches to the new journal if a compaction has written one. That makes everything appended
   * before durable, as a {@link #sync} does.
   *
   * @param ended what the history keeps from then on is taken out of it
   */
  void switchIfWritten(EndedLeases ended) throws IOException {
    if (compaction == null || failure != null) {
      return;
    }
    switch (compaction.outcome()) {
      case null -> {}
      case Compaction.Outcome.Failed(Throwable cause) -> giveUp(cause, ended);
      case Compaction.Outcome.Written(long bytes) -> {
        FrameBuffer frames = new FrameBuffer(bytes);
        try (JournalStorage.JournalFile fresh = storage.open(NEW_FILE)) {
          if (carriedBytes > MAX_CARRIED_BYTES) {
            throw new IOException(carriedBytes + " bytes came meanwhile");
          }
          if (!carried.isEmpty()) {
            carried.forEach(frames::add);
            fresh.write(frames.content(), frames.fileOffset());
            fresh.force();
            frames.written();
            writeMark(fresh, frames);
          }
        } catch (IOException e) {
          giveUp(e, ended);
          return;
        }
        switchTo(frames, bytes);
        ended.kept();
      }
    }
  }

  private void switchTo(FrameBuffer frames, long snapshotBytes) throws IOException {
    try {
      // Windows does not rename over an open file.
      file.close();
      storage.rename(NEW_FILE, FILE);
      storage.forceDirectory();
      file = storage.open(FILE);
    } catch (IOException | RuntimeException e) {
      failure = e;
      throw new IOException(failureMessage(), e);
    }
    forgetCompaction();
    generation++;
    pending = frames;
    compactAtBytes = Math.max(limits.compactionBytes(), 2 * snapshotBytes);
    compactAtEnded = limits.compactionEnded();
  }

  /** Nothing is lost: the journal in use has everything. Tried again when it has doubled. */
  private void giveUp(Throwable cause, EndedLeases ended) {
    try {
      storage.delete(NEW_FILE);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
    LOG.warn("event=journal-compaction-failed file={} error=\"{}\"", path, cause.toString());
    forgetCompaction();
    compactAtBytes = 2 * pending.fileOffset();
    compactAtEnded = 2 * ended.size();
  }

  private void forgetCompaction() {
    compaction = null;
    carried = new ArrayList<>();
    carriedBytes = 0;
  }

  /** Begins a compaction if one is due. Only when nothing is pending. */
  void compactIfDue(LeaseTable table, EndedLeases ended, Instant now) {
    if (compaction != null || failure != null || !pending.isEmpty()) {
      return;
    }
    // The more leases a snapshot has, the more it costs.
    int endedLimit = Math.max(compactAtEnded, table.size() / 4);
    if (pending.fileOffset() < compactAtBytes && ended.size() < endedLimit) {
      return;
    }
    Compaction begun =
        new Compaction(storage, history, table.snapshot(), ended.handOver(), generation, now);
    compaction = begun;
    background.run(begun);
  }

  /** What is appended but not synced is lost. */
  @Override
  public void close() throws IOException {
    if (failure == null) {
      failure = new IllegalStateException("closed");
    }
    if (compaction != null) {
      compaction.cancel();
    }
    // What it has written so far is deleted by the next open.
    background.close();
    file.close();
  }

  boolean hasFailed() {
    return failure != null;
  }

  private String failureMessage() {
    return path
        + ": is closed after "
        + failure
        + " (expected: restart the agent, which reads what is on the disk)";
  }

  private static void closeAfter(Exception cause, Closeable resource) {
    try {
      resource.close();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }
}
