package org.ovswin.sandbox.linux;

import com.sun.jna.NativeLong;
import com.sun.jna.ptr.IntByReference;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Whole Ethernet frames to and from one link (packet(7), SOCK_RAW), past the host's IP stack: to
 * send what that would never send, and to see what arrives, for whomever it is.
 *
 * <pre>
 *  struct sockaddr_ll: | family 2 | protocol 2, network order | link index 4 |
 *                      | hardware type 2 | packet type 1 | address length 1 | address 8 |
 * </pre>
 *
 * <p>Confined to one thread at a time. Belongs to the namespace that it was opened in.
 */
public final class PacketSocket implements AutoCloseable {
  private static final short ETH_P_ALL = 3;
  private static final int PACKET_OUTGOING = 4;
  private static final int SOCKADDR_LL_LENGTH = 20;
  private static final int PACKET_TYPE_OFFSET = 10;

  /** More than any MTU. */
  private static final int MAX_FRAME_BYTES = 65536 + 64;

  private final String ifName;
  private final int fd;
  private final byte[] buffer = new byte[MAX_FRAME_BYTES];
  private boolean open = true;

  private PacketSocket(String ifName, int fd) {
    this.ifName = ifName;
    this.fd = fd;
  }

  /**
   * On a link of the namespace at a path; errors as {@link #open(String)} and {@link Netns#call}.
   */
  public static PacketSocket open(Path netns, String ifName) throws IOException {
    return Netns.call(netns, () -> open(ifName));
  }

  /**
   * On a link of the calling thread's namespace. Frames that arrive from now on can be received.
   *
   * @throws ErrnoException ENODEV if there is no such link, EPERM without CAP_NET_RAW
   */
  public static PacketSocket open(String ifName) throws IOException {
    int index;
    try (Rtnetlink links = Rtnetlink.open()) {
      index =
          links
              .link(ifName)
              .orElseThrow(
                  () ->
                      new ErrnoException(
                          "open a packet socket on " + ifName, Errno.ENODEV, Optional.empty()))
              .index();
    }
    // Protocol 0 until it is bound: it would receive from all links before.
    PacketSocket socket =
        new PacketSocket(
            ifName,
            Libc.call(
                "open a packet socket",
                () -> Libc.socket(Libc.AF_PACKET, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, 0)));
    try {
      byte[] address =
          ByteBuffer.allocate(SOCKADDR_LL_LENGTH)
              .order(ByteOrder.nativeOrder())
              .putShort((short) Libc.AF_PACKET)
              .order(ByteOrder.BIG_ENDIAN)
              .putShort(ETH_P_ALL)
              .order(ByteOrder.nativeOrder())
              .putInt(index)
              .array();
      Libc.call(
          "bind a packet socket to " + ifName, () -> Libc.bind(socket.fd, address, address.length));
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Sends a frame as it is.
   *
   * @param frame from the destination's MAC address to the end of the payload, without checksum
   * @throws ErrnoException ENETDOWN if the link is down, EMSGSIZE if the frame is too long for it
   */
  public void send(byte[] frame) throws IOException {
    requireOpen();
    Libc.call(
        "send %d octets on %s".formatted(frame.length, ifName),
        () -> Libc.send(fd, frame, new NativeLong(frame.length), 0).intValue());
  }

  /**
   * The next frame that arrived at the link, as in {@link #send}; not those that were sent from it,
   * by this socket or by the host.
   *
   * @param timeout at least how long to wait; empty if nothing arrived
   * @throws ErrnoException ENETDOWN if the link went down
   */
  public Optional<byte[]> receive(Duration timeout) throws IOException {
    requireOpen();
    long deadlineNanos = System.nanoTime() + timeout.toNanos();
    byte[] from = new byte[SOCKADDR_LL_LENGTH];
    while (true) {
      long leftNanos = Math.max(0, deadlineNanos - System.nanoTime());
      // Rounded up, so that a wait is never shorter than asked for.
      long leftMillis = TimeUnit.NANOSECONDS.toMillis(leftNanos + 999_999);
      if (!isReadableWithin((int) Math.min(leftMillis, Integer.MAX_VALUE))) {
        if (leftNanos == 0) {
          return Optional.empty();
        }
        continue;
      }
      int length =
          Libc.call(
              "receive on " + ifName,
              () ->
                  Libc.recvfrom(
                          fd,
                          buffer,
                          new NativeLong(buffer.length),
                          0,
                          from,
                          new IntByReference(from.length))
                      .intValue());
      if (from[PACKET_TYPE_OFFSET] != PACKET_OUTGOING) {
        return Optional.of(Arrays.copyOf(buffer, length));
      }
    }
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      Libc.closeQuietly(fd);
    }
  }

  /** By poll(2): {@code | descriptor 4 | events 2 | returned events 2 |}. */
  private boolean isReadableWithin(int millis) throws IOException {
    byte[] pollfd =
        ByteBuffer.allocate(8)
            .order(ByteOrder.nativeOrder())
            .putInt(fd)
            .putShort(Libc.POLLIN)
            .array();
    return Libc.call("wait for " + ifName, () -> Libc.poll(pollfd, new NativeLong(1), millis)) > 0;
  }

  private void requireOpen() throws IOException {
    if (!open) {
      throw new IOException("packet socket on %s is closed".formatted(ifName));
    }
  }
}
