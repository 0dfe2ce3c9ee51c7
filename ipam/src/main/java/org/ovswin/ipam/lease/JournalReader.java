package org.ovswin.ipam.lease;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * Reads a journal once from its begin to its end, and tells a torn tail from damage. See {@link
 * Journal} for the rule. Not thread-safe.
 */
final class JournalReader {

  /**
   * What was found.
   *
   * @param snapshotEnd offset behind the snapshot that the file began with
   * @param markEnd offset behind the last mark; everything before it had been forced
   * @param end offset behind the last whole frame
   * @param size of the file; more than {@code end} if the tail is torn
   */
  record Scan(long snapshotEnd, long markEnd, long end, long size) {}

  private final FrameReader frames;
  private final String path;
  private final FileHeader header;
  private final CommonTexts.Pool common;

  /**
   * Reads the header.
   *
   * @param path of the file, for messages
   * @param common where leases get what they share
   */
  JournalReader(JournalStorage.JournalFile file, String path, CommonTexts.Pool common)
      throws IOException {
    this.frames = new FrameReader(file);
    this.path = path;
    this.common = common;
    this.header = FileHeader.read(FileHeader.Kind.JOURNAL, frames, path);
  }

  FileHeader header() {
    return header;
  }

  /**
   * Hands every entry to the sink.
   *
   * @param sink throws IllegalArgumentException for an entry that contradicts the earlier ones
   * @param now when releases were that a journal of version 1 has without their time
   * @throws JournalException if the journal is damaged anywhere but in its tail
   */
  Scan scan(Consumer<Entry> sink, Instant now) throws IOException {
    EntryReader entries = EntryReader.of(header, common, now);
    header.block().ifPresent(block -> sink.accept(new Entry.BlockAdded(block)));
    long snapshotEnd = -1;
    long markEnd = -1;
    while (frames.hasFrame()) {
      long at = frames.position();
      ByteBuffer payload = frames.next();
      if (FrameReader.isMark(payload)) {
        markEnd = frames.position();
        snapshotEnd = snapshotEnd < 0 ? markEnd : snapshotEnd;
        continue;
      }
      try {
        entries.read(payload, sink);
      } catch (IllegalArgumentException e) {
        // The checksum fits, so these bytes were written like this.
        throw FileHeader.contradiction(path, at, frames.size(), String.valueOf(e.getMessage()));
      }
    }
    long end = frames.position();
    if (markEnd < 0) {
      throw damaged(end, "the snapshot at the begin is not whole");
    }
    if (frames.hasMarkBehind()) {
      throw damaged(end, "checksum of a frame");
    }
    return new Scan(snapshotEnd, markEnd, end, Math.max(end, frames.size()));
  }

  private JournalException damaged(long offset, String reason) throws IOException {
    return FileHeader.damaged(path, offset, frames.size(), reason);
  }
}
