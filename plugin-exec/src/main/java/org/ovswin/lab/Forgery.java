package org.ovswin.lab;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.ovswin.lab.Frames.ArpOperation;
import org.ovswin.lab.Frames.ArpParty;
import org.ovswin.lab.Frames.UdpFlow;
import org.ovswin.sandbox.MacAddress;
import org.ovswin.sandbox.linux.PacketSocket;

/**
 * A pod that sends what it must not send, and another that watches. Each proof sends forged frames
 * by a packet socket and then, from the same socket, one honest datagram: that nothing forged
 * arrived counts only if the honest one did.
 *
 * <p>Every forged frame goes to the MAC address that the liar uses for the victim, to the victim's
 * own, and, where it is ARP, to all.
 */
final class Forgery {
  private static final String DEVICE = "eth0";
  private static final Duration CONTROL_BOUND = Duration.ofSeconds(5);
  private static final Duration HONEST_BOUND = Duration.ofSeconds(3);

  /** How long a forged frame may take more than an honest one that was sent after it. */
  private static final Duration LATE_BOUND = Duration.ofMillis(100);

  private static final MacAddress INVENTED = MacAddress.parse("02:de:ad:be:ef:01");
  private static final int DISCARD_PORT = 9;
  private static final int SOURCE_PORT = 40_009;
  private static final int REPEATS = 2;
  private static final Pattern MAC =
      Pattern.compile("(?:link/ether|lladdr) ([0-9a-f]{2}(?::[0-9a-f]{2}){5})");
  private static final Pattern VIA = Pattern.compile(" via ([0-9.]+) ");

  private final Shell shell;
  private final Host liar;
  private final Host victim;
  private final Identity other;
  private final MacAddress liarMac;
  private final MacAddress victimMac;
  private final MacAddress nextHop;

  /** Whom the liar claims to be. */
  record Identity(String address, MacAddress mac) {}

  /**
   * Looks up the addresses that honest packets from the liar to the victim have.
   *
   * @throws LabException when the two cannot talk honestly: nothing could be proven then
   */
  Forgery(Shell shell, Host liar, Host victim, Identity other) {
    this.shell = shell;
    this.liar = liar;
    this.victim = victim;
    this.other = other;
    this.liarMac = ownMac(liar);
    this.victimMac = ownMac(victim);
    if (Ping.run(shell, liar, victim.address(), 1, HONEST_BOUND).received() == 0) {
      throw new LabException("%s to %s: no answer to an honest ping".formatted(liar, victim));
    }
    this.nextHop = nextHop();
  }

  private MacAddress ownMac(Host host) {
    return mac(shell.in(host.netns()).run("ip", "link", "show", "dev", DEVICE));
  }

  private MacAddress nextHop() {
    Shell inside = shell.in(liar.netns());
    Matcher via = VIA.matcher(inside.run("ip", "-4", "route", "get", victim.address()));
    String hop = via.find() ? via.group(1) : victim.address();
    return mac(inside.run("ip", "-4", "neigh", "show", hop, "dev", DEVICE));
  }

  private static MacAddress mac(String text) {
    Matcher matcher = MAC.matcher(text);
    if (!matcher.find()) {
      throw new LabException("ip: %s (expected: a MAC address)".formatted(text.strip()));
    }
    return MacAddress.parse(matcher.group(1));
  }

  /** IPv4 with another's source address, from the liar's own MAC address. */
  Proof sourceAddress(String name) {
    return refused(name, token -> udp(liarMac, honestFlow().withSource(other.address()), token));
  }

  /** The liar's own address from a MAC address that is another's, and from an invented one. */
  Proof sourceMac(String name) {
    return refused(
        name,
        token -> {
          List<byte[]> forged = new ArrayList<>();
          for (MacAddress mac : List.of(INVENTED, other.mac())) {
            forged.addAll(udp(mac, honestFlow(), token));
            ArpParty lie = new ArpParty(mac, liar.address());
            forged.addAll(arp(liarMac, ArpOperation.REPLY, lie, token));
          }
          return forged;
        });
  }

  /** All as the other would send it; only the port it comes in by gives it away. */
  Proof identity(String name) {
    return refused(
        name, token -> udp(other.mac(), honestFlow().withSource(other.address()), token));
  }

