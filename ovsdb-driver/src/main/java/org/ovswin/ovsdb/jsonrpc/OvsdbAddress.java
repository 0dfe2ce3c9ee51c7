package org.ovswin.ovsdb.jsonrpc;

import java.nio.file.Path;

/**
 * Where an OVSDB server listens, in the notation of ovsdb(7), "Connection Methods": {@code
 * unix:/path}, {@code tcp:host:port} or {@code ssl:host:port}. An IPv6 host stands in brackets; a
 * missing port is 6640.
 */
public sealed interface OvsdbAddress {

  /** The port that IANA assigned to OVSDB (RFC 7047, 6). */
  int DEFAULT_PORT = 6640;

  /** A Unix domain socket. */
  record Unix(Path path) implements OvsdbAddress {
    @Override
    public String toString() {
      return "unix:" + path;
    }
  }

  /** TCP without protection: for loopback and test namespaces. */
  record Tcp(String host, int port) implements OvsdbAddress {
    public Tcp {
      requirePort(port);
    }

    @Override
    public String toString() {
      return "tcp:" + bracketed(host) + ":" + port;
    }
  }

  /** TLS over TCP. */
  record Ssl(String host, int port) implements OvsdbAddress {
    public Ssl {
      requirePort(port);
    }

    @Override
    public String toString() {
      return "ssl:" + bracketed(host) + ":" + port;
    }
  }

  /**
   * Reads the OVS notation.
   *
   * @throws IllegalArgumentException with the text and what was expected instead
   */
  static OvsdbAddress parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw malformed(text);
    }
    String rest = text.substring(colon + 1);
    return switch (text.substring(0, colon)) {
      case "unix" -> {
        if (rest.isEmpty()) {
          throw malformed(text);
        }
        yield new Unix(Path.of(rest));
      }
      case "tcp" -> {
        HostPort at = HostPort.parse(text, rest);
        yield new Tcp(at.host(), at.port());
      }
      case "ssl" -> {
        HostPort at = HostPort.parse(text, rest);
        yield new Ssl(at.host(), at.port());
      }
      default -> throw malformed(text);
    };
  }

  /** The part after the scheme of a TCP or TLS address. */
  record HostPort(String host, int port) {

    static HostPort parse(String text, String rest) {
      int hostEnd = rest.startsWith("[") ? rest.indexOf(']') + 1 : rest.indexOf(':');
      if (hostEnd < 0) {
        hostEnd = rest.length();
      }
      String host = rest.substring(0, hostEnd);
      String port = rest.substring(hostEnd);
      if (host.startsWith("[")) {
        host = host.substring(1, host.length() - 1);
      } else if (port.indexOf(':', 1) >= 0) {
        throw new IllegalArgumentException(
            "address: " + text + " (expected: an IPv6 host in brackets)");
      }
      if (host.isEmpty() || !(port.isEmpty() || port.matches(":[0-9]{1,5}"))) {
        throw malformed(text);
      }
      return new HostPort(
          host, port.isEmpty() ? DEFAULT_PORT : Integer.parseInt(port.substring(1)));
    }
  }

  private static void requirePort(int port) {
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port: " + port + " (expected: 1 to 65535)");
    }
  }

  private static String bracketed(String host) {
    return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(
        "address: " + text + " (expected: unix:PATH, tcp:HOST[:PORT] or ssl:HOST[:PORT])");
  }
}
