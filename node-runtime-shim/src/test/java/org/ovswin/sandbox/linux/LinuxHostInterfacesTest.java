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
import org.ovswin.sandbox.EndpointException;
import org.ovswin.sandbox.HostInterfaceSpec;
import org.ovswin.sandbox.HostInterfaces.Convergence;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.MacAddress;
import org.ovswin.sandbox.Route;

class LinuxHostInterfacesTest {
  private static final InetPrefix ADDRESS = InetPrefix.parse("192.0.2.7/24");
  private static final InetPrefix CLUSTER = InetPrefix.parse("10.244.0.0/16");

  @RegisterExtension final Namespaces namespaces = new Namespaces();
  private Path node = Path.of("/");

  @BeforeEach
  void makeNode() throws IOException {
    node = namespaces.create();
  }

  @Test
  void converge_uplinkWithAddress_movesItAndIsIdempotent() throws Exception {
    String name = Namespaces.nameOf(node);
    Shell.run("ip", "-n", name, "link", "add", "uplink", "type", "bridge");
    Shell.run("ip", "-n", name, "addr", "add", "192.0.2.7/24", "dev", "uplink");
    Shell.run("ip", "-n", name, "link", "set", "uplink", "up");
    Shell.run("ip", "-n", name, "route", "add", "default", "via", "192.0.2.1");
    Shell.run("ip", "-n", name, "link", "add", "br7", "type", "bridge");

    assertThat(converge(spec()))
        .isEqualTo(
            new Convergence.Converged(
                List.of(
                    "br7 mtu 1400",
                    "br7 up",
                    "br7 address 192.0.2.7/24",
                    "uplink without address 192.0.2.7/24",
                    "uplink the switch's alone",
                    "br7 route 0.0.0.0/0 via 192.0.2.1",
                    "br7 route 10.244.0.0/16 via 10.244.1.1 onlink")));

    assertThat(Shell.run("ip", "-n", name, "-4", "route").lines().map(String::strip))
        .containsExactly(
            "default via 192.0.2.1 dev br7 proto static",
            "10.244.0.0/16 via 10.244.1.1 dev br7 proto static onlink",
            "192.0.2.0/24 dev br7 proto kernel scope link src 192.0.2.7");
    assertThat(
            Shell.run(
                "ip",
                "netns",
                "exec",
                name,
                "sysctl",
                "net.ipv4.conf.uplink.rp_filter",
                "net.ipv4.conf.uplink.arp_ignore",
                "net.ipv6.conf.uplink.disable_ipv6",
                "net.ipv4.conf.br7.arp_ignore"))
        .isEqualTo(
            """
            net.ipv4.conf.uplink.rp_filter = 1
            net.ipv4.conf.uplink.arp_ignore = 8
            net.ipv6.conf.uplink.disable_ipv6 = 1
            net.ipv4.conf.br7.arp_ignore = 0
            """);
    assertThat(converge(spec())).isEqualTo(new Convergence.Converged(List.of()));
  }

  @Test
  void mac_isTheInterfacesOrEmpty() throws Exception {
    String name = Namespaces.nameOf(node);
    Shell.run(
        "ip", "-n", name, "link", "add", "br7", "address", "02:00:00:00:00:07", "type", "bridge");
    LinuxHostInterfaces interfaces = new LinuxHostInterfaces();
    assertThat(Netns.call(node, () -> interfaces.mac("br7")))
        .contains(MacAddress.parse("02:00:00:00:00:07"));
    assertThat(Netns.call(node, () -> interfaces.mac("nothing"))).isEmpty();
  }

  @Test
  void converge_oneThingLost_changesThatOnly() throws Exception {
    String name = Namespaces.nameOf(node);
    Shell.run("ip", "-n", name, "link", "add", "br7", "type", "bridge");
    converge(spec());
    Shell.run("ip", "-n", name, "route", "del", CLUSTER.toString());
    assertThat(converge(spec()))
        .isEqualTo(
            new Convergence.Converged(List.of("br7 route 10.244.0.0/16 via 10.244.1.1 onlink")));
  }

  @Test
  void converge_sameAddressWithOtherLengthOnTheUplink_isRemovedThere() throws Exception {
    String name = Namespaces.nameOf(node);
    Shell.run("ip", "-n", name, "link", "add", "br7", "type", "bridge");
    Shell.run("ip", "-n", name, "link", "add", "uplink", "type", "bridge");
    Shell.run("ip", "-n", name, "addr", "add", "192.0.2.7/16", "dev", "uplink");
    Shell.run("ip", "-n", name, "addr", "add", "192.0.2.8/24", "dev", "uplink");
    converge(spec());
    assertThat(Shell.ip(name, "-4", "addr", "show", "uplink").findValuesAsText("local"))
        .containsExactly("192.0.2.8");
  }

  @Test
  void converge_noSuchInterface_isGone() throws Exception {
    assertThat(converge(spec())).isEqualTo(new Convergence.Gone("br7"));
  }

  @Test
  void converge_kernelRefuses_saysWhat() throws Exception {
    Shell.run("ip", "-n", Namespaces.nameOf(node), "link", "add", "br7", "type", "bridge");
    HostInterfaceSpec spec =
        new HostInterfaceSpec(
            "br7",
            1400,
            List.of(),
            List.of(new Route.Via(CLUSTER, InetPrefix.parseAddress("10.244.1.1"))),
            Optional.empty());
    assertThatThrownBy(() -> converge(spec))
        .isInstanceOf(EndpointException.class)
        .hasMessageContaining("converge interface br7")
        .hasMessageContaining("ENETUNREACH");
  }

  private static HostInterfaceSpec spec() {
    return new HostInterfaceSpec(
        "br7",
        1400,
        List.of(ADDRESS),
        List.of(
            new Route.Via(InetPrefix.DEFAULT_IPV4, InetPrefix.parseAddress("192.0.2.1")),
            new Route.ViaOnLink(CLUSTER, InetPrefix.parseAddress("10.244.1.1"))),
        Optional.of("uplink"));
  }

  private Convergence converge(HostInterfaceSpec spec) throws IOException {
    return Netns.call(node, () -> new LinuxHostInterfaces().converge(spec));
  }
}
