package org.ovswin.lab;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.ovswin.sandbox.MacAddress;

/**
 * Questions put to a cluster with real packets. Each is one {@link Proof}: it does not throw, it
 * passes or says why not. All sockets are opened inside the namespaces; of programs only {@code
 * ping} is used. Safe for use by several threads.
 */
public final class Probes {
  private static final int PINGS = 3;

  /** How long answers may take on a busy machine. */
  private static final Duration ANSWER_BOUND = Duration.ofSeconds(5);

  /** How long to listen for an answer that must not come. */
  private static final Duration SILENCE = Duration.ofSeconds(1);

  private static final int TRANSFER_BYTES = 1 << 20;
  private static final int ANY_PORT = 0;

  private final Shell shell;

  Probes(Shell shell) {
    this.shell = shell;
  }

  /** All echo requests are answered. */
  public Proof ping(String name, Host from, String to) {
    return Proof.of(
        name,
        () -> {
          Ping ping = Ping.run(shell, from, to, PINGS, ANSWER_BOUND);
          if (ping.lost() > 0) {
            throw new Proof.Refuted(
                "%s to %s: %d of %d answered (expected: all)"
                    .formatted(from, to, ping.received(), ping.sent()));
          }
          return "%s -> %s, %d of %d answered, %s ms"
              .formatted(from, to, ping.received(), ping.sent(), ping.averageMillis());
        });
  }

  /** No echo request is answered. */
  public Proof silent(String name, Host from, String to) {
    return Proof.of(
        name,
        () -> {
          Ping ping = Ping.run(shell, from, to, PINGS, SILENCE);
          if (ping.received() > 0) {
            throw new Proof.Refuted(
                "%s to %s: %d of %d answered (expected: none)"
                    .formatted(from, to, ping.received(), ping.sent()));
          }
          return "%s -> %s, none of %d answered".formatted(from, to, ping.sent());
        });
  }

  /** A ping that goes on until it is stopped. */
  public ContinuousPing pingEvery(Duration interval, Host from, String to) {
    return ContinuousPing.start(shell, from, to, interval);
  }

  /** 1 MB over TCP to the server and back; the SHA-256 of what comes back is that of what went. */
  public Proof transfer(String name, Host client, Host server) {
    return Proof.of(
        name,
        () -> {
          try (EchoServer echo = EchoServer.tcp(server, ANY_PORT)) {
            long start = System.nanoTime();
            String digest = transfer(client, server.socketAddress(echo.port()));
            return "%s <-> %s, 1 MB each way in %d ms, SHA-256 %s… both"
                .formatted(
                    client,
                    server,
                    (System.nanoTime() - start) / 1_000_000,
                    digest.substring(0, 8));
          }
        });
  }

  /** The digest, equal on both ends. */
  private static String transfer(Host client, InetSocketAddress to) throws Exception {
    byte[] sent = new byte[TRANSFER_BYTES];
    new Random(to.hashCode()).nextBytes(sent);
    byte[] received = Client.exchange(client, to, sent);
    String expected = sha256(sent);
    String actual = sha256(received);
    if (!expected.equals(actual)) {
      throw new Proof.Refuted(
          "TCP to %s: %d bytes with SHA-256 %s came back (expected: %d, %s)"
              .formatted(Client.text(to), received.length, actual, sent.length, expected));
    }
    return actual;
  }

  /** Datagrams of several sizes are answered from the address that was asked. */
  public Proof udp(String name, Host client, Host server) {
    return Proof.of(
        name,
        () -> {
          try (EchoServer echo = EchoServer.udp(server, ANY_PORT)) {
            String sizes = askAll(client, server.socketAddress(echo.port()));
            return "%s -> %s, %s answered from the address asked".formatted(client, server, sizes);
          }
        });
  }

  /** Sizes from one byte to the largest that fits a frame of 1400 bytes. */
  private static String askAll(Host client, InetSocketAddress to) throws Exception {
    List<Integer> sizes = List.of(1, 512, 1372);
    for (int size : sizes) {
      byte[] question = new byte[size];
      Arrays.fill(question, (byte) size);
      InetSocketAddress answered = Client.ask(client, to, question);
      if (!answered.equals(to)) {
        throw new Proof.Refuted(
            "UDP to %s: answered from %s (expected: the address asked)"
                .formatted(Client.text(to), Client.text(answered)));
      }
    }
    return sizes + " bytes";
  }

