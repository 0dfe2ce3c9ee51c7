package org.ovswin.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ovswin.lab.PodsOnASwitch.HOST;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.lab.Ipv6Frames.Ends;
import org.ovswin.lab.PodsOnASwitch.ExitKind;
import org.ovswin.lab.PodsOnASwitch.Transport;
import org.ovswin.pipeline.Bandwidth;
import org.ovswin.pipeline.NodeState;
import org.ovswin.sandbox.MacAddress;

/**
 * Real pods of both families whose host forwards, between the kernel's stacks and the userspace
 * datapath.
 */
class GatewayPodsTest {
  private static final MacAddress GATEWAY_MAC = MacAddress.parse(NodeState.GATEWAY_MAC.toString());
  private static final MacAddress HOST_MAC =
      MacAddress.parse(NodeState.GATEWAY_PORT_MAC.toString());
  private static final Duration WINDOW = Duration.ofMillis(200);

  private static PodsOnASwitch pods;

  @BeforeAll
  @SuppressWarnings("NullAway.Init")
  static void start() throws Exception {
    pods = PodsOnASwitch.start(ExitKind.GATEWAY, List.of(Bandwidth.UNLIMITED, Bandwidth.UNLIMITED));
  }

  @AfterAll
  static void stop() throws IOException {
    if (pods != null) {
      pods.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "0, -1", "-1, 1"})
  void podsAndHost_ofEachOther_areAnsweredAndHeardOverTcp(int from, int to) throws Exception {
    for (IpAddress address : List.of(PodsOnASwitch.ipv4(to), PodsOnASwitch.ipv6(to))) {
      assertThat(pods.ping(from, address)).contains(" 3 received");
      assertThat(pods.rate(Transport.TCP, from, to, address, WINDOW)).isPositive();
    }
    // The answer is always the gateway's: the host's own MAC is nobody's business.
    assertThat(pods.in(from, "ip", "neigh", "show"))
        .contains("lladdr " + GATEWAY_MAC)
        .doesNotContain(PodsOnASwitch.sandboxMac(0).toString())
        .doesNotContain(PodsOnASwitch.sandboxMac(1).toString())
        .doesNotContain(HOST_MAC.toString());
  }

  @Test
  void pod_toWhereTheHostForwards_reachesIt() throws Exception {
    pods.in(HOST, "ip", "addr", "add", "198.51.100.7/32", "dev", "lo");
    pods.in(HOST, "ip", "link", "set", "lo", "up");

    assertThat(pods.ping(0, IpAddress.parse("198.51.100.7"))).contains(" 3 received");
  }

  @ParameterizedTest
  @CsvSource({"1", "-1"})
  void forgedIpv6_reachesNobody(int to) throws Exception {
    String own = PodsOnASwitch.ipv6(0).toString();
    String other = PodsOnASwitch.ipv6(1).toString();
    String victim = PodsOnASwitch.ipv6(to).toString();
    String gateway = PodsOnASwitch.ipv6(HOST).toString();
    MacAddress liar = PodsOnASwitch.sandboxMac(0);
    MacAddress otherMac = PodsOnASwitch.sandboxMac(1);
    String token = token("forged", Ipv6Frames.TOKEN_LENGTH);
    List<byte[]> forged = new ArrayList<>();
    for (MacAddress mac : List.of(GATEWAY_MAC, HOST_MAC, otherMac, Ipv6Frames.ALL_NODES_MAC)) {
      for (String source : List.of(other, gateway, "2001:db8::1", "fe80::1")) {
        forged.add(Ipv6Frames.udp(new Ends(mac, liar, source, victim), token));
      }
      forged.add(Ipv6Frames.udp(new Ends(mac, otherMac, own, victim), token));
      for (String destination : List.of(victim, Ipv6Frames.ALL_NODES)) {
        for (String claimed : List.of(other, gateway, own)) {
          Ends ends = new Ends(mac, liar, claimed, destination);
          forged.add(Ipv6Frames.neighborAdvertisement(ends, claimed, liar, token));
        }
        Ends router = new Ends(mac, liar, "fe80::1", destination);
        forged.add(Ipv6Frames.routerAdvertisement(router, liar, token));
      }
      forged.add(Ipv6Frames.udp(new Ends(mac, liar, own, Ipv6Frames.ALL_NODES), token));
      forged.add(Ipv6Frames.udp(new Ends(mac, liar, own, "fe80::1"), token));
    }
    String honest = token("honest", Ipv6Frames.TOKEN_LENGTH);
    byte[] control = Ipv6Frames.udp(new Ends(GATEWAY_MAC, liar, own, victim), honest);

    assertThat(pods.arrivals(0, forged, control, to, token, honest)).isEmpty();
  }

  /** Among them the host's loopback, where its own programs listen, and addresses of nobody. */
  @ParameterizedTest
  @CsvSource({"1", "-1"})
  void forgedIpv4_reachesNobody(int to) throws Exception {
    String own = PodsOnASwitch.ipv4(0).toString();
    String victim = PodsOnASwitch.ipv4(to).toString();
    MacAddress liar = PodsOnASwitch.sandboxMac(0);
    String token = token("forged", Frames.TOKEN_LENGTH);
    List<byte[]> forged = new ArrayList<>();
    for (MacAddress mac : List.of(GATEWAY_MAC, HOST_MAC, Frames.BROADCAST)) {
      for (String source :
          List.of(
              PodsOnASwitch.ipv4(1).toString(),
              PodsOnASwitch.ipv4(HOST).toString(),
              "10.244.9.9",
              "127.0.0.1",
              "203.0.113.7")) {
        forged.add(Frames.udp(mac, liar, flow(source, victim), token));
      }
      forged.add(Frames.udp(mac, PodsOnASwitch.sandboxMac(1), flow(own, victim), token));
      for (String nobody : List.of("127.0.0.1", "10.244.1.99", "224.0.0.251", "255.255.255.255")) {
        forged.add(Frames.udp(mac, liar, flow(own, nobody), token));
      }
    }
    String honest = token("honest", Frames.TOKEN_LENGTH);
    byte[] control = Frames.udp(GATEWAY_MAC, liar, flow(own, victim), honest);

    assertThat(pods.arrivals(0, forged, control, to, token, honest)).isEmpty();
  }

  /** Nor does the host's own, to which a program there may bind a socket. */
  @Test
  void hostInTheNameOfAPod_reachesNobody() throws Exception {
    String victim = PodsOnASwitch.ipv4(1).toString();
    String token = token("forged", Frames.TOKEN_LENGTH);
    List<byte[]> forged =
        List.of(
            Frames.udp(
                GATEWAY_MAC, HOST_MAC, flow(PodsOnASwitch.ipv4(0).toString(), victim), token),
            Frames.udp(Frames.BROADCAST, HOST_MAC, flow("10.244.1.1", victim), token));
    String honest = token("honest", Frames.TOKEN_LENGTH);
    byte[] control = Frames.udp(GATEWAY_MAC, HOST_MAC, flow("10.244.1.1", victim), honest);

    assertThat(pods.arrivals(HOST, forged, control, 1, token, honest)).isEmpty();
  }

  private static Frames.UdpFlow flow(String source, String destination) {
    return new Frames.UdpFlow(source, destination, 40_009, 9);
  }

  private static String token(String name, int length) {
    return (name + "-" + System.nanoTime() + "0".repeat(length)).substring(0, length);
  }
}
