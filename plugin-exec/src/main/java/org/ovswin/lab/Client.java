package org.ovswin.lab;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.ovswin.sandbox.linux.Netns;

/** What a host sends to an {@link EchoServer}, and what has to come back. */
final class Client {
  private static final Duration BOUND = Duration.ofSeconds(5);

  private Client() {}

  /**
   * Sends bytes over a new TCP connection and returns what comes back.
   *
   * @throws Proof.Refuted when the connection is not made or breaks off
   */
  static byte[] exchange(Host from, InetSocketAddress to, byte[] sent)
      throws IOException, Proof.Refuted, InterruptedException {
    SocketChannel channel = Netns.call(from.netns(), () -> SocketChannel.open(family(to)));
    try (channel) {
      Socket socket = channel.socket();
      socket.setSoTimeout((int) BOUND.toMillis());
      connect(socket, to);
      AtomicReference<IOException> writeFailure = new AtomicReference<>();
      Thread writer =
          Thread.ofPlatform()
              .daemon()
              .name("tcp-client")
              .start(
                  () -> {
                    try {
                      socket.getOutputStream().write(sent);
                      socket.shutdownOutput();
                    } catch (IOException e) {
                      writeFailure.set(e);
                    }
                  });
      ByteArrayOutputStream received = new ByteArrayOutputStream(sent.length);
      try {
        socket.getInputStream().transferTo(received);
      } catch (IOException e) {
        throw new Proof.Refuted(
            "TCP to %s: %s after %d of %d bytes"
                .formatted(text(to), e.getMessage(), received.size(), sent.length));
      }
      writer.join();
      if (writeFailure.get() != null) {
        throw new Proof.Refuted("TCP to %s: %s".formatted(text(to), writeFailure.get()));
      }
      return received.toByteArray();
    }
  }

  private static void connect(Socket socket, InetSocketAddress to) throws Proof.Refuted {
    try {
      socket.connect(to, (int) BOUND.toMillis());
    } catch (IOException e) {
      throw new Proof.Refuted("TCP to %s: not connected: %s".formatted(text(to), e.getMessage()));
    }
  }

  /**
   * Sends one datagram from a fresh port and returns the address that the answer came from.
   *
   * @throws Proof.Refuted when no answer comes, or one with other bytes
   */
  static InetSocketAddress ask(Host from, InetSocketAddress to, byte[] question)
      throws IOException, Proof.Refuted {
    DatagramChannel channel =
        Netns.call(from.netns(), () -> DatagramChannel.open(family(to)).bind(null));
    try (channel) {
      // Not connected: a connected socket would hide an answer from another address.
      var socket = channel.socket();
      socket.setSoTimeout((int) BOUND.toMillis());
      socket.send(new DatagramPacket(question, question.length, to));
      DatagramPacket answer = new DatagramPacket(new byte[1 << 16], 1 << 16);
      try {
        socket.receive(answer);
      } catch (SocketTimeoutException e) {
        throw new Proof.Refuted(
            "UDP to %s: no answer within %d s".formatted(text(to), BOUND.toSeconds()));
      }
      byte[] bytes = Arrays.copyOf(answer.getData(), answer.getLength());
      if (!Arrays.equals(question, bytes)) {
        throw new Proof.Refuted(
            "UDP to %s: %d other bytes came back (expected: the %d sent)"
                .formatted(text(to), bytes.length, question.length));
      }
      return (InetSocketAddress) answer.getSocketAddress();
    }
  }

  private static StandardProtocolFamily family(InetSocketAddress address) {
    return address.getAddress() instanceof Inet4Address
        ? StandardProtocolFamily.INET
        : StandardProtocolFamily.INET6;
  }

  static String text(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