  /** TCP and UDP reach the server, which sees them come from {@code expectedSource}. */
  public Proof seenAs(String name, Host client, Host server, String expectedSource) {
    return Proof.of(
        name,
        () -> {
          try (EchoServer tcp = EchoServer.tcp(server, ANY_PORT);
              EchoServer udp = EchoServer.udp(server, ANY_PORT)) {
            Client.exchange(client, server.socketAddress(tcp.port()), bytes(name));
            Client.ask(client, server.socketAddress(udp.port()), bytes(name));
            requireSource("TCP", server, tcp, expectedSource);
            requireSource("UDP", server, udp, expectedSource);
            return "%s -> %s, which saw %s (TCP and UDP)".formatted(client, server, expectedSource);
          }
        });
  }

  private static void requireSource(
      String protocol, Host server, EchoServer echo, String expectedSource) throws Proof.Refuted {
    List<String> seen =
        echo.peers().stream().map(peer -> peer.getAddress().getHostAddress()).distinct().toList();
    if (!seen.equals(List.of(Host.parse(expectedSource).getHostAddress()))) {
      throw new Proof.Refuted(
          "%s: %s saw %s (expected: %s)".formatted(protocol, server, seen, expectedSource));
    }
  }

  /** A TCP connection to a port of a node arrives in the pod, and the pod's answer comes back. */
  public Proof hostPortTcp(String name, Host client, Host node, HostPort port, Host pod) {
    return Proof.of(
        name,
        () -> {
          try (EchoServer echo = EchoServer.tcp(pod, port.containerPort())) {
            InetSocketAddress asked = node.socketAddress(port.hostPort());
            String digest = transfer(client, asked);
            requireReached(pod, echo);
            return "%s -> %s -> %s port %d, 1 MB each way, SHA-256 %s… both"
                .formatted(
                    client, Client.text(asked), pod, port.containerPort(), digest.substring(0, 8));
          }
        });
  }

  /**
   * A datagram to a port of a node arrives in the pod; the answer comes from the node's address.
   */
  public Proof hostPortUdp(String name, Host client, Host node, HostPort port, Host pod) {
    return Proof.of(
        name,
        () -> {
          try (EchoServer echo = EchoServer.udp(pod, port.containerPort())) {
            InetSocketAddress asked = node.socketAddress(port.hostPort());
            String sizes = askAll(client, asked);
            requireReached(pod, echo);
            return "%s -> %s -> %s port %d, %s answered from the address asked"
                .formatted(client, Client.text(asked), pod, port.containerPort(), sizes);
          }
        });
  }

  /**
   * A host sends what is another's: nothing of it arrives at the victim, and what it sends honestly
   * does.
   *
   * @param other an address that is neither the liar's nor the victim's
   * @param otherMac the hardware address that goes with it
   * @param gateway the address of the victim's gateway
   */
  public List<Proof> forgeries(
      Host liar, Host victim, String other, String otherMac, String gateway) {
    String title = " from %s to %s".formatted(liar.name(), victim.name());
    Forgery forgery;
    try {
      Forgery.Identity identity = new Forgery.Identity(other, MacAddress.parse(otherMac));
      forgery = new Forgery(shell, liar, victim, identity);
    } catch (LabException e) {
      return List.of(
          Proof.of(
              "forgeries" + title,
              () -> {
                throw e;
              }));
    }
    List<Proof> proofs = new ArrayList<>();
    proofs.add(forgery.sourceAddress("forged IP address" + title));
    proofs.add(forgery.sourceMac("forged MAC address" + title));
    proofs.add(forgery.identity("forged IP and MAC address" + title));
    for (String claimed : List.of(other, gateway)) {
      proofs.add(forgery.arpReply("forged ARP reply for " + claimed + title, claimed));
      proofs.add(forgery.arpRequest("forged ARP request as " + claimed + title, claimed));
    }
    return List.copyOf(proofs);
  }

  private static void requireReached(Host pod, EchoServer echo) throws Proof.Refuted {
    if (echo.peers().isEmpty()) {
      throw new Proof.Refuted(pod + ": somebody else answered (expected: the pod)");
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
