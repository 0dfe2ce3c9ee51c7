package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.ovswin.lab.Host;
import org.ovswin.sandbox.linux.Netns;

/**
 * One TCP connection between two hosts that stays open while a test does something to the cluster:
 * to show that what was connected before is connected after.
 */
final class Conversation implements AutoCloseable {
  private static final int BOUND_MILLIS = 20_000;

  private final SocketChannel client;
  private final SocketChannel server;
  private byte next;

  private Conversation(SocketChannel client, SocketChannel server) {
    this.client = client;
    this.server = server;
  }

  static Conversation between(Host from, Host to) throws IOException {
    ServerSocketChannel listener =
        Netns.call(
            to.netns(),
            () ->
                ServerSocketChannel.open(StandardProtocolFamily.INET)
                    .bind(new InetSocketAddress("0.0.0.0", 0)));
    try (listener) {
      SocketChannel client =
          Netns.call(from.netns(), () -> SocketChannel.open(StandardProtocolFamily.INET));
      int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
      client.socket().connect(to.socketAddress(port), BOUND_MILLIS);
      Conversation conversation = new Conversation(client, listener.accept());
      conversation.goesOn();
      return conversation;
    }
  }

  /** A byte each way arrives, in order. */
  void goesOn() throws IOException {
    next++;
    say(client, server);
    say(server, client);
  }

  private void say(SocketChannel from, SocketChannel to) throws IOException {
    from.socket().getOutputStream().write(next);
    to.socket().setSoTimeout(BOUND_MILLIS);
    assertThat(to.socket().getInputStream().read()).isEqualTo(next);
  }

  @Override
  public void close() throws IOException {
    client.close();
    server.close();
  }
}
