package org.ovswin.sandbox.linux;

import com.sun.jna.NativeLong;
import com.sun.jna.ptr.IntByReference;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A netlink(7) socket. It belongs to the namespace of the thread that opens it, and may then be
 * used by any; one request runs at a time.
 *
 * <p>An answer is none, one or many messages, ended by NLMSG_DONE (dump) or by NLMSG_ERROR, whose
 * errno 0 is the acknowledgement:
 *
 * <pre>
 *  NLMSG_ERROR: | header 16 | -errno 4 | header of the request 16 | attributes if NLM_F_ACK_TLVS |
 * </pre>
 */
final class NetlinkSocket implements AutoCloseable {
  private static final int NETLINK_ROUTE = 0;
  private static final int SOL_NETLINK = 270;
  private static final int NETLINK_CAP_ACK = 10;
  private static final int NETLINK_EXT_ACK = 11;
  private static final int NETLINK_GET_STRICT_CHK = 12;
  private static final int MSG_TRUNC = 0x20;
  private static final int NLMSG_ERROR = 2;
  private static final int NLMSG_DONE = 3;
  private static final int NLM_F_DUMP_INTR = 0x10;
  private static final int NLM_F_CAPPED = 0x100;
  private static final int NLM_F_ACK_TLVS = 0x200;
  private static final int NLMSGERR_ATTR_MSG = 1;

  /** The kernel fills at most 32 KiB at once. */
  private static final int RECEIVE_BYTES = 64 * 1024;

  /**
   * Dumps that are begun again because the table changed meanwhile; the last one is taken as is.
   */
  private static final int MAX_DUMP_ATTEMPTS = 5;

  private final ReentrantLock lock = new ReentrantLock();
  private final int fd;
  private final byte[] buffer = new byte[RECEIVE_BYTES];
  private int sequence;
  private boolean open = true;

  private NetlinkSocket(int fd) {
    this.fd = fd;
  }

  /** A message of an answer: its type, and its body behind the header in the host's byte order. */
  record Message(int type, ByteBuffer body) {}

  /** Opens a socket for rtnetlink(7) in the calling thread's namespace. */
  static NetlinkSocket open() throws IOException {
    return open(NETLINK_ROUTE);
  }

