package org.ovswin.ipam.lease;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;

/**
 * The first bytes of a journal. See {@link Journal} for the picture.
 *
 * @param block the block that the leases are of
 */
record JournalHeader(IpPrefix block) {
  static final int BYTES = 36;

  /** The version that this program writes, and the newest that it reads. */
  static final int VERSION = 1;

  private static final byte[] MAGIC = "OVSWINLJ".getBytes(StandardCharsets.US_ASCII);
  private static final int ADDRESS_BYTES = 16;

  byte[] encode() {
    byte[] network = block.network().bytes();
    ByteBuffer header = ByteBuffer.allocate(BYTES);
    header
        .put(MAGIC)
        .putShort((short) VERSION)
        .put((byte) network.length)
        .put((byte) block.length())
        .put(Arrays.copyOf(network, ADDRESS_BYTES))
        .putInt(0);
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
    if (version == 0 || header.getInt(BYTES - Integer.BYTES) != checksum(bytes)) {
      throw damaged(path, 0, BYTES, "checksum of the header");
    }
    int addressBytes = header.get() & 0xff;
    int prefixLength = header.get() & 0xff;
    byte[] network = new byte[ADDRESS_BYTES];
    header.get(network);
    try {
      return new JournalHeader(
          new IpPrefix(IpAddress.of(Arrays.copyOf(network, addressBytes)), prefixLength));
    } catch (IllegalArgumentException e) {
      throw damaged(path, 0, BYTES, "block: " + e.getMessage());
    }
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
