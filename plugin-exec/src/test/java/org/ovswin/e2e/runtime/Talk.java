package org.ovswin.e2e.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.ovswin.e2e.Cluster;
import org.ovswin.lab.Host;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.Shell;
import org.ovswin.sandbox.linux.Netns;

/**
 * Conversations that real programs in containers have: ping and nc. Each container listens on port
 * {@value #ECHO_PORT} and sends back what it gets.
 */
final class Talk {
  /** What a container runs to answer; with two l's nc waits for the next one. */
  static final List<String> ECHO = List.of("nc", "-ll", "-p", "8080", "-e", "/bin/cat");

  static final int ECHO_PORT = 8080;

  private static final int BOUND_MILLIS = 10_000;

  private Talk() {}

  /** All at once: each container to the next and out to the world, which sees their node. */
  static void all(Cluster cluster, LabNode node, List<Container> containers) {
    CompletableFuture<?>[] talks =
        IntStream.range(0, containers.size())
            .mapToObj(
                i ->
                    CompletableFuture.runAsync(
                        () -> {
                          Container from = containers.get(i);
                          Container to = containers.get((i + 1) % containers.size());
                          if (!from.equals(to)) {
                            reaches(from, to.address());
                          }
                          out(cluster, node, from);
                        }))
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(talks).join();
  }

  /** Ping and TCP from one container to an address at which another listens. */
  static void reaches(Container from, String address) {
    pings(from, address);
    String said = "hello from " + from.name();
    Shell.Outcome outcome =
        from.exec("sh", "-c", "echo %s | nc -w 5 %s %d".formatted(said, address, ECHO_PORT));
    assertThat(outcome.out().strip())
        .as("TCP from %s to %s: %s", from, address, outcome)
        .isEqualTo(said);
  }

  static void pings(Container from, String address) {
    Shell.Outcome outcome = from.exec("ping", "-c", "2", "-i", "0.2", "-W", "5", address);
    assertThat(outcome.out())
        .as("ping from %s to %s: %s", from, address, outcome)
        .contains(" 0% packet loss");
  }

  private static void out(Cluster cluster, LabNode node, Container from) {
    Host world = cluster.lab().external();
    // Not the container's own ping: its identifier is its process id, the same small number in
    // every
    // container, and Open vSwitch's conntrack cannot translate one of two that are equal.
    Cluster.holds(
        cluster.probes().ping("ping to the world", from.host(), world.address()),
        cluster.probes().seenAs("TCP and UDP to the world", from.host(), world, node.address()));
  }

  /**
   * A host gets back, from the container behind this address and port, what it says; once the
   * program in the container, which has just been started, listens.
   */
  static void answers(Host from, Host to, int port) {
    Cluster.eventually()
        .ignoreException(ConnectException.class)
        .untilAsserted(() -> answersNow(from, to, port));
  }

  private static void answersNow(Host from, Host to, int port) throws IOException {
    byte[] said = ("hello from " + from.name()).getBytes(StandardCharsets.UTF_8);
    SocketChannel channel =
        Netns.call(from.netns(), () -> SocketChannel.open(StandardProtocolFamily.INET));
    try (Socket socket = channel.socket()) {
      socket.setSoTimeout(BOUND_MILLIS);
      InetSocketAddress asked = to.socketAddress(port);
      socket.connect(asked, BOUND_MILLIS);
      socket.getOutputStream().write(said);
      assertThat(socket.getInputStream().readNBytes(said.length))
          .as("TCP from %s to %s", from, asked)
          .isEqualTo(said);
    }
  }
}
