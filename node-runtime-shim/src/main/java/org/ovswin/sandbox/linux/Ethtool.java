package org.ovswin.sandbox.linux;

import com.sun.jna.Memory;
import com.sun.jna.NativeLong;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The offload settings of links, by the SIOCETHTOOL ioctl of include/uapi/linux/ethtool.h.
 *
 * <pre>
 *  struct ifreq:         | name 16, ended by a zero | pointer to the value 8 | … |
 *  struct ethtool_value: | command 4 | data 4 |
 * </pre>
 *
 * <p>Safe for use by several threads; works in the namespace it was opened in.
 */
public final class Ethtool implements AutoCloseable {
  private static final NativeLong SIOCETHTOOL = new NativeLong(0x8946);
  private static final int ETHTOOL_GTXCSUM = 0x16;
  private static final int ETHTOOL_STXCSUM = 0x17;
  private static final int IFNAMSIZ = 16;
  private static final int IFREQ_LENGTH = 40;

  private final int fd;

  private Ethtool(int fd) {
    this.fd = fd;
  }

  /** Whether the kernel leaves checksums of sent packets to the device. */
  public enum TxChecksum {
    OFFLOADED,
    COMPUTED
  }

  /** For the namespace of the calling thread. */
  public static Ethtool open() throws IOException {
    return new Ethtool(
        Libc.call(
            "open a socket for ethtool",
            () -> Libc.socket(Libc.AF_INET, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0)));
  }

  /**
   * @throws ErrnoException ENODEV if there is no such link
   */
  public TxChecksum txChecksum(String ifName) throws IOException {
    int on = ioctl("read tx checksum offload of " + ifName, ifName, ETHTOOL_GTXCSUM, 0);
    return on != 0 ? TxChecksum.OFFLOADED : TxChecksum.COMPUTED;
  }

  /**
   * Lets the kernel compute checksums before it hands packets to the link. Without this, TCP of a
   * veth into a userspace switch does not connect, while ping works.
   *
   * @throws ErrnoException ENODEV if there is no such link
   */
  public void computeTxChecksum(String ifName) throws IOException {
    ioctl("switch tx checksum offload of " + ifName + " off", ifName, ETHTOOL_STXCSUM, 0);
  }

  @Override
  public void close() {
    Libc.closeQuietly(fd);
  }

  private int ioctl(String asked, String ifName, int command, int data) throws ErrnoException {
    byte[] name = ifName.getBytes(StandardCharsets.UTF_8);
    if (name.length >= IFNAMSIZ) {
      throw new IllegalArgumentException(
          "link name: %s (expected: at most %d octets)".formatted(ifName, IFNAMSIZ - 1));
    }
    try (Memory ifreq = new Memory(IFREQ_LENGTH);
        Memory value = new Memory(8)) {
      ifreq.clear();
      ifreq.write(0, name, 0, name.length);
      ifreq.setPointer(IFNAMSIZ, value);
      value.setInt(0, command);
      value.setInt(4, data);
      Libc.call(asked, () -> Libc.ioctl(fd, SIOCETHTOOL, ifreq));
      return value.getInt(4);
    }
  }
}
