package org.ovswin.pipeline.verdict;

import java.util.Optional;
import org.ovswin.pipeline.verdict.Packet.Ipv4;
import org.ovswin.pipeline.verdict.Packet.Ports;

/** What must happen to a packet. */
sealed interface Verdict {
  /**
   * Nothing comes out.
   *
   * @param reason the rule, for messages
   */
  record Dropped(String reason) implements Verdict {}

  /** It comes out of one port, looking like this. */
  record Sent(int port, Packet packet, SourcePort sourcePort) implements Verdict {}

  /** What the rules say of the transport's source port. */
  enum SourcePort {
    /** It is that of the packet shown. */
    EXACT,
    /** The one shown is taken: any other that no connection has. */
    ANOTHER
  }

  static Verdict dropped(String reason) {
    return new Dropped(reason);
  }

  static Verdict sent(int port, Packet packet) {
    return new Sent(port, packet, SourcePort.EXACT);
  }

  /** The packet that leaves, if one does. */
  default Optional<Packet> leaving() {
    return switch (this) {
      case Dropped _ -> Optional.empty();
      case Sent sent -> Optional.of(sent.packet());
    };
  }

  /** Whether what was seen is what must happen. */
  default boolean allows(Verdict seen) {
    return switch (this) {
      case Dropped _ -> seen instanceof Dropped;
      case Sent must ->
          seen instanceof Sent did
              && did.port() == must.port()
              && switch (must.sourcePort()) {
                case EXACT -> did.packet().equals(must.packet());
                case ANOTHER ->
                    sourcePort(did.packet()) != sourcePort(must.packet())
                        && withSourcePort(did.packet(), sourcePort(must.packet()))
                            .equals(must.packet());
              };
    };
  }

  /** The transport's source port, 0 if it has none. */
  static int sourcePort(Packet packet) {
    return packet.content() instanceof Ipv4 ip && ip.transport() instanceof Ports ports
        ? ports.src()
        : 0;
  }

  private static Packet withSourcePort(Packet packet, int port) {
    return packet.content() instanceof Ipv4 ip && ip.transport() instanceof Ports ports
        ? packet.with(new Ipv4(ip.src(), ip.dst(), ip.ttl(), ports.withPorts(port, ports.dst())))
        : packet;
  }
}
