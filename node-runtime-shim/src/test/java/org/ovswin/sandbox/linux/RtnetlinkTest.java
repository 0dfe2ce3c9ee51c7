package org.ovswin.sandbox.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.sandbox.EndpointSpec.Gatewayed;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.MacAddress;
import org.ovswin.sandbox.Route;

/** What Rtnetlink did as {@code ip} sees it, and what {@code ip} did as Rtnetlink sees it. */
class RtnetlinkTest {
  private static final MacAddress MAC = MacAddress.parse("0e:2a:0a:f4:01:05");
  private static final InetPrefix ADDRESS = InetPrefix.parse("10.244.1.5/24");

  @RegisterExtension final Namespaces namespaces = new Namespaces();

  @Test
  void createVeth_peerInAnotherNamespace_isWhatIpShows() throws Exception {
    Path host = namespaces.create();
    Path pod = namespaces.create();

    createVeth(host, pod);

    JsonNode outer = Shell.ip(Namespaces.nameOf(host), "link", "show", "veth7").get(0);
    assertThat(outer.at("/linkinfo/info_kind").asText()).isEqualTo("veth");
    assertThat(outer.get("mtu").asInt()).isEqualTo(1400);
    assertThat(outer.get("group").asText()).isEqualTo("4711");
    assertThat(outer.get("flags").toString()).doesNotContain("\"UP\"");
    JsonNode inner = Shell.ip(Namespaces.nameOf(pod), "link", "show", "eth0").get(0);
    assertThat(inner.get("address").asText()).isEqualTo(MAC.toString());
    assertThat(inner.get("mtu").asInt()).isEqualTo(1400);
    assertThat(inner.get("link_index").asInt()).isEqualTo(outer.get("ifindex").asInt());
  }

  @Test
  void link_madeByIp_isDecoded() throws Exception {
    Path host = namespaces.create();
    Path pod = namespaces.create();
    String name = Namespaces.nameOf(host);
    Shell.run(
        "ip",
        "-n",
        name,
        "link",
        "add",
        "veth7",
        "address",
        MAC.toString(),
        "mtu",
        "1400",
        "group",
        "7",
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        Namespaces.nameOf(pod));
    Shell.run("ip", "-n", name, "link", "set", "veth7", "up");
    JsonNode shown = Shell.ip(name, "link", "show", "veth7").get(0);

    try (Rtnetlink netlink = Rtnetlink.open(host);
        Netns other = Netns.open(pod)) {
      Link link = netlink.link("veth7").orElseThrow();

      assertThat(link.index()).isEqualTo(shown.get("ifindex").asInt());
      assertThat(link.mac()).contains(MAC);
      assertThat(link.mtu()).isEqualTo(1400);
      assertThat(link.group()).isEqualTo(7);
      assertThat(link.kind()).contains("veth");
      assertThat(link.isUp()).isTrue();
      assertThat(link.peerIndex()).isEqualTo(OptionalInt.of(shown.get("link_index").asInt()));
      assertThat(link.peerNsid()).isEqualTo(OptionalInt.of(shown.get("link_netnsid").asInt()));
      assertThat(netlink.nsid(other)).isEqualTo(link.peerNsid());
      assertThat(netlink.link(link.index())).contains(link);
      assertThat(netlink.links()).extracting(Link::name).containsExactly("lo", "veth7");
    }
  }

  @Test
  void link_missing_isEmpty() throws Exception {
    try (Rtnetlink netlink = Rtnetlink.open(namespaces.create())) {
      assertThat(netlink.link("nothing")).isEmpty();
      assertThat(netlink.link(77)).isEmpty();
    }
  }

  @Test
  void createVeth_nameInUse_throwsEexistWithWhatWasAsked() throws Exception {
    Path host = namespaces.create();
    Path pod = namespaces.create();
    createVeth(host, pod);
    assertThatThrownBy(() -> createVeth(host, pod))
        .isInstanceOfSatisfying(
            ErrnoException.class,
            e -> {
              assertThat(e.errno()).isEqualTo(Errno.EEXIST);
              assertThat(e).hasMessageContaining("create veth veth7 with peer eth0");
              assertThat(e).hasMessageContaining("EEXIST");
            });
  }

