package org.ovswin.ipam.lease;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the history: leases that ended, two segments of bounded size. A segment is a {@link
 * FileHeader} and frames as in a journal, each with the payload generation(8) and a {@link Tenure}.
 *
 * <p>A frame belongs to the generation of the journal that the lease ended in. It counts only once
 * the journal is of a later generation: until then the journal itself tells of that lease. So a
 * compaction first forces its frames here and then switches journals, and a crash in between makes
 * nothing twice: the next compaction of that generation begins by cutting them off again.
 *
 * <p>Not thread-safe: used by the compaction alone, or before there is one.
 */
final class HistoryFiles {
  static final String FILE = "leases.history";
  static final String OLD_FILE = "leases.history.old";
  static final String NEW_FILE = "leases.history.new";

  private static final int CHUNK_BYTES = 256 * 1024;
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final Logger LOG = LoggerFactory.getLogger(HistoryFiles.class);

  private final JournalStorage storage;

  /** A segment that has reached this size is not added to. */
  private final long segmentBytes;

  HistoryFiles(JournalStorage storage, long segmentBytes) {
    this.storage = storage;
    this.segmentBytes = segmentBytes;
  }

  /**
   * What a segment holds.
   *
   * @param end offset behind the last frame of an earlier generation than the one asked about
   * @param lastGeneration of the frames before the end; 0 if there are none
   */
  record Segment(long sequence, long end, long lastGeneration) {}

  /** The generation of the newest frame; a new journal gets a later one. 0 without a history. */
  long lastGeneration() throws IOException {
    long last = 0;
    for (String name : List.of(FILE, OLD_FILE)) {
      Optional<Segment> segment = look(name, Long.MAX_VALUE);
      if (segment.isPresent()) {
        last = Math.max(last, segment.get().lastGeneration());
      }
    }
    return last;
  }

  /**
   * Adds what ended in a generation, in place of what an earlier attempt may have added, and forces
   * it to the disk.
   *
   * @param now names a damaged segment that is put aside
   */
  void append(long generation, List<byte[]> records, Instant now) throws IOException {
    if (records.isEmpty()) {
      return;
    }
    Optional<Segment> present = look(FILE, generation);
    if (present.isEmpty() && storage.exists(FILE)) {
      // Only the past is lost, so this is no reason to keep a node from serving its pods. What is
      // there stays readable for `ovs-win ipam check`.
      String aside = damagedName(FILE, now);
      LOG.warn("event=history-damaged kept={}", aside);
      storage.rename(FILE, aside);
    }
    if (present.isPresent() && present.get().end() < segmentBytes) {
      try (JournalStorage.JournalFile file = storage.open(FILE)) {
        file.truncate(present.get().end());
        write(file, new FrameBuffer(present.get().end()), generation, records);
        file.force();
      }
      return;
    }
    long sequence =
        present.map(Segment::sequence).orElse(look(OLD_FILE, 0).map(Segment::sequence).orElse(0L));
    try (JournalStorage.JournalFile file = storage.create(NEW_FILE)) {
      file.write(ByteBuffer.wrap(FileHeader.encode(FileHeader.Kind.HISTORY, sequence + 1)), 0);
      write(file, new FrameBuffer(FileHeader.BYTES), generation, records);
      file.force();
    }
    if (present.isPresent()) {
      storage.rename(FILE, OLD_FILE);
    }
    storage.rename(NEW_FILE, FILE);
    storage.forceDirectory();
  }

  private static void write(
      JournalStorage.JournalFile file, FrameBuffer frames, long generation, List<byte[]> records)
      throws IOException {
    for (byte[] record : records) {
      frames.add(
          ByteBuffer.allocate(Long.BYTES + record.length).putLong(generation).put(record).array());
      if (frames.size() >= CHUNK_BYTES) {
        file.write(frames.content(), frames.fileOffset());
        frames.written();
      }
    }
    file.write(frames.content(), frames.fileOffset());
    frames.written();
  }

  /** Reads through a segment. Empty if there is none, or it is damaged. */
  private Optional<Segment> look(String name, long before) throws IOException {
    if (!storage.exists(name)) {
      return Optional.empty();
    }
    try (JournalStorage.JournalFile file = storage.openForReading(name)) {
      return Optional.of(scan(file, name, before, record -> {}));
    } catch (JournalException e) {
      LOG.warn("event=history-damaged error=\"{}\"", e.getMessage());
      return Optional.empty();
    }
  }

  /** Takes the records of a segment. */
  interface RecordSink {
    /**
     * @throws IllegalArgumentException if the record is none
     */
    void take(ByteBuffer record);
  }

  /**
   * Reads the frames of earlier generations than {@code before}.
   *
   * @throws JournalException if it is damaged: a frame of those generations stands behind a bad one
   */
  static Segment scan(JournalStorage.JournalFile file, String path, long before, RecordSink sink)
      throws IOException {
    FrameReader frames = new FrameReader(file);
    FileHeader header = FileHeader.read(FileHeader.Kind.HISTORY, frames, path);
    long last = 0;
    long end = frames.position();
    while (frames.hasFrame()) {
      long at = frames.position();
      ByteBuffer payload = frames.next();
      OptionalLong generation = generation(payload);
      if (generation.isEmpty() || generation.getAsLong() < last) {
        throw FileHeader.damaged(path, at, file.size(), "generation of a frame");
      }
      if (generation.getAsLong() >= before) {
        return new Segment(header.number(), end, last);
      }
      last = generation.getAsLong();
      try {
        sink.take(payload);
      } catch (IllegalArgumentException e) {
        throw FileHeader.damaged(path, at, file.size(), String.valueOf(e.getMessage()));
      }
      end = frames.position();
    }
    while (frames.seekFrame()) {
      // Frames of the present generation may stand behind a hole: that append did not return.
      OptionalLong generation = generation(frames.next());
      if (generation.isPresent() && generation.getAsLong() < before) {
        throw FileHeader.damaged(path, end, file.size(), "checksum of a frame");
      }
    }
    return new Segment(header.number(), end, last);
  }

  private static OptionalLong generation(ByteBuffer payload) {
    return payload.remaining() < Long.BYTES
        ? OptionalLong.empty()
        : OptionalLong.of(payload.getLong());
  }

  /** The name under which a damaged file is kept. */
  static String damagedName(String name, Instant now) {
    return name + ".damaged-" + DATE.format(now);
  }
}