  /** ARP replies that nobody asked for: "this address is at my MAC address". */
  Proof arpReply(String name, String claimed) {
    return arpRefused(name, ArpOperation.REPLY, claimed);
  }

  /** ARP requests whose sender is another: the victim would learn it from the question. */
  Proof arpRequest(String name, String claimed) {
    return arpRefused(name, ArpOperation.REQUEST, claimed);
  }

  private Proof arpRefused(String name, ArpOperation operation, String claimed) {
    Proof proof =
        refused(
            name,
            token -> {
              ArpParty own = new ArpParty(liarMac, claimed);
              ArpParty invented = new ArpParty(INVENTED, claimed);
              List<byte[]> forged = new ArrayList<>(arp(liarMac, operation, own, token));
              forged.addAll(arp(liarMac, operation, invented, token));
              forged.addAll(arp(INVENTED, operation, invented, token));
              return forged;
            });
    return proof.passed() && poisoned(claimed)
        ? new Proof(
            name,
            Proof.Verdict.FAIL,
            "%s has %s at an address of the liar's".formatted(victim, claimed),
            proof.duration())
        : proof;
  }

  private boolean poisoned(String claimed) {
    String entry =
        shell.in(victim.netns()).run("ip", "-4", "neigh", "show", claimed, "dev", DEVICE);
    return entry.contains(liarMac.toString()) || entry.contains(INVENTED.toString());
  }

  /** Frames that all carry a token. */
  private interface Forger {
    List<byte[]> frames(String token);
  }

  private Proof refused(String name, Forger forger) {
    return Proof.of(
        name,
        () -> {
          String token = token();
          List<byte[]> forged = forger.frames(token);
          try (PacketSocket out = PacketSocket.open(liar.netns(), DEVICE);
              PacketSocket watch = PacketSocket.open(victim.netns(), DEVICE)) {
            for (int i = 0; i < REPEATS; i++) {
              for (byte[] frame : forged) {
                out.send(frame);
              }
            }
            String control = token();
            out.send(Frames.udp(nextHop, liarMac, honestFlow(), control));
            watch(watch, token, control);
          }
          return "%s -> %s, none of %d forged frames arrived, an honest one did"
              .formatted(liar, victim, REPEATS * forged.size());
        });
  }

  /** Reads until the honest frame, and a little longer. */
  private void watch(PacketSocket watch, String token, String control)
      throws IOException, Proof.Refuted {
    long end = System.nanoTime() + CONTROL_BOUND.toNanos();
    boolean honestSeen = false;
    while (true) {
      Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
      var frame = watch.receive(left);
      if (frame.isEmpty()) {
        break;
      }
      if (Frames.carries(frame.get(), token)) {
        throw new Proof.Refuted("%s -> %s: a forged frame arrived".formatted(liar, victim));
      }
      if (!honestSeen && Frames.carries(frame.get(), control)) {
        honestSeen = true;
        end = System.nanoTime() + LATE_BOUND.toNanos();
      }
    }
    if (!honestSeen) {
      throw new Proof.Refuted(
          "%s -> %s: the honest frame sent last did not arrive within %d s either: nothing is shown"
              .formatted(liar, victim, CONTROL_BOUND.toSeconds()));
    }
  }

  private List<byte[]> udp(MacAddress source, UdpFlow flow, String token) {
    List<byte[]> frames = new ArrayList<>();
    frames.add(Frames.udp(nextHop, source, flow, token));
    if (!nextHop.equals(victimMac)) {
      frames.add(Frames.udp(victimMac, source, flow, token));
    }
    return frames;
  }

  private List<byte[]> arp(
      MacAddress source, ArpOperation operation, ArpParty sender, String token) {
    ArpParty target = new ArpParty(victimMac, victim.address());
    return Stream.of(Frames.BROADCAST, victimMac, nextHop)
        .distinct()
        .map(to -> Frames.arp(to, source, operation, sender, target, token))
        .toList();
  }

  private UdpFlow honestFlow() {
    return new UdpFlow(liar.address(), victim.address(), SOURCE_PORT, DISCARD_PORT);
  }

  private static String token() {
    return UUID.randomUUID().toString().replace("-", "").substring(0, Frames.TOKEN_LENGTH);
  }
}
