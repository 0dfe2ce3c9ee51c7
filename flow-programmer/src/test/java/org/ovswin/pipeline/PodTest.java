package org.ovswin.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.openflow.Cookie;
import org.ovswin.openflow.Flow;
import org.ovswin.pipeline.NodeState.HostPort;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.NodeState.Protocol;

/** What addresses a pod may have, what a state refuses, and how a pod's flows are known. */
class PodTest {
  private static final String IPV4 = "10.244.1.5";
  private static final String IPV6 = "fd00:10:244:1::5";

  private static Pod pod(int port, String... addresses) {
    List<IpAddress> parsed = Arrays.stream(addresses).map(IpAddress::parse).toList();
    return new Pod(port, parsed, Example.POD.mac(), List.of(), Bandwidth.UNLIMITED);
  }

  private static NodeState state(List<IpPrefix> cluster, List<IpPrefix> blocks, Pod... pods) {
    return new NodeState(cluster, blocks, Example.UPLINK, List.of(), List.of(pods));
  }

  private static List<IpPrefix> prefixes(String... prefixes) {
    return Arrays.stream(prefixes).map(IpPrefix::parse).toList();
  }

  @Test
  void pod_ofEachKind_saysWhichAddressesItHas() {
    Pod dual = pod(3, IPV4, IPV6);
    assertThat(dual.address()).hasToString(IPV4);
    assertThat(dual.ipv4().orElseThrow()).hasToString(IPV4);
    assertThat(dual.ipv6().orElseThrow()).hasToString(IPV6);
    assertThat(pod(3, IPV4).ipv6()).isEmpty();
    assertThat(pod(3, IPV6).ipv4()).isEmpty();
    assertThat(pod(3, IPV6).address()).hasToString(IPV6);
  }

  @Test
  void pod_ofOtherAddresses_isRefused() {
    for (String[] addresses :
        List.of(
            new String[] {},
            new String[] {IPV6, IPV4},
            new String[] {IPV4, "10.244.1.6"},
            new String[] {IPV4, IPV6, "fd00:10:244:1::6"})) {
      assertThatThrownBy(() -> pod(3, addresses))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected: one, or an IPv4 and then an IPv6 one");
    }
  }

  @Test
  void pod_withGroupMac_isRefused() {
    List<IpAddress> addresses = List.of(IpAddress.parse(IPV4));
    MacAddress group = MacAddress.parse("01:00:5e:00:00:05");
    assertThatThrownBy(() -> new Pod(3, addresses, group, List.of(), Bandwidth.UNLIMITED))
        .hasMessage("pod MAC: 01:00:5e:00:00:05 (expected: unicast)");
  }

  @Test
  void hostPorts_onlyOverlapWhereAnAddressOfTheNodeHasBoth() {
    Optional<IpAddress> everywhere = Optional.empty();
    Optional<IpAddress> one = Optional.of(IpAddress.parse("172.30.0.11"));
    Optional<IpAddress> other = Optional.of(IpAddress.parse("172.30.0.77"));
    HostPort port = new HostPort(Protocol.TCP, one, 8080, 80);
    assertThat(port.overlaps(new HostPort(Protocol.TCP, one, 8080, 81))).isTrue();
    assertThat(port.overlaps(new HostPort(Protocol.TCP, everywhere, 8080, 80))).isTrue();
    assertThat(port.overlaps(new HostPort(Protocol.TCP, other, 8080, 80))).isFalse();
    assertThat(port.overlaps(new HostPort(Protocol.UDP, one, 8080, 80))).isFalse();
    assertThat(port.overlaps(new HostPort(Protocol.TCP, one, 8081, 80))).isFalse();
  }

  @Test
  void state_withoutAnyBlock_hasFlowsButNoPods() {
    assertThat(Pipeline.flows(state(Example.STATE.cluster(), List.of()))).isNotEmpty();
    assertThatThrownBy(() -> state(Example.STATE.cluster(), List.of(), pod(3, IPV4)))
        .hasMessage("pod address: 10.244.1.5 (expected: inside one of [])");
  }

