package org.ovswin.sandbox.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.sandbox.Forwarding;
import org.ovswin.sandbox.Forwarding.PeerRoute;
import org.ovswin.sandbox.HostInterfaceSpec;
import org.ovswin.sandbox.HostInterfaces.Convergence;
import org.ovswin.sandbox.InetPrefix;

/** A host that is the gateway of its pods, as {@code ip} and {@code sysctl} see it. */
class HostForwardingTest {
  private static final PeerRoute PEER2 = peer("10.244.2.0/24", "192.0.2.2");
  private static final PeerRoute PEER3 = peer("10.244.3.0/24", "192.0.2.3");
  private static final PeerRoute SIXTH2 = peer("fd00:244:2::/64", "2001:db8::2");

  @RegisterExtension final Namespaces namespaces = new Namespaces();
  private Path node = Path.of("/");
  private String name = "";

  @BeforeEach
  void makeNode() throws Exception {
    node = namespaces.create();
    name = Namespaces.nameOf(node);
    NatScene.batch(
        node,
        "link add br7 type bridge",
        "link add uplink mtu 1450 type bridge",
        "link add other type bridge",
        "addr add 192.0.2.7/24 dev uplink",
        "addr add 2001:db8::7/64 dev uplink nodad",
        "link set uplink up",
        "link set other up",
        "route add default via 192.0.2.1",
        "route add 198.51.100.0/24 via 192.0.2.1 mtu 1300");
  }

  @Test
  void converge_peers_haveRoutesOfOurProtocolAndStaleOnesGo() throws Exception {
    converge(PEER2, PEER3, SIXTH2);
    assertThat(routes())
        .containsExactlyInAnyOrder(
            "10.244.2.0/24 via 192.0.2.2 dev uplink",
            "10.244.3.0/24 via 192.0.2.3 dev uplink",
            "unreachable 10.244.0.0/16 metric 1870033783",
            "fd00:244:2::/64 via 2001:db8::2 dev uplink metric 1024 pref medium",
            "unreachable fd00:244::/32 dev lo metric 1870033783 pref medium");
    assertThat(converge(PEER2, PEER3, SIXTH2)).isEqualTo(new Convergence.Converged(List.of()));

    NatScene.batch(node, "route add 10.9.0.0/16 via 192.0.2.9 proto static");
    assertThat(converge(peer("10.244.2.0/24", "192.0.2.4")))
        .isInstanceOfSatisfying(
            Convergence.Converged.class,
            converged ->
                assertThat(converged.changes()).hasSize(3).allMatch(one -> one.contains("route")));
    assertThat(routes())
        .containsExactlyInAnyOrder(
            "10.244.2.0/24 via 192.0.2.4 dev uplink",
            "unreachable 10.244.0.0/16 metric 1870033783",
            "unreachable fd00:244::/32 dev lo metric 1870033783 pref medium");

    Netns.run(node, () -> new LinuxHostInterfaces().removeForwardingRoutes());
    Netns.run(node, () -> new LinuxHostInterfaces().removeForwardingRoutes());
    assertThat(routes()).isEmpty();
    assertThat(Shell.run("ip", "-n", name, "route")).contains("10.9.0.0/16 via 192.0.2.9");
  }

  @Test
  void converge_peerNotOnALink_isNamedAndTheOthersHaveTheirs() throws Exception {
    assertThatThrownBy(() -> converge(peer("10.244.9.0/24", "203.0.113.9"), PEER2))
        .hasMessageContaining("route 10.244.9.0/24 via 203.0.113.9: the node is behind 192.0.2.1");
    assertThat(routes()).contains("10.244.2.0/24 via 192.0.2.2 dev uplink");
  }

  @Test
  void converge_nodeThatListensToRouters_goesOnListening() throws Exception {
    converge(SIXTH2);
    assertThat(
            Shell.run(
                "ip",
                "netns",
                "exec",
                name,
                "sysctl",
                "net.ipv4.ip_forward",
                "net.ipv4.conf.br7.route_localnet",
                "net.ipv6.conf.all.forwarding",
                "net.ipv6.conf.uplink.accept_ra",
                "net.ipv6.conf.br7.accept_ra"))
        .isEqualTo(
            """
            net.ipv4.ip_forward = 1
            net.ipv4.conf.br7.route_localnet = 1
            net.ipv6.conf.all.forwarding = 1
            net.ipv6.conf.uplink.accept_ra = 2
            net.ipv6.conf.br7.accept_ra = 0
            """);
    assertThat(Shell.run("ip", "-n", name, "-6", "addr", "show", "br7"))
        .contains("inet6 fd00:244:1::1/64 scope global nodad");
  }

  @Test
  void pathTo_isWhatIpRouteGetSays() throws Exception {
    assertThat(path("192.0.2.2"))
        .contains(
            new org.ovswin.sandbox.Path(
                "uplink", NatScene.address("192.0.2.7"), Optional.empty(), 1450));
    assertThat(path("203.0.113.1"))
        .contains(
            new org.ovswin.sandbox.Path(
                "uplink",
                NatScene.address("192.0.2.7"),
                Optional.of(NatScene.address("192.0.2.1")),
                1450));
    assertThat(path("198.51.100.1")).map(org.ovswin.sandbox.Path::mtu).contains(1300);
    assertThat(path("2001:db8::2"))
        .map(org.ovswin.sandbox.Path::source)
        .contains(NatScene.address("2001:db8::7"));
    assertThat(path("2001:db9::2")).as("no route").isEmpty();
    converge(PEER2);
    assertThat(path("10.244.9.9")).as("unreachable").isEmpty();
    assertThat(path("fd00:244:9::9")).as("unreachable").isEmpty();
  }

  private Optional<org.ovswin.sandbox.Path> path(String address) throws IOException {
    return Netns.call(node, () -> new LinuxHostInterfaces().pathTo(NatScene.address(address)));
  }

  private Convergence converge(PeerRoute... peers) throws IOException {
    HostInterfaceSpec spec =
        new HostInterfaceSpec(
            "br7",
            1450,
            List.of(InetPrefix.parse("10.244.1.1/24"), InetPrefix.parse("fd00:244:1::1/64")),
            List.of(),
            Optional.empty(),
            Optional.of(
                new Forwarding(
                    List.of(peers),
                    List.of(
                        InetPrefix.parse("10.244.0.0/16"), InetPrefix.parse("fd00:244::/32")))));
    return Netns.call(node, () -> new LinuxHostInterfaces().converge(spec));
  }

  private List<String> routes() throws Exception {
    return (Shell.run("ip", "-n", name, "-4", "route", "show", "proto", "111")
            + Shell.run("ip", "-n", name, "-6", "route", "show", "proto", "111"))
        .lines()
        .map(line -> line.replace(" linkdown", "").strip())
        .toList();
  }

  private static PeerRoute peer(String block, String node) {
    return new PeerRoute(InetPrefix.parse(block), NatScene.address(node));
  }
}
