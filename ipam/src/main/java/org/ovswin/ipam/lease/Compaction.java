package org.ovswin.ipam.lease;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes the next journal beside the one in use, while that one goes on: first what ended into the
 * history, then the snapshot under a new name, both forced. The switch is up to {@link Journal}.
 *
 * <p>Runs on the background's thread; its owner asks {@link #outcome} from another one. Everything
 * that it was given is immutable.
 */
final class Compaction implements Runnable {
  private static final int CHUNK_BYTES = 256 * 1024;

  private final JournalStorage storage;
  private final HistoryFiles history;
  private final LeaseSnapshot snapshot;
  private final List<byte[]> ended;

  /** Of the journal in use. */
  private final long generation;

  private final Instant now;
  private volatile boolean cancelled;
  private volatile @Nullable Outcome outcome;

  /** How it ended. */
  sealed interface Outcome {
    /** The new journal is on the disk, whole, with this many bytes. */
    record Written(long bytes) implements Outcome {}

    /** There is none. */
    record Failed(Throwable cause) implements Outcome {}
  }

  Compaction(
      JournalStorage storage,
      HistoryFiles history,
      LeaseSnapshot snapshot,
      List<byte[]> ended,
      long generation,
      Instant now) {
    this.storage = storage;
    this.history = history;
    this.snapshot = snapshot;
    this.ended = ended;
    this.generation = generation;
    this.now = now;
  }

  /** Null as long as it runs. */
  @Nullable Outcome outcome() {
    return outcome;
  }

  /** It is not wanted any more and ends soon. */
  void cancel() {
    cancelled = true;
  }

  @Override
  public void run() {
    try {
      history.append(generation, ended, now);
      outcome = new Outcome.Written(writeNew(storage, generation + 1, snapshot.entries()));
    } catch (Throwable e) {
      // Whatever it is, the owner must learn that it need not wait; it has lost nothing.
      outcome = new Outcome.Failed(e);
    }
  }

  private long writeNew(JournalStorage to, long number, Stream<Entry> entries) throws IOException {
    return write(
        to,
        number,
        entries.peek(
            _ -> {
              if (cancelled) {
                throw new IllegalStateException("closed meanwhile");
              }
            }));
  }

  /** Writes a whole journal under the new name and forces it. Returns its size. */
  static long write(JournalStorage storage, long generation, Stream<Entry> snapshot)
      throws IOException {
    try (JournalStorage.JournalFile file = storage.create(Journal.NEW_FILE)) {
      file.write(ByteBuffer.wrap(FileHeader.encode(FileHeader.Kind.JOURNAL, generation)), 0);
      FrameBuffer frames = new FrameBuffer(FileHeader.BYTES);
      Iterator<Entry> entries = snapshot.iterator();
      while (entries.hasNext()) {
        frames.add(EntryCodec.encode(entries.next()));
        if (frames.size() >= CHUNK_BYTES) {
          file.write(frames.content(), frames.fileOffset());
          frames.written();
        }
      }
      // Without this mark at its end, a snapshot that was cut short would look like a torn tail.
      Journal.writeMark(file, frames);
      file.force();
      return frames.fileOffset();
    }
  }
}
