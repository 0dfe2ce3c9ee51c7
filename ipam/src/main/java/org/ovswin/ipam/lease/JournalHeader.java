package org.ovswin.ipam.lease;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The first bytes of a journal. See {@link Journal} for the picture.
 *
 * @param generation one more with every compaction
 */
record JournalHeader(long generation) {
  static final int BYTES = 24;

  /** The version that this program writes, and the newest that it reads. */
  static final int VERSION = 2;

  private static final byte[] MAGIC = "OVSWINLJ".getBytes(StandardCharsets.US_ASCII);

  byte[] encode() {
    ByteBuffer header = ByteBuffer.allocate(BYTES);
    header.put(MAGIC).putShort((short) VERSION).putShort((short) 0).putLong(generation);
    header.putInt(checksum(header.array()));
    return header.array();
  }

  /**
   * @param bytes exactly {@link #BYTES}
   * @param path of the journal, for the message
   */
  static JournalHeader decode(byte[] bytes, String path) throws JournalException {
    ByteBuffer header = ByteBuffer.wrap(bytes);
    byte[] magic = new byte[MAGIC.length];
    header.get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new JournalException(
          path
              + ": does not begin with OVSWINLJ (expected: a lease journal; if no pod of this node"
              + " is left, move the file away)");
    }
    int version = header.getShort() & 0xffff;
    // Before the checksum: a later version may lay out the rest of the header anew.
    if (version > VERSION) {
      throw new JournalException(
          path
              + ": journal version "
              + version
              + " (expected: "
              + VERSION
              + "; a newer ovs-win wrote it: run that one, or remove all pods of this node and move"
              + " the file away)");
    }
    if (version != VERSION || header.getInt(BYTES - Integer.BYTES) != checksum(bytes)) {
      throw damaged(path, 0, BYTES, "checksum of the header");
    }
    header.getShort();
    return new JournalHeader(header.getLong());
  }

  /** The one refusal of a journal whose content cannot be trusted. */
  static JournalException damaged(String path, long offset, long size, String reason) {
    return new JournalException(
        path
            + ": damaged at offset "
            + offset
            + " of "
            + size
            + ": "
            + reason
            + " (expected: an intact journal; it is left as it is, because leases behind the damage"
            + " may still be in use: restore it, or remove all pods of this node and move it"
            + " away)");
  }

  private static int checksum(byte[] header) {
    CRC32C crc = new CRC32C();
    crc.update(header, 0, BYTES - Integer.BYTES);
    return (int) crc.getValue();
  }
}