  @Test
  void error_withExtendedAck_carriesTheKernelsWords() throws Exception {
    Path host = namespaces.create();
    createVeth(host, namespaces.create());
    try (Rtnetlink netlink = Rtnetlink.open(host)) {
      int veth = netlink.link("veth7").orElseThrow().index();
      assertThatThrownBy(() -> netlink.setMtu(veth, 5))
          .isInstanceOfSatisfying(
              ErrnoException.class,
              e -> {
                assertThat(e.errno()).isEqualTo(Errno.EINVAL);
                assertThat(e.kernelMessage()).contains("mtu less than device minimum");
                assertThat(e)
                    .hasMessage(
                        "set link %d mtu 5: EINVAL (mtu less than device minimum)".formatted(veth));
              });
    }
  }

  @Test
  void setters_changeWhatIpShows() throws Exception {
    Path host = namespaces.create();
    createVeth(host, namespaces.create());
    try (Rtnetlink netlink = Rtnetlink.open(host)) {
      int veth = netlink.link("veth7").orElseThrow().index();
      netlink.setName(veth, "renamed");
      netlink.setMtu(veth, 1300);
      netlink.setMac(veth, MacAddress.parse("02:00:00:00:00:01"));
      netlink.setUp(veth);

      JsonNode shown = Shell.ip(Namespaces.nameOf(host), "link", "show", "renamed").get(0);
      assertThat(shown.get("ifindex").asInt()).isEqualTo(veth);
      assertThat(shown.get("mtu").asInt()).isEqualTo(1300);
      assertThat(shown.get("address").asText()).isEqualTo("02:00:00:00:00:01");
      assertThat(shown.get("flags").toString()).contains("\"UP\"");

      netlink.setDown(veth);
      assertThat(netlink.link(veth).orElseThrow().isUp()).isFalse();
    }
  }

