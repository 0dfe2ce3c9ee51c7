package org.ovswin.ipam.block.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.Claim;

/** Node.spec.podCIDRs, in all states that a cluster goes through. */
class PodCidrTest extends KubernetesFixture {

  private void putNode(String name, String... podCidrs) {
    if (server.objects().has("nodes", name)) {
      var present = server.objects().get("nodes", name);
      present.set("spec", StrictApiServer.kubernetesNode(name, podCidrs).get("spec"));
      server.objects().replace("nodes", name, present);
    } else {
      server.objects().create("nodes", StrictApiServer.kubernetesNode(name, podCidrs));
    }
  }

  @Test
  void set_exactlyTheseAreClaimedAndAgain() throws IOException {
    putNode("a", "10.244.7.0/24", "fd00:244:0:9::/64");
    try (KubernetesBlockStore store = open(RANGE, IPV6)) {
      assertThat(join(store, "a")).containsExactly("10.244.7.0/24");
      assertThat(join(store, "a")).containsExactly("10.244.7.0/24");
      assertThat(held(claim(store, "a", Family.IPV6, 1))).containsExactly("fd00:244:0:9::/64");
    }
  }

  @Test
  void setInTheOlderFieldAlone_isHonouredToo() throws IOException {
    var node = StrictApiServer.kubernetesNode("a", "10.244.7.0/24");
    node.withObject("/spec").remove("podCIDRs");
    server.objects().create("nodes", node);
    try (KubernetesBlockStore store = open(RANGE)) {
      assertThat(join(store, "a")).containsExactly("10.244.7.0/24");
    }
  }

  @Test
  void set_noFurtherBlockOfTheControllerManagersRange() throws IOException {
    putNode("a", "10.244.7.0/24");
    try (KubernetesBlockStore store = open(RANGE)) {
      join(store, "a");
      assertThat(reason(claim(store, "a", Family.IPV4, 2)))
          .contains(
              "Node a: podCIDRs [10.244.7.0/24] are all",
              "10.244.0.0/16",
              "ovs-win ipam range add");
      assertThat(reason(store.claim("a", owner("a"), IpPrefix.parse("10.244.8.0/24"))))
          .contains("ovs-win ipam range add");
      assertThat(store.view().blocksOf("a")).hasSize(1);

      // A range of our own is what the message says to add.
      store.addRange(OTHER);
      assertThat(held(claim(store, "a", Family.IPV4, 2)))
          .containsExactly("10.244.7.0/24", "10.245.0.0/24");
    }
  }

  @Test
  void setForOthersOnly_waitsUntilItIsSet() throws IOException {
    putNode("a", "10.244.0.0/24");
    putNode("b");
    try (KubernetesBlockStore store = open(RANGE)) {
      store.register(node("b"));
      assertThat(reason(claim(store, "b")))
          .contains("Node b: spec.podCIDRs has no IPv4 block yet", "10.244.0.0/16");
      putNode("b", "10.244.1.0/24");
      assertThat(held(claim(store, "b"))).containsExactly("10.244.1.0/24");
    }
  }

  @Test
  void setForOthersOnly_aNodeThatTheClusterDoesNotKnowGetsNoneOfTheirRange() throws IOException {
    putNode("a", "10.244.0.0/24");
    try (KubernetesBlockStore store = open(RANGE)) {
      store.register(node("outside"));
      assertThat(reason(claim(store, "outside"))).contains("no Node of this name");
      store.addRange(OTHER);
      assertThat(held(claim(store, "outside"))).containsExactly("10.245.0.0/24");
    }
  }

  @Test
  void setLate_afterAFreeClaim_isClaimedBesides() throws IOException {
    putNode("a");
    try (KubernetesBlockStore store = open(RANGE)) {
      assertThat(join(store, "a")).containsExactly("10.244.0.0/24");
      putNode("a", "10.244.5.0/24");
      assertThat(held(claim(store, "a"))).containsExactly("10.244.0.0/24", "10.244.5.0/24");
    }
  }

  @Test
  void setLate_whatAnotherNodeHolds_namesTheHolder() throws IOException {
    putNode("a");
    putNode("b");
    try (KubernetesBlockStore store = open(RANGE)) {
      join(store, "a");
      putNode("b", "10.244.0.0/24");
      store.register(node("b"));
      Claim claim = claim(store, "b");
      assertThat(claim).isInstanceOf(Claim.BlockTaken.class);
      assertThat(reason(claim)).contains("block 10.244.0.0/24: node a");
    }
  }

  @Test
  void required_waitsEvenIfNoNodeHasAny() throws IOException {
    putNode("a");
    try (KubernetesBlockStore store = open(PodCidrs.REQUIRED, RANGE)) {
      store.register(node("a"));
      assertThat(reason(claim(store, "a"))).contains("yet", "--allocate-node-cidrs");
      putNode("a", "10.244.3.0/24");
      assertThat(held(claim(store, "a"))).containsExactly("10.244.3.0/24");
    }
  }

  @Test
  void notABlockOfTheRanges_isDeniedWithWhatToDo() throws IOException {
    for (String podCidr :
        List.of("10.99.0.0/24", "10.244.0.0/23", "10.244.0.0/25", "10.244.0.1/24")) {
      putNode("a", podCidr);
      try (KubernetesBlockStore store = open(RANGE)) {
        store.register(node("a"));
        assertThat(reason(claim(store, "a")))
            .contains("Node a: podCIDR " + podCidr, "10.244.0.0/16 in blocks of /24");
      }
    }
  }

  @Test
  void onlyOneFamilySet_theOtherComesFromItsOwnRange() throws IOException {
    putNode("a", "10.244.7.0/24");
    try (KubernetesBlockStore store = open(RANGE, IPV6)) {
      join(store, "a");
      assertThat(held(claim(store, "a", Family.IPV6, 1))).containsExactly("fd00:244::/64");
    }
  }

  @Test
  void releasedByAnotherNodeInItsGrace_isStillKeptForIt() throws IOException {
    putNode("a", "10.244.0.0/24");
    try (KubernetesBlockStore store = open(RANGE)) {
      join(store, "a");
      store.releaseNode("a");
      server.objects().delete("nodes", "a", StrictApiServer.kubernetesNode("a"));
      putNode("b", "10.244.0.0/24");
      store.register(node("b"));
      assertThat(reason(claim(store, "b"))).contains("may still come back for it");
      now = now.plus(GRACE);
      assertThat(held(claim(store, "b"))).containsExactly("10.244.0.0/24");
    }
  }
}
