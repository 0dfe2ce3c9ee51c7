package org.ovswin.pipeline.verdict;

import java.util.HashMap;
import java.util.Map;
import org.ovswin.pipeline.verdict.Packet.Echo;
import org.ovswin.pipeline.verdict.Packet.IcmpError;
import org.ovswin.pipeline.verdict.Packet.Ipv4;
import org.ovswin.pipeline.verdict.Packet.Tcp;

/**
 * A small stateful model of connection tracking with translation: which connection does a packet
 * belong to, and what does it look like on the other side. Connections do not end here.
 */
final class Connections {
  /** From what one side sends to what the other sees; each connection stands here twice. */
  private final Map<Tuple, Tuple> translations = new HashMap<>();

  /** Where a packet stands. */
  sealed interface Tracked {
    /** Of a connection; translated as that was. */
    record Known(Ipv4 packet) implements Tracked {}

    /** Of none, but one may begin with it. */
    record New() implements Tracked {}

    /** Of none, and none begins like this. */
    record Invalid() implements Tracked {}
  }

  Tracked track(Ipv4 ip) {
    if (ip.transport() instanceof IcmpError error) {
      return related(ip, error);
    }
    Tuple translated = translations.get(Tuple.of(ip));
    if (translated != null) {
      return new Tracked.Known(translated.applyTo(ip));
    }
    return begins(ip) ? new Tracked.New() : new Tracked.Invalid();
  }

  /** The error's sender stays, its receiver is whoever sent what is quoted, as it was sent. */
  private Tracked related(Ipv4 ip, IcmpError error) {
    Tuple quoted = Tuple.of(error.quoted());
    Tuple sent = translations.get(quoted.reverse());
    if (sent == null) {
      return new Tracked.Invalid();
    }
    Tuple asSent = sent.reverse();
    Ipv4 inner = asSent.applyTo(error.quoted());
    return new Tracked.Known(
        new Ipv4(
            ip.src().equals(error.quoted().dst()) ? asSent.dst() : ip.src(),
            asSent.src(),
            ip.ttl(),
            new IcmpError(error.type(), error.code(), inner)));
  }

  private static boolean begins(Ipv4 ip) {
    return switch (ip.transport()) {
      // Half-known connections are picked up, also from a lone reset; never from an answer.
      case Tcp tcp -> (tcp.flags() & (Tcp.SYN | Tcp.ACK)) != (Tcp.SYN | Tcp.ACK);
      case Echo echo -> echo.type() == Echo.REQUEST;
      default -> true;
    };
  }

  /** Whether no connection's packets look like this, in either direction. */
  boolean isFree(Tuple tuple) {
    return !translations.containsKey(tuple) && !translations.containsKey(tuple.reverse());
  }

  /** Remembers a connection: what its first packet was, and what became of it. */
  void remember(Tuple sent, Tuple seen) {
    translations.put(sent, seen);
    translations.put(seen.reverse(), sent.reverse());
  }

  void forget() {
    translations.clear();
  }
}
