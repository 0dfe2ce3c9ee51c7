package org.ovswin.ovsdb.jsonrpc;

import java.time.Duration;
import java.util.Optional;

/**
 * How to reach a server, and the bound of every wait and buffer of the session.
 *
 * @param tls needed for, and only for, an {@code ssl:} address
 * @param connectDeadline until the connection stands, the TLS handshake included
 * @param callDeadline from sending a request to its answer
 * @param probeInterval silence after which an echo is sent; as much again without any byte and the
 *     peer is taken for dead (RFC 7047, 4.1.11)
 * @param minBackoff the first pause between two attempts to connect; it doubles from there
 * @param maxBackoff the longest pause
 * @param maxMessageBytes the longest message taken from the server
 */
public record SessionOptions(
    OvsdbAddress address,
    Optional<TlsFiles> tls,
    Duration connectDeadline,
    Duration callDeadline,
    Duration probeInterval,
    Duration minBackoff,
    Duration maxBackoff,
    int maxMessageBytes) {

  public SessionOptions {
    requirePositive("connectDeadline", connectDeadline);
    requirePositive("callDeadline", callDeadline);
    requirePositive("probeInterval", probeInterval);
    requirePositive("minBackoff", minBackoff);
    if (maxBackoff.compareTo(minBackoff) < 0) {
      throw new IllegalArgumentException(
          "maxBackoff: " + maxBackoff + " (expected: at least minBackoff " + minBackoff + ")");
    }
    if (maxMessageBytes < 1) {
      throw new IllegalArgumentException(
          "maxMessageBytes: " + maxMessageBytes + " (expected: at least 1)");
    }
    if (tls.isPresent() != address instanceof OvsdbAddress.Ssl) {
      throw new IllegalArgumentException(
          "tls: "
              + (tls.isPresent() ? "given" : "missing")
              + " (expected: given if and only if the address is ssl:HOST:PORT) for "
              + address);
    }
  }

  /** The bounds for a server on the same machine. */
  public static SessionOptions of(OvsdbAddress address) {
    return of(address, Optional.empty());
  }

  /** The same for an {@code ssl:} address. */
  public static SessionOptions of(OvsdbAddress.Ssl address, TlsFiles tls) {
    return of(address, Optional.of(tls));
  }

  private static SessionOptions of(OvsdbAddress address, Optional<TlsFiles> tls) {
    return new SessionOptions(
        address,
        tls,
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(5),
        Duration.ofMillis(50),
        Duration.ofSeconds(2),
        64 << 20);
  }

  public SessionOptions withCallDeadline(Duration value) {
    return new SessionOptions(
        address,
        tls,
        connectDeadline,
        value,
        probeInterval,
        minBackoff,
        maxBackoff,
        maxMessageBytes);
  }

  public SessionOptions withProbeInterval(Duration value) {
    return new SessionOptions(
        address,
        tls,
        connectDeadline,
        callDeadline,
        value,
        minBackoff,
        maxBackoff,
        maxMessageBytes);
  }

  public SessionOptions withBackoff(Duration min, Duration max) {
    return new SessionOptions(
        address, tls, connectDeadline, callDeadline, probeInterval, min, max, maxMessageBytes);
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: more than zero)");
    }
  }
}
