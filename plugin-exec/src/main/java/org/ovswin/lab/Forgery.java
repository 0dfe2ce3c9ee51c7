package org.ovswin.lab;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
  private static final Duration CONTROL_BOUND = Duration.ofSeconds(3);

  /** How long a forged frame may take more than an honest one that was sent after it. */
  private static final Duration LATE_BOUND = Duration.ofMillis(100);

  private static final MacAddress INVENTED = MacAddress.parse("02:de:ad:be:ef:01");
  private static final MacAddress UNKNOWN = MacAddress.parse("00:00:00:00:00:00");
  private static final int DISCARD_PORT = 9;
  private static final int SOURCE_PORT = 40_009;
  private static final int REPEATS = 2;
  private static final Pattern MAC =
      Pattern.compile("(?:link/ether|lladdr) ([0-9a-f]{2}(?::[0-9a-f]{2}){5})");
  private static final Pattern VIA = Pattern.compile(" via ([0-9.]+) ");

  private final Shell shell;
  private final Host liar;
  private final Host victim;
  private final MacAddress liarMac;
  private final MacAddress victimMac;
  private final MacAddress nextHop;

  /**
   * Looks up the addresses that honest packets from the liar to the victim have.
   *
   * @throws LabException when the two cannot talk honestly: nothing could be proven then
   */
  Forgery(Shell shell, Host liar, Host victim) {
    this.shell = shell;
    this.liar = liar;
    this.victim = victim;
    this.liarMac = ownMac(liar);
    this.victimMac = ownMac(victim);
    if (Ping.run(shell, liar, victim.address(), 2).received() == 0) {
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

  /** IPv4 with another's source address. */
  Proof sourceAddress(String name, String claimed) {
    String token = token();
    return refused(
        name, udp(liarMac, honestFlow().withSource(claimed), token), f -> Frames.carries(f, token));
  }

  /**
   * IPv4 with the liar's address, from a MAC address that is another's, and from an invented one.
   */
  Proof sourceMac(String name) {
    String token = token();
    List<byte[]> forged = new ArrayList<>(udp(INVENTED, honestFlow(), token));
    forged.addAll(udp(victimMac, honestFlow(), token));
    return refused(name, forged, frame -> Frames.carries(frame, token));
  }

  /** ARP replies that nobody asked for: "this address is at my MAC address". */
  Proof arpReply(String name, String claimed) {
    ArpParty lie = new ArpParty(liarMac, claimed);
    ArpParty target = new ArpParty(victimMac, victim.address());
    return arpRefused(name, ArpOperation.REPLY, lie, target);
  }

  /** ARP requests whose sender is another: the victim would learn it from the question. */
  Proof arpRequest(String name, String claimed) {
    ArpParty lie = new ArpParty(liarMac, claimed);
    ArpParty target = new ArpParty(UNKNOWN, victim.address());
    return arpRefused(name, ArpOperation.REQUEST, lie, target);
  }

  private Proof arpRefused(String name, ArpOperation operation, ArpParty lie, ArpParty target) {
    List<byte[]> forged = new ArrayList<>();
    for (MacAddress destination : List.of(Frames.BROADCAST, victimMac, nextHop)) {
      forged.add(Frames.arp(destination, liarMac, operation, lie, target));
    }
    Proof proof = refused(name, forged, frame -> Frames.isArpFrom(frame, lie.address(), liarMac));
    return proof.passed() && poisoned(lie)
        ? new Proof(
            name,
            Proof.Verdict.FAIL,
            "%s has %s at the liar's %s".formatted(victim, lie.address(), liarMac),
            proof.duration())
        : proof;
  }

  private boolean poisoned(ArpParty lie) {
    return shell
        .in(victim.netns())
        .run("ip", "-4", "neigh", "show", lie.address(), "dev", DEVICE)
        .contains(lie.mac().toString());
  }

  private Proof refused(String name, List<byte[]> forged, Predicate<byte[]> isForged) {
    return Proof.of(
        name,
        () -> {
          try (PacketSocket out = PacketSocket.open(liar.netns(), DEVICE);
              PacketSocket watch = PacketSocket.open(victim.netns(), DEVICE)) {
            for (int i = 0; i < REPEATS; i++) {
              for (byte[] frame : forged) {
                out.send(frame);
              }
            }
            String control = token();
            out.send(Frames.udp(nextHop, liarMac, honestFlow(), control));
            watch(watch, isForged, control);
          }
          return "%s -> %s, none of %d forged frames arrived, an honest one did"
              .formatted(liar, victim, REPEATS * forged.size());
        });
  }

  /** Reads until the honest frame, and a little longer. */
  private void watch(PacketSocket watch, Predicate<byte[]> isForged, String control)
      throws IOException, Proof.Refuted {
    long end = System.nanoTime() + CONTROL_BOUND.toNanos();
    boolean honestSeen = false;
    while (true) {
      Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
      var frame = watch.receive(left);
      if (frame.isEmpty()) {
        break;
      }
      if (isForged.test(frame.get())) {
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

  private UdpFlow honestFlow() {
    return new UdpFlow(liar.address(), victim.address(), SOURCE_PORT, DISCARD_PORT);
  }

  private static String token() {
    return "ovs-win-" + UUID.randomUUID();
  }
}
