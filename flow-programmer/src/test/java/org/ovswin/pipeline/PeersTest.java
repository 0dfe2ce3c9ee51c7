package org.ovswin.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.pipeline.NodeState.Peer;
import org.ovswin.pipeline.NodeState.Peers;

/** What peers may not be, and that of thousands the one in the way is found. */
class PeersTest {
  private static Peer peer(String block, String address) {
    return new Peer(
        "node", Ipv4Address.parse(address), new MacAddress(0x12), List.of(IpPrefix.parse(block)));
  }

  private static NodeState state(Peers peers) {
    return new NodeState(
        List.of(Example.CLUSTER), List.of(Example.BLOCK), Example.UPLINK, peers, List.of());
  }

  @Test
  void peers_inAnyOrder_areTheSame() {
    Peer one = peer("10.244.2.0/24", "172.30.0.12");
    Peer other = peer("10.244.10.0/24", "172.30.0.13");
    assertThat(new Peers(List.of(other, one)))
        .isEqualTo(new Peers(List.of(one, other)))
        .hasSameHashCodeAs(new Peers(List.of(one, other)));
    assertThat(new Peers(List.of(other, one)).byAddress()).containsExactly(one, other);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.244.2.0/24", "10.244.2.128/25", "10.244.0.0/22", "10.244.2.0/23"})
  void peers_whoseBlocksOverlap_areRefused(String block) {
    List<Peer> both = List.of(peer("10.244.2.0/24", "172.30.0.12"), peer(block, "172.30.0.13"));
    assertThatThrownBy(() -> new Peers(both)).hasMessageContaining("expected: apart from");
  }

  @Test
  void peers_ofOneAddress_areRefused() {
    List<Peer> both =
        List.of(peer("10.244.2.0/24", "172.30.0.12"), peer("10.244.3.0/24", "172.30.0.12"));
    assertThatThrownBy(() -> new Peers(both))
        .hasMessageContaining("expected: an address that no other peer has");
  }

  @Test
  void state_withAPeerOfTheNodesOwnBlockOrAddress_isRefused() {
    Peers block = new Peers(List.of(peer("10.244.0.0/20", "172.30.0.12")));
    Peers address = new Peers(List.of(peer("10.244.2.0/24", Example.UPLINK.address().toString())));
    assertThatThrownBy(() -> state(block)).hasMessageContaining("apart from 10.244.1.0/24");
    assertThatThrownBy(() -> state(address)).hasMessageContaining("172.30.0.11");
  }

  @Test
  void overlapping_ofAnyPrefixes_isAsIfEachWereAsked() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      DisjointBlocks<IpPrefix> blocks = new DisjointBlocks<>();
      List<IpPrefix> added = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        IpPrefix block =
            IpPrefix.of(new Ipv4Address(random.nextInt(1 << 12)), 20 + random.nextInt(13));
        boolean free = added.stream().noneMatch(block::overlaps);
        assertThat(blocks.add(block, block).isEmpty())
            .as("seed %d: %s into %s", seed, block, added)
            .isEqualTo(free);
        if (free) {
          added.add(block);
        }
      }
    }
  }
}
