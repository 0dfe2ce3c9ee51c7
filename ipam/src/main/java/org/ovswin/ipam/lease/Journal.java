package org.ovswin.ipam.lease;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.function.Consumer;
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
 * <p>{@code leases.journal}: a header, a snapshot, then the entries of one sync after the other.
 * All numbers are big-endian.
 *
 * <pre>
 * header   0       8       10    12           20       24
 *          +-------+-------+-----+------------+--------+
 *          |OVSWINLJ version|  0  | generation |CRC-32C |
 *          |  (8)  |  (2)  | (2) |    (8)     |of 0..19|
 *          +-------+-------+-----+------------+--------+
 *
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
 * <p>When the file has grown to twice its snapshot, and a least size, a new file is written beside
 * it, forced, renamed over it, and the directory forced. At every moment the name leads to a whole
 * journal. If the new file cannot be written (a full disk), the old one stays in use.
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

  private static final byte[] MARK_PAYLOAD = {MARK};
  private static final int CHUNK_BYTES = 256 * 1024;
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

  private final JournalStorage storage;
  private final String path;
  private long generation;
  private final long leastCompactionBytes;
  private JournalStorage.JournalFile file;
  private FrameBuffer pending;
  private long compactAtBytes;
  private @Nullable Exception failure;

  private Journal(
      JournalStorage storage,
      String path,
      long generation,
      long leastCompactionBytes,
      JournalStorage.JournalFile file,
      FrameBuffer pending,
      long compactAtBytes) {
    this.storage = storage;
    this.path = path;
    this.generation = generation;
    this.leastCompactionBytes = leastCompactionBytes;
    this.file = file;
    this.pending = pending;
    this.compactAtBytes = compactAtBytes;
  }

  /**
   * Opens the journal, or creates it, and hands what it holds to the sink.
   *
   * @param path of the file, for messages
   * @param common where leases get what they share
   * @param leastCompactionBytes no smaller file is compacted
   * @param sink throws IllegalArgumentException for an entry that contradicts the earlier ones
   * @throws JournalException if it is damaged, of a newer version
   */
  static Journal open(
      JournalStorage storage,
      String path,
      CommonTexts.Pool common,
      long leastCompactionBytes,
      Consumer<Entry> sink)
      throws IOException {
    storage.delete(NEW_FILE);
    if (!storage.exists(FILE)) {
      writeNew(storage, 1, Stream.empty());
      storage.rename(NEW_FILE, FILE);
    }
    storage.forceDirectory();
    JournalStorage.JournalFile file = storage.open(FILE);
    try {
      JournalReader reader = new JournalReader(file, path, common);
      JournalReader.Scan scan = reader.scan(sink);
      FrameBuffer pending = new FrameBuffer(scan.end());
      settleTail(file, scan, path);
      if (scan.end() > scan.markEnd()) {
        writeMark(file, pending);
      }
      long compactAtBytes = Math.max(leastCompactionBytes, 2 * scan.snapshotEnd());
      return new Journal(
          storage,
          path,
          reader.header().generation(),
          leastCompactionBytes,
          file,
          pending,
          compactAtBytes);
    } catch (IOException | RuntimeException e) {
      closeAfter(e, file);
      throw e;
    }
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

  private static void writeMark(JournalStorage.JournalFile file, FrameBuffer frames)
      throws IOException {
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

  /** Whether {@link #compact} is due. */
  boolean isCompactionDue() {
    return failure == null && pending.isEmpty() && pending.fileOffset() >= compactAtBytes;
  }

  /**
   * Writes the journal anew. Only when nothing is pending.
   *
   * @param snapshot the entries that make the present state
   */
  void compact(Stream<Entry> snapshot) throws IOException {
    long size;
    try {
      size = writeNew(storage, generation + 1, snapshot);
    } catch (IOException e) {
      // Nothing is lost: the journal in use has everything. Tried again when it has doubled.
      deleteAfter(e);
      LOG.warn("event=journal-compaction-failed file={} error=\"{}\"", path, e.toString());
      compactAtBytes = 2 * pending.fileOffset();
      return;
    }
    try {
      // Windows does not rename over an open file.
      file.close();
      storage.rename(NEW_FILE, FILE);
      storage.forceDirectory();
      file = storage.open(FILE);
      generation++;
    } catch (IOException | RuntimeException e) {
      failure = e;
      throw new IOException(failureMessage(), e);
    }
    pending = new FrameBuffer(size);
    compactAtBytes = Math.max(leastCompactionBytes, 2 * size);
  }

  /** What is appended but not synced is lost. */
  @Override
  public void close() throws IOException {
    if (failure == null) {
      failure = new IllegalStateException("closed");
    }
    file.close();
  }

  boolean hasFailed() {
    return failure != null;
  }

  /** Writes a whole journal under the new name and forces it. Returns its size. */
  private static long writeNew(JournalStorage storage, long generation, Stream<Entry> snapshot)
      throws IOException {
    try (JournalStorage.JournalFile file = storage.create(NEW_FILE)) {
      file.write(ByteBuffer.wrap(new JournalHeader(generation).encode()), 0);
      FrameBuffer frames = new FrameBuffer(JournalHeader.BYTES);
      Iterator<Entry> entries = snapshot.iterator();
      while (entries.hasNext()) {
        frames.add(EntryCodec.encode(entries.next()));
        if (frames.size() >= CHUNK_BYTES) {
          file.write(frames.content(), frames.fileOffset());
          frames.written();
        }
      }
      // Without this mark at its end, a snapshot that was cut short would look like a torn tail.
      writeMark(file, frames);
      file.force();
      return frames.fileOffset();
    }
  }

  private String failureMessage() {
    return path
        + ": is closed after "
        + failure
        + " (expected: restart the agent, which reads what is on the disk)";
  }

  private void deleteAfter(Exception cause) {
    try {
      storage.delete(NEW_FILE);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private static void closeAfter(Exception cause, Closeable resource) {
    try {
      resource.close();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }
}