  @Test
  void state_ofRangesOrBlocksThatOverlap_isRefused() {
    assertThatThrownBy(() -> state(prefixes("10.244.0.0/16", "10.244.8.0/21"), List.of()))
        .hasMessageContaining("expected: apart from");
    List<IpPrefix> cluster = prefixes("10.244.0.0/16");
    assertThatThrownBy(() -> state(cluster, prefixes("10.244.1.0/24", "10.244.1.128/25")))
        .hasMessageContaining("expected: apart from");
    assertThatThrownBy(() -> state(cluster, prefixes("10.244.1.0/24", "fd00:10:244:1::/64")))
        .hasMessageContaining("expected: inside one of [10.244.0.0/16]");
  }

  @Test
  void state_withPodsThatShareAnAddressOrHaveAGateways_isRefused() {
    for (Pod other :
        List.of(pod(4, IPV6), pod(4, "10.244.1.6", IPV6), pod(4, "fd00:10:244:1::1"))) {
      Pod one = pod(3, IPV4, IPV6);
      assertThatThrownBy(() -> state(Example.STATE.cluster(), Example.STATE.blocks(), one, other))
          .hasMessageContaining("expected: addresses and a port of its own");
    }
  }

  @Test
  void podFlows_ofEitherFamily_carryOneCookie() {
    for (Pod pod : List.of(pod(3, IPV4), pod(3, IPV6), pod(3, IPV4, IPV6))) {
      assertThat(Pipeline.podFlows(Example.STATE, pod))
          .extracting(Flow::cookie)
          .containsOnly(Pipeline.podCookie(pod.address()));
    }
    assertThat(Pipeline.podFlows(Example.STATE, pod(3, IPV4))).hasSize(8);
    assertThat(Pipeline.podFlows(Example.STATE, pod(3, IPV6))).hasSize(7);
    assertThat(Pipeline.podFlows(Example.STATE, pod(3, IPV4, IPV6))).hasSize(15);
  }

  @Test
  void podCookie_ofIpv4_isTheAddress() {
    assertThat(Pipeline.podCookie(IpAddress.parse(IPV4))).isEqualTo(0x0f51_0300_0af4_0105L);
    assertThat(Cookie.of(Pipeline.podCookie(IpAddress.parse("255.0.0.1"))).object())
        .isEqualTo(0xff00_0001L);
  }

  /** As many blocks as a node may come to hold, cut into any size out of several ranges. */
  @ParameterizedTest
  @ValueSource(ints = {56, 64, 80, 96, 112, 120})
  void podCookie_ofAllPodsInANodesBlocks_isEachOnesOwn(int length) {
    Set<Long> cookies = new HashSet<>();
    int pods = 0;
    for (String range : List.of("fd00:10:244::/48", "fd00:1::/48", "fd00:2::/48")) {
      for (int block = 0; block < 8; block++) {
        IpPrefix held = IpPrefix.parse(range).subPrefix(length, block * 3L);
        for (int offset = 2; offset < 250; offset++) {
          cookies.add(Pipeline.podCookie(held.address(offset)));
          pods++;
        }
      }
    }
    assertThat(cookies).hasSize(pods).allMatch(Cookie::isOurs);
  }

  @Test
  void podCookie_ofTwoAddressesOfOneBlock_isNeverTheSame() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 10_000; i++) {
      IpPrefix block = IpPrefix.of(new Ipv6Address(random.nextLong(), random.nextLong()), 88);
      long one = random.nextLong(1L << 40);
      long other = random.nextLong(1L << 40);
      assertThat(Pipeline.podCookie(block.address(one)) == Pipeline.podCookie(block.address(other)))
          .as("seed %d: %s, %d and %d", seed, block, one, other)
          .isEqualTo(one == other);
    }
  }
}
