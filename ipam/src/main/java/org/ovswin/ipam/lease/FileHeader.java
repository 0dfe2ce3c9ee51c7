package org.ovswin.ipam.lease;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;

/**
 * The first bytes of a journal or a history segment.
 *
 * <pre>
 * 0       8       10    12       20       24
 * +-------+-------+-----+--------+--------+
 * | magic |version|  0  | number |CRC-32C |
 * |  (8)  |  (2)  | (2) |  (8)   |of 0..19|
 * +-------+-------+-----+--------+--------+
 * </pre>
 *
 * @param number of a journal its generation, one more with every compaction; of a history segment
 *     its place in the order of segments
 * @param block of a journal of version 1, which was of one block
 */
record FileHeader(Kind kind, int version, long number, Optional<IpPrefix> block) {
  static final int BYTES = 24;

  /** A journal of version 1: magic, version, address bytes, prefix length, address, 0, CRC-32C. */
  static final int VERSION_1_BYTES = 36;

  private static final int MAGIC_BYTES = 8;
  private static final int IPV6_BYTES = 16;

  /** What a file is. */
  enum Kind {
    JOURNAL("lease journal", "OVSWINLJ", 2),
    HISTORY("lease history", "OVSWINLH", 1);

    private final String text;
    private final String magic;

    /** The version that this program writes, and the newest that it reads. */
    private final int version;

    Kind(String text, String magic, int version) {
      this.text = text;
      this.magic = magic;
      this.version = version;
    }

    int version() {
      return version;
    }

    private byte[] magicBytes() {
      return magic.getBytes(StandardCharsets.US_ASCII);
    }
  }

  /** The header of a new file. */
  static byte[] encode(Kind kind, long number) {
    ByteBuffer header = ByteBuffer.allocate(BYTES);
    header
        .put(kind.magicBytes())
        .putShort((short) kind.version)
        .putShort((short) 0)
        .putLong(number);
    header.putInt(checksum(header.array()));
    return header.array();
  }

  /** Bytes of this header. */
  int bytes() {
    return kind == Kind.JOURNAL && version == 1 ? VERSION_1_BYTES : BYTES;
  }

  /**
   * Takes the header off a file.
   *
   * @param path of the file, for messages
   * @throws JournalException if it is none, damaged, or of a newer version
   */
  static FileHeader read(Kind kind, FrameReader file, String path) throws IOException {
    if (!file.has(MAGIC_BYTES + Short.BYTES)) {
      throw damaged(path, 0, file.size(), "shorter than its header");
    }
    byte[] begin = file.peek(MAGIC_BYTES + Short.BYTES);
    if (!Arrays.equals(kind.magicBytes(), 0, MAGIC_BYTES, begin, 0, MAGIC_BYTES)) {
      throw new JournalException(
          JournalException.Cause.NOT_OURS,
          0,
          "does not begin with " + kind.magic,
          path
              + ": does not begin with "
              + kind.magic
              + " (expected: a "
              + kind.text
              + "; if no pod of this node is left, move the file away)");
    }
    int version = ByteBuffer.wrap(begin).getShort(MAGIC_BYTES) & 0xffff;
    // Before the checksum: a later version may lay out the rest of the header anew.
    if (version > kind.version) {
      throw new JournalException(
          JournalException.Cause.FROM_THE_FUTURE,
          MAGIC_BYTES,
          "version " + version + " (expected: at most " + kind.version + ")",
          path
              + ": "
              + (kind == Kind.JOURNAL ? "journal" : "history")
              + " version "
              + version
              + " (expected: "
              + kind.version
              + "; a newer ovs-win wrote it: run that one, or remove all pods of this node and move"
              + " the file away)");
    }
    FileHeader any = new FileHeader(kind, version, 0, Optional.empty());
    if (!file.has(any.bytes())) {
      throw damaged(path, 0, file.size(), "shorter than its header");
    }
    byte[] bytes = file.peek(any.bytes());
    ByteBuffer header = ByteBuffer.wrap(bytes);
    if (version == 0 || header.getInt(bytes.length - Integer.BYTES) != checksum(bytes)) {
      throw damaged(path, 0, bytes.length, "checksum of the header");
    }
    file.skip(bytes.length);
    header.position(MAGIC_BYTES + Short.BYTES);
    if (bytes.length == VERSION_1_BYTES) {
      return new FileHeader(kind, version, 0, Optional.of(block(header, path)));
    }
    header.getShort();
    return new FileHeader(kind, version, header.getLong(), Optional.empty());
  }

  private static IpPrefix block(ByteBuffer header, String path) throws JournalException {
    int addressBytes = header.get() & 0xff;
    int prefixLength = header.get() & 0xff;
    byte[] network = new byte[IPV6_BYTES];
    header.get(network);
    try {
      return new IpPrefix(IpAddress.of(Arrays.copyOf(network, addressBytes)), prefixLength);
    } catch (IllegalArgumentException e) {
      throw damaged(path, 0, VERSION_1_BYTES, "block: " + e.getMessage());
    }
  }

  /** The one refusal of a file whose content cannot be trusted. */
  static JournalException damaged(String path, long offset, long size, String reason) {
    return refusal(JournalException.Cause.DAMAGED, path, offset, size, reason);
  }

  /** The refusal of an entry whose checksum is right and whose content cannot be. */
  static JournalException contradiction(String path, long offset, long size, String reason) {
    return refusal(JournalException.Cause.CONTRADICTION, path, offset, size, reason);
  }

  private static JournalException refusal(
      JournalException.Cause cause, String path, long offset, long size, String reason) {
    return new JournalException(
        cause,
        offset,
        reason,
        path
            + ": damaged at offset "
            + offset
            + " of "
            + size
            + ": "
            + reason
            + " (expected: an intact file; it is left as it is, because leases behind the damage"
            + " may still be in use: look at it with `ovs-win ipam check`)");
  }

  private static int checksum(byte[] header) {
    CRC32C crc = new CRC32C();
    crc.update(header, 0, header.length - Integer.BYTES);
    return (int) crc.getValue();
  }
}
