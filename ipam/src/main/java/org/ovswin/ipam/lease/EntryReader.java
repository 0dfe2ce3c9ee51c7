package org.ovswin.ipam.lease;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.function.Consumer;

/** Entries out of payloads, whatever the version of the journal. */
interface EntryReader {

  /**
   * @throws IllegalArgumentException if the payload is no entry, or the sink refuses it
   */
  void read(ByteBuffer payload, Consumer<Entry> sink);

  /** The reader for a journal with this header. */
  static EntryReader of(FileHeader header, CommonTexts.Pool common, Instant now) {
    if (header.version() == 1) {
      return new EntryReaderV1(common, now, header.block().orElseThrow());
    }
    EntryCodec codec = new EntryCodec(common);
    return (payload, sink) -> sink.accept(codec.decode(payload));
  }
}