  @Test
  void deleteLink_takesThePeerWithIt() throws Exception {
    Path host = namespaces.create();
    Path pod = namespaces.create();
    createVeth(host, pod);
    try (Rtnetlink netlink = Rtnetlink.open(host)) {
      int veth = netlink.link("veth7").orElseThrow().index();
      netlink.deleteLink(veth);
      assertThat(Shell.ip(Namespaces.nameOf(pod), "link")).hasSize(1);
      assertThatThrownBy(() -> netlink.deleteLink(veth))
          .isInstanceOfSatisfying(
              ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENODEV));
    }
  }

  @Test
  void addresses_addAndDelete_areWhatIpShows() throws Exception {
    Path netns = namespaces.create();
    String name = Namespaces.nameOf(netns);
    try (Rtnetlink netlink = Rtnetlink.open(netns)) {
      int bridge = upBridge(netlink);
      netlink.addAddress(bridge, ADDRESS);

      JsonNode shown = Shell.ip(name, "-4", "addr", "show", "br7").get(0).at("/addr_info/0");
      assertThat(shown.get("local").asText() + "/" + shown.get("prefixlen").asInt())
          .isEqualTo(ADDRESS.toString());
      assertThat(netlink.addresses(bridge)).contains(new LinkAddress(bridge, ADDRESS, 0));
      assertThat(netlink.addresses(Rtnetlink.LOOPBACK_INDEX))
          .extracting(LinkAddress::address)
          .contains(InetPrefix.parse("127.0.0.1/8"))
          .doesNotContain(ADDRESS);
      assertErrno(Errno.EEXIST, () -> netlink.addAddress(bridge, ADDRESS));

      netlink.deleteAddress(bridge, ADDRESS);
      assertThat(Shell.ip(name, "-4", "addr", "show", "br7").findValues("local")).isEmpty();
      assertErrno(Errno.EADDRNOTAVAIL, () -> netlink.deleteAddress(bridge, ADDRESS));
      assertErrno(Errno.ENODEV, () -> netlink.addresses(77));
    }
  }

  @Test
  void routes_addReplaceDelete_areWhatIpShows() throws Exception {
    Path netns = namespaces.create();
    String name = Namespaces.nameOf(netns);
    try (Rtnetlink netlink = Rtnetlink.open(netns)) {
      int bridge = upBridge(netlink);
      netlink.addAddress(bridge, ADDRESS);
      LinkRoute byDefault =
          LinkRoute.of(bridge, new Route.Via(InetPrefix.DEFAULT_IPV4, address("10.244.1.1")));
      LinkRoute onLink =
          LinkRoute.of(
              bridge, new Route.ViaOnLink(InetPrefix.parse("10.9.0.0/16"), address("192.0.2.1")));
      LinkRoute direct =
          LinkRoute.of(bridge, new Route.Direct(InetPrefix.parse("198.51.100.0/24")));
      netlink.addRoute(byDefault);
      netlink.addRoute(onLink);
      netlink.addRoute(direct);

      assertThat(Shell.run("ip", "-n", name, "route").lines().map(String::strip))
          .containsExactlyInAnyOrder(
              "default via 10.244.1.1 dev br7 proto static",
              "10.9.0.0/16 via 192.0.2.1 dev br7 proto static onlink",
              "10.244.1.0/24 dev br7 proto kernel scope link src 10.244.1.5",
              "198.51.100.0/24 dev br7 proto static scope link");
      assertThat(netlink.routes()).contains(byDefault, onLink, direct);
      assertErrno(Errno.EEXIST, () -> netlink.addRoute(byDefault));

      LinkRoute other =
          LinkRoute.of(bridge, new Route.Via(InetPrefix.DEFAULT_IPV4, address("10.244.1.2")));
      netlink.replaceRoute(other);
      assertThat(netlink.routes()).contains(other).doesNotContain(byDefault);

      netlink.deleteRoute(other);
      netlink.deleteRoute(onLink);
      netlink.deleteRoute(direct);
      assertThat(Shell.run("ip", "-n", name, "route").lines()).hasSize(1);
      assertErrno(Errno.ESRCH, () -> netlink.deleteRoute(other));
    }
  }

  @Test
  void routes_madeByIp_areDecoded() throws Exception {
    Path netns = namespaces.create();
    String name = Namespaces.nameOf(netns);
    try (Rtnetlink netlink = Rtnetlink.open(netns)) {
      int bridge = upBridge(netlink);
      Shell.run("ip", "-n", name, "route", "add", "10.8.0.0/16", "dev", "br7", "metric", "9");
      Shell.run(
          "ip", "-n", name, "-6", "route", "add", "fd00:8::/32", "via", "fe80::1", "dev", "br7");
      assertThat(netlink.routes())
          .contains(
              new LinkRoute(
                  LinkRoute.Kind.UNICAST,
                  bridge,
                  InetPrefix.parse("10.8.0.0/16"),
                  Optional.empty(),
                  LinkRoute.OnLink.BY_ADDRESS,
                  253,
                  3,
                  9,
                  LinkRoute.RT_TABLE_MAIN),
              new LinkRoute(
                  LinkRoute.Kind.UNICAST,
                  bridge,
                  InetPrefix.parse("fd00:8::/32"),
                  Optional.of(address("fe80::1")),
                  LinkRoute.OnLink.BY_ADDRESS,
                  0,
                  3,
                  1024,
                  LinkRoute.RT_TABLE_MAIN));
    }
  }

  @Test
  void rules_addDelete_areWhatIpShows() throws Exception {
    Path netns = namespaces.create();
    String name = Namespaces.nameOf(netns);
    PolicyRule ipv4 = new PolicyRule(28534, InetPrefix.parse("10.244.1.5/32"), 0x6f000003, 111);
    PolicyRule ipv6 = new PolicyRule(77, InetPrefix.parse("fd00:8::/64"), 100, 4);
    try (Rtnetlink netlink = Rtnetlink.open(netns)) {
      String before = rules(name);
      netlink.addRule(ipv4);
      netlink.addRule(ipv6);

      assertThat(rules(name).lines().map(line -> line.replaceAll("\\s+", " ")))
          .contains(
              "28534: from 10.244.1.5 lookup 1862270979 proto 111",
              "77: from fd00:8::/64 lookup 100 proto static");
      assertThat(netlink.rules()).containsExactly(ipv4, ipv6);
      assertErrno(Errno.EEXIST, () -> netlink.addRule(ipv4));

      netlink.deleteRule(ipv4);
      netlink.deleteRule(ipv6);
      assertThat(rules(name)).isEqualTo(before);
      assertErrno(Errno.ENOENT, () -> netlink.deleteRule(ipv4));
    }
  }

  @Test
  void rules_madeByIp_areDecoded_andThoseOfAnotherKindAreNot() throws Exception {
    Path netns = namespaces.create();
    String name = Namespaces.nameOf(netns);
    ip(name, "rule add from 10.9.0.0/16 lookup 200 pref 9 protocol 4");
    ip(name, "rule add from 10.8.0.1 blackhole pref 8");
    ip(name, "rule add fwmark 1 lookup 7 pref 7");
    ip(name, "-6 rule add from fd00:8::1 lookup 1862270980 pref 6 protocol 111");
    try (Rtnetlink netlink = Rtnetlink.open(netns)) {
      assertThat(netlink.rules())
          .containsExactly(
              new PolicyRule(9, InetPrefix.parse("10.9.0.0/16"), 200, 4),
              new PolicyRule(6, InetPrefix.parse("fd00:8::1/128"), 1862270980, 111));
    }
  }

  @Test
  void routes_ofAnotherTable_areWhatIpShows_andNotTheMainTables() throws Exception {
    Path netns = namespaces.create();
    String name = Namespaces.nameOf(netns);
    try (Rtnetlink netlink = Rtnetlink.open(netns)) {
      int bridge = upBridge(netlink);
      netlink.addAddress(bridge, ADDRESS);
      netlink.addAddress(bridge, InetPrefix.parse("fd00:8::5/64"));
      List<LinkRoute> wanted =
          Stream.of(
                  new Gatewayed(ADDRESS, address("10.244.1.1")),
                  new Gatewayed(InetPrefix.parse("fd00:8::5/64"), address("fd00:8::1")))
              .flatMap(one -> LinkRoute.fromSource(bridge, one, 0x6f000003).stream())
              .toList();
      for (LinkRoute route : wanted) {
        netlink.addRoute(route);
      }

      assertThat(Shell.run("ip", "-n", name, "route", "show", "table", "1862270979").lines())
          .map(String::strip)
          .containsExactly(
              "default via 10.244.1.1 dev br7 proto 111",
              "10.244.1.0/24 dev br7 proto 111 scope link");
      assertThat(Shell.run("ip", "-n", name, "-6", "route", "show", "table", "1862270979").lines())
          .map(String::strip)
          .containsExactlyInAnyOrder(
              "fd00:8::/64 dev br7 proto 111 metric 1024 pref medium",
              "default via fd00:8::1 dev br7 proto 111 metric 1024 pref medium");
      assertThat(netlink.routes(0x6f000003, 111)).containsExactlyInAnyOrderElementsOf(wanted);
      assertThat(netlink.routes(0x6f000004, 111)).as("no such table").isEmpty();
      assertThat(netlink.routes(111)).as("of the main table").isEmpty();
      netlink.deleteRoute(wanted.get(1));
      assertThat(netlink.routes(0x6f000003, 111)).hasSize(3).doesNotContain(wanted.get(1));
    }
  }

  private static String rules(String netns) throws Exception {
    return Shell.run("ip", "-n", netns, "rule") + Shell.run("ip", "-n", netns, "-6", "rule");
  }

  private static void ip(String netns, String words) throws Exception {
    Shell.run(("ip -n " + netns + " " + words).split(" "));
  }

  @Test
  void routes_inAFreshNamespace_areEmpty() throws Exception {
    try (Rtnetlink netlink = Rtnetlink.open(namespaces.create())) {
      assertThat(netlink.routes()).extracting(LinkRoute::destination).allMatch(d -> !d.isIpv4());
    }
  }

  @Test
  void links_manyOfThem_areAllThere() throws Exception {
    Path host = namespaces.create();
    Path pod = namespaces.create();
    try (Rtnetlink netlink = Rtnetlink.open(host);
        Netns peer = Netns.open(pod)) {
      for (int i = 0; i < 60; i++) {
        netlink.createVeth(
            new Veth("many" + i, 0, "peer" + i, new MacAddress(0x0200_0000_0000L + i), peer, 1500));
      }
      // More than one datagram of a dump.
      assertThat(netlink.links()).hasSize(61);
      assertThat(List.copyOf(netlink.links())).extracting(Link::name).contains("many0", "many59");
    }
  }

  @Test
  void request_afterClose_saysSo() throws Exception {
    Rtnetlink netlink = Rtnetlink.open(namespaces.create());
    netlink.close();
    netlink.close();
    assertThatThrownBy(netlink::links)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("closed");
  }

  private static void createVeth(Path host, Path pod) throws IOException {
    try (Rtnetlink netlink = Rtnetlink.open(host);
        Netns peer = Netns.open(pod)) {
      netlink.createVeth(new Veth("veth7", 4711, "eth0", MAC, peer, 1400));
    }
  }

  private static int upBridge(Rtnetlink netlink) throws IOException {
    netlink.createBridge("br7");
    int bridge = netlink.link("br7").orElseThrow().index();
    netlink.setUp(bridge);
    return bridge;
  }

  private static java.net.InetAddress address(String text) {
    return InetPrefix.parseAddress(text);
  }

  private static void assertErrno(
      Errno errno, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }
}
