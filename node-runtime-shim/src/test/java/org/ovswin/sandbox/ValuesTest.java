package org.ovswin.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {
  private static final MacAddress MAC = MacAddress.parse("0e:2a:0a:f4:01:05");

  @Test
  void mac_parseAndFormat_agree() {
    assertThat(MAC.toString()).isEqualTo("0e:2a:0a:f4:01:05");
    assertThat(MacAddress.parse("0E-2A-0A-F4-01-05")).isEqualTo(MAC);
    assertThat(MAC.octets()).containsExactly(0x0e, 0x2a, 0x0a, 0xf4, 0x01, 0x05);
    assertThat(MacAddress.of(MAC.octets())).isEqualTo(MAC);
    assertThat(new MacAddress(0xffff_ffff_ffffL).toString()).isEqualTo("ff:ff:ff:ff:ff:ff");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0e:2a:0a:f4:01",
        "0e:2a:0a:f4:01:05:06",
        "0e2a0af40105",
        "0e:2a-0a:f4:01:05",
        "0g:2a:0a:f4:01:05"
      })
  void mac_notSixOctets_isRefusedWithTheText(String text) {
    assertThatThrownBy(() -> MacAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("MAC address: " + text + " (expected:");
  }

  @ParameterizedTest
  @CsvSource({
    "10.244.1.5/24, 10.244.1.0/24",
    "10.244.1.5/32, 10.244.1.5/32",
    "10.244.1.5/0,  0.0.0.0/0",
    "10.244.1.5/13, 10.240.0.0/13",
    "fd00::1:5/112, fd00:0:0:0:0:0:1:0/112"
  })
  void prefix_network_hasNoHostBits(String text, String network) {
    InetPrefix prefix = InetPrefix.parse(text);
    assertThat(prefix.network()).hasToString(network);
    assertThat(prefix.network().hasHostBits()).isFalse();
    assertThat(prefix.contains(prefix.address())).isTrue();
  }

  @Test
  void prefix_contains_ofTheSameFamilyOnly() {
    InetPrefix prefix = InetPrefix.parse("10.244.1.5/24");
    assertThat(prefix.contains(InetPrefix.parseAddress("10.244.1.254"))).isTrue();
    assertThat(prefix.contains(InetPrefix.parseAddress("10.244.2.1"))).isFalse();
    assertThat(prefix.contains(InetPrefix.parseAddress("fd00::1"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.244.1.5",
        "10.244.1.5/",
        "10.244.1.5/33",
        "10.244.1.5/024",
        "10.1/8",
        "010.0.0.1/8",
        "*/8",
        "/8",
        "host.example/8",
        "fd00::1/129",
        "10.244.1.5/-1"
      })
  void prefix_notAnAddressWithALength_isRefused(String text) {
    assertThatThrownBy(() -> InetPrefix.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void route_destinationWithHostBits_isRefused() {
    InetPrefix prefix = InetPrefix.parse("10.244.1.5/24");
    assertThatThrownBy(() -> new Route.Direct(prefix))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("route destination: 10.244.1.5/24 (expected: 10.244.1.0/24)");
  }

  @Test
  void endpointSpec_gatewayOutsideOfThePrefix_isOnLink() {
    assertThat(spec("10.244.1.5/24").routes())
        .containsExactly(
            new Route.Via(InetPrefix.DEFAULT_IPV4, InetPrefix.parseAddress("10.244.1.1")));
    assertThat(spec("10.244.1.5/32").routes())
        .containsExactly(
            new Route.ViaOnLink(InetPrefix.DEFAULT_IPV4, InetPrefix.parseAddress("10.244.1.1")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "a:b", "a b", "sixteen-letters-"})
  void endpointSpec_badIfName_isRefused(String ifName) {
    assertThatThrownBy(
            () -> new EndpointSpec("h", "/run/netns/x", ifName, MAC, List.of(), List.of(), 1500))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("ifName: " + ifName + " (expected:");
  }

  @Test
  void endpointSpec_ofEachFamily_hasADefaultRouteForEach() {
    InetAddress v4 = InetPrefix.parseAddress("10.244.1.1");
    InetAddress v6 = InetPrefix.parseAddress("fd00:244:1::1");
    EndpointSpec dual =
        EndpointSpec.withGateways(
            "h",
            "s",
            "eth0",
            MAC,
            List.of(
                new EndpointSpec.Gatewayed(InetPrefix.parse("10.244.1.5/24"), v4),
                new EndpointSpec.Gatewayed(InetPrefix.parse("fd00:244:1::5/128"), v6)),
            1450);
    assertThat(dual.speaksIpv6()).isTrue();
    assertThat(spec("10.244.1.5/24").speaksIpv6()).isFalse();
    assertThat(dual.routes())
        .containsExactly(
            new Route.Via(InetPrefix.DEFAULT_IPV4, v4),
            new Route.ViaOnLink(InetPrefix.DEFAULT_IPV6, v6));
    assertThatThrownBy(() -> new EndpointSpec.Gatewayed(InetPrefix.parse("fd00:244:1::5/64"), v4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: of the same family");
  }

  @Test
  void hostInterfaceSpec_movingFromItself_isRefused() {
    assertThatThrownBy(
            () -> new HostInterfaceSpec("br7", 1500, List.of(), List.of(), Optional.of("br7")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("br7");
  }

  private static EndpointSpec spec(String address) {
    return EndpointSpec.withGateway(
        "h",
        "s",
        "eth0",
        MAC,
        InetPrefix.parse(address),
        InetPrefix.parseAddress("10.244.1.1"),
        1450);
  }
}
