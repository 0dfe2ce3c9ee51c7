package org.ovswin.sandbox.linux;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.ovswin.sandbox.Protocol;
import org.ovswin.sandbox.linux.ConntrackMessages.Connection;

/**
 * The connections that the kernel remembers, of the namespace that this was opened in. Safe for use
 * by several threads.
 */
final class Conntrack implements AutoCloseable {
  private static final int NETLINK_NETFILTER = 12;

  private final NetlinkSocket socket;

  private Conntrack(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** Which connections are meant. */
  @FunctionalInterface
  interface Which {
    boolean test(Connection connection) throws IOException;
  }

  /** For the namespace of the calling thread. */
  static Conntrack open() throws IOException {
    return new Conntrack(NetlinkSocket.open(NETLINK_NETFILTER));
  }

  /**
   * Forgets connections whose first packet was sent to a port.
   *
   * @param family AF_INET or AF_INET6
   * @param which of them
   * @return how many
   */
  int forget(int family, Protocol protocol, int port, Which which) throws IOException {
    int forgotten = 0;
    for (Connection connection : connections(family, protocol, port)) {
      if (which.test(connection)) {
        try {
          socket.request(ConntrackMessages.delete(connection));
          forgotten++;
        } catch (ErrnoException e) {
          // It ended by itself meanwhile.
          if (!e.errno().equals(Errno.ENOENT)) {
            throw e;
          }
        }
      }
    }
    return forgotten;
  }

  private List<Connection> connections(int family, Protocol protocol, int port) throws IOException {
    List<Connection> connections = new ArrayList<>();
    for (NetlinkSocket.Message message :
        socket.request(ConntrackMessages.dump(family, protocol, port))) {
      if (message.type() == ConntrackMessages.IPCTNL_MSG_CT_NEW) {
        ConntrackMessages.decode(message.body()).ifPresent(connections::add);
      }
    }
    return connections;
  }

  @Override
  public void close() {
    socket.close();
  }
}