  /**
   * Opens a socket in the calling thread's namespace.
   *
   * @param family NETLINK_…: the part of the kernel it talks to
   */
  static NetlinkSocket open(int family) throws IOException {
    int fd =
        Libc.call(
            "open a netlink socket",
            () -> Libc.socket(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, family));
    NetlinkSocket socket = new NetlinkSocket(fd);
    try {
      // Errors with the kernel's own words, without a copy of the request.
      socket.enable(NETLINK_EXT_ACK);
      socket.enable(NETLINK_CAP_ACK);
      // Dumps of one link or one table are filtered by the kernel.
      socket.enable(NETLINK_GET_STRICT_CHK);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Sends a request and waits for the end of its answer. rtnetlink works inside send(2), so this
   * takes as long as the kernel needs for the change.
   *
   * @throws ErrnoException what the kernel answered, with what was asked
   */
  List<Message> request(NetlinkRequest request) throws IOException {
    lock.lock();
    try {
      if (!open) {
        throw new IOException("netlink socket is closed: " + request.asked());
      }
      for (int attempt = 1; ; attempt++) {
        List<Message> answer = new ArrayList<>();
        boolean interrupted = attempt(request, answer);
        if (!interrupted || attempt == MAX_DUMP_ATTEMPTS) {
          return answer;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sends changes together and waits for all of their acknowledgements. The kernel does them one
   * after another, also those behind one that it refuses.
   *
   * @throws ErrnoException what the kernel answered to the first that it refused; of the others,
   *     what it answered is suppressed in it
   */
  void requestAll(List<NetlinkRequest> requests) throws IOException {
    lock.lock();
    try {
      if (!open) {
        throw new IOException("netlink socket is closed: %d requests".formatted(requests.size()));
      }
      Map<Integer, NetlinkRequest> waiting = new HashMap<>();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (NetlinkRequest request : requests) {
        waiting.put(++sequence, request);
        bytes.writeBytes(request.encode(sequence));
      }
      String asked = "%d requests".formatted(requests.size());
      byte[] all = bytes.toByteArray();
      Libc.call(asked, () -> Libc.send(fd, all, new NativeLong(all.length), 0).intValue());
      List<ErrnoException> refusals = new ArrayList<>();
      while (!waiting.isEmpty()) {
        readAcknowledgements(receive(asked), waiting, refusals);
      }
      if (!refusals.isEmpty()) {
        ErrnoException first = refusals.removeFirst();
        refusals.forEach(first::addSuppressed);
        throw first;
      }
    } finally {
      lock.unlock();
    }
  }

  private static void readAcknowledgements(
      ByteBuffer received, Map<Integer, NetlinkRequest> waiting, List<ErrnoException> refusals)
      throws IOException {
    while (received.remaining() >= NetlinkRequest.HEADER_LENGTH) {
      Header header = Header.read(received);
      NetlinkRequest request = waiting.get(header.sequence());
      if (request != null && header.type() == NLMSG_ERROR) {
        waiting.remove(header.sequence());
        try {
          requireSuccess(request, header.flags(), header.type(), header.body());
        } catch (ErrnoException e) {
          refusals.add(e);
        }
      }
    }
  }

  /** A message with its header, read. */
  private record Header(int type, int flags, int sequence, ByteBuffer body) {
    /** Reads the message at the buffer's position, and moves that behind it. */
    static Header read(ByteBuffer received) throws NetlinkFormatException {
      int start = received.position();
      int length = received.getInt();
      int type = Short.toUnsignedInt(received.getShort());
      int flags = Short.toUnsignedInt(received.getShort());
      int sequence = received.getInt();
      received.getInt();
      if (length < NetlinkRequest.HEADER_LENGTH || start + length > received.limit()) {
        throw new NetlinkFormatException(
            "message length at %d: %d (expected: 16 to %d)"
                .formatted(start, length, received.limit() - start));
      }
      ByteBuffer body =
          received
              .slice(received.position(), length - NetlinkRequest.HEADER_LENGTH)
              .order(ByteOrder.nativeOrder());
      received.position(
          Math.min(received.limit(), start + length + NetlinkRequest.padding(length)));
      return new Header(type, flags, sequence, body);
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (open) {
        open = false;
        Libc.closeQuietly(fd);
      }
    } finally {
      lock.unlock();
    }
  }

  private void enable(int option) throws ErrnoException {
    Libc.call(
        "set netlink option " + option,
        () -> Libc.setsockopt(fd, SOL_NETLINK, option, new IntByReference(1), Integer.BYTES));
  }

  /** Returns whether what was dumped changed while it was, so that it may be inconsistent. */
  private boolean attempt(NetlinkRequest request, List<Message> answer) throws IOException {
    int expected = ++sequence;
    byte[] bytes = request.encode(expected);
    Libc.call(
        request.asked(), () -> Libc.send(fd, bytes, new NativeLong(bytes.length), 0).intValue());
    boolean interrupted = false;
    while (true) {
      ByteBuffer received = receive(request.asked());
      while (received.remaining() >= NetlinkRequest.HEADER_LENGTH) {
        Header header = Header.read(received);
        if (header.sequence() != expected) {
          // The rest of an answer whose reading failed.
          continue;
        }
        interrupted |= (header.flags() & NLM_F_DUMP_INTR) != 0;
        if (header.type() == NLMSG_ERROR || header.type() == NLMSG_DONE) {
          requireSuccess(request, header.flags(), header.type(), header.body());
          return interrupted;
        }
        answer.add(new Message(header.type(), header.body()));
      }
    }
  }

  private ByteBuffer receive(String asked) throws IOException {
    int length =
        Libc.call(
            "receive the answer to: " + asked,
            () ->
                Libc.recvfrom(
                        fd,
                        buffer,
                        new NativeLong(buffer.length),
                        MSG_TRUNC,
                        new byte[0],
                        new IntByReference(0))
                    .intValue());
    if (length > buffer.length) {
      throw new NetlinkFormatException(
          "datagram: %d octets (expected: at most %d)".formatted(length, buffer.length));
    }
    // A copy: the messages outlive this buffer's next use.
    return ByteBuffer.wrap(Arrays.copyOf(buffer, length)).order(ByteOrder.nativeOrder());
  }

  private static void requireSuccess(NetlinkRequest request, int flags, int type, ByteBuffer body)
      throws IOException {
    int error = body.remaining() >= 4 ? -body.getInt() : 0;
    if (error == 0) {
      return;
    }
    Optional<String> words = Optional.empty();
    if ((flags & NLM_F_ACK_TLVS) != 0) {
      if (type == NLMSG_ERROR) {
        int copied = body.getInt(body.position());
        boolean capped = (flags & NLM_F_CAPPED) != 0;
        int skipped = capped ? NetlinkRequest.HEADER_LENGTH : copied;
        body.position(Math.min(body.limit(), body.position() + skipped));
      }
      words = NetlinkAttributes.read(body).text(NLMSGERR_ATTR_MSG);
    }
    throw new ErrnoException(request.asked(), new Errno(error), words);
  }
}
