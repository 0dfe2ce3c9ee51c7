package org.ovswin.lab;

/** A port of a pod that is reached through a port of its node (CNI capability portMappings). */
public record HostPort(Protocol protocol, int hostPort, int containerPort) {
  private static final int MAX_PORT = 0xffff;

  /** As CNI writes it. */
  public enum Protocol {
    TCP("tcp"),
    UDP("udp");

    private final String text;

    Protocol(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  public HostPort {
    requirePort("hostPort", hostPort);
    requirePort("containerPort", containerPort);
  }

  public static HostPort tcp(int hostPort, int containerPort) {
    return new HostPort(Protocol.TCP, hostPort, containerPort);
  }

  public static HostPort udp(int hostPort, int containerPort) {
    return new HostPort(Protocol.UDP, hostPort, containerPort);
  }

  private static void requirePort(String field, int port) {
    if (port < 1 || port > MAX_PORT) {
      throw new IllegalArgumentException(
          "%s: %d (expected: 1 to %d)".formatted(field, port, MAX_PORT));
    }
  }
}
