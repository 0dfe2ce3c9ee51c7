package org.ovswin.ipam.block.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.Claim;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.RangeChange;
import org.ovswin.ipam.block.Registration;

/** Another client between the look and the write. */
class KubernetesConflictTest extends KubernetesFixture {
  private StrictApiServer peerServer;

  @BeforeEach
  void startPeerServer() throws IOException {
    peerServer = new StrictApiServer(server.objects());
  }

  @AfterEach
  void stopPeerServer() {
    peerServer.close();
  }

  private KubernetesBlockStore openPeer(ClusterRange range) throws IOException {
    return KubernetesBlockStore.open(peerServer.options(directory), options(range));
  }

  private interface Action {
    void run() throws IOException;
  }

  private void between(String request, Action action) {
    server.before(
        request,
        () -> {
          try {
            action.run();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  @Test
  void claim_blockCreatedSinceTheLook_takesTheNextWithoutLookingAtAllAgain() throws IOException {
    try (KubernetesBlockStore store = open(RANGE);
        KubernetesBlockStore peer = openPeer(RANGE)) {
      store.register(node("a"));
      peer.register(node("b"));
      between("create ovswinblocks", () -> assertThat(join(peer, "b")).contains("10.244.0.0/24"));
      assertThat(held(claim(store, "a"))).containsExactly("10.244.1.0/24");
      // One look, and one more for the answer.
      assertThat(server.count("list ovswinblocks")).isEqualTo(2);
    }
  }

  @Test
  void claim_releasedBlockTakenOverSinceTheLook_looksAgain() throws IOException {
    ClusterRange two = new ClusterRange(IpPrefix.parse("10.250.0.0/23"), 24);
    try (KubernetesBlockStore store = open(two);
        KubernetesBlockStore peer = openPeer(two)) {
      assertThat(join(store, "x")).containsExactly("10.250.0.0/24");
      assertThat(join(store, "y")).containsExactly("10.250.1.0/24");
      store.releaseNode("x");
      now = now.plusSeconds(1);
      store.releaseNode("y");
      now = now.plus(GRACE);
      store.register(node("a"));
      peer.register(node("b"));
      between("update ovswinblocks", () -> assertThat(join(peer, "b")).contains("10.250.0.0/24"));
      assertThat(held(claim(store, "a"))).containsExactly("10.250.1.0/24");
    }
  }

  @Test
  void claim_nodeReleasedBeforeTheWriteIsSeen_givesTheBlockBack() throws IOException {
    try (KubernetesBlockStore store = open(RANGE);
        KubernetesBlockStore peer = openPeer(RANGE)) {
      store.register(node("a"));
      between("create ovswinblocks", () -> peer.releaseNode("a"));
      assertThat(reason(claim(store, "a"))).contains("node a: is not registered");
      assertThat(peer.view().blocks()).isEmpty();
    }
  }

  @Test
  void claim_rangeRemovedBeforeTheWriteIsSeen_givesTheBlockBack() throws IOException {
    try (KubernetesBlockStore store = open(RANGE);
        KubernetesBlockStore peer = openPeer(RANGE)) {
      store.register(node("a"));
      between(
          "create ovswinblocks",
          () ->
              assertThat(peer.removeRange(RANGE.prefix())).isInstanceOf(RangeChange.Changed.class));
      assertThat(claim(store, "a")).isInstanceOf(Claim.Exhausted.class);
      assertThat(peer.view().blocks()).isEmpty();
    }
  }

  @Test
  void removeRange_blockClaimedBeforeTheRangeIsGone_putsItBack() throws IOException {
    try (KubernetesBlockStore store = open(RANGE, OTHER);
        KubernetesBlockStore peer = openPeer(RANGE)) {
      peer.register(node("b"));
      between("update ovswinclusters", () -> assertThat(join(peer, "b")).hasSize(1));
      assertThat(store.removeRange(RANGE.prefix())).isInstanceOf(RangeChange.InUse.class);
      assertThat(store.view().ranges().ranges()).containsExactlyInAnyOrder(RANGE, OTHER);
      assertThat(held(claim(peer, "b"))).containsExactly("10.244.0.0/24");
    }
  }

  @Test
  void addRange_anotherAddedMeanwhile_bothAreThere() throws IOException {
    try (KubernetesBlockStore store = open(RANGE);
        KubernetesBlockStore peer = openPeer(RANGE)) {
      between("update ovswinclusters", () -> peer.addRange(IPV6));
      assertThat(store.addRange(OTHER)).isInstanceOf(RangeChange.Changed.class);
      assertThat(store.view().ranges().ranges()).containsExactly(RANGE, IPV6, OTHER);
    }
  }

  @Test
  void register_createdSinceTheLook_isTaken() throws IOException {
    try (KubernetesBlockStore store = open(RANGE);
        KubernetesBlockStore peer = openPeer(RANGE)) {
      NodeRecord a = node("a");
      NodeRecord other =
          new NodeRecord(
              "a",
              owner("other"),
              a.addresses(),
              a.mac(),
              a.os(),
              a.tunnelEndpoint(),
              a.version(),
              NOW);
      between("create ovswinnodes", () -> peer.register(other));
      assertThat(store.register(a)).isInstanceOf(Registration.NameTaken.class);
    }
  }

  @Test
  void register_halfReleased_releasesTheRestAndBeginsAnew() throws IOException {
    try (KubernetesBlockStore store = open(RANGE);
        KubernetesBlockStore peer = openPeer(RANGE)) {
      assertThat(join(store, "a")).containsExactly("10.244.0.0/24");
      // Killed after the mark: nothing of the rest happens.
      peerServer.forbid("list ovswinblocks");
      assertThat(catchThrowable(() -> peer.releaseNode("a")))
          .hasMessageContaining("list ovswinblocks");
      peerServer.allow("list ovswinblocks");
      assertThat(reason(claim(store, "a"))).contains("is not registered");
      assertThat(store.view().blocksOf("a")).hasSize(1);

      assertThat(store.register(node("a"))).isInstanceOf(Registration.Registered.class);
      assertThat(store.view().blocksOf("a")).isEmpty();
      assertThat(held(claim(store, "a"))).containsExactly("10.244.0.0/24");
    }
  }

  @Test
  void release_changedSinceTheLook_looksAgain() throws IOException {
    IpPrefix block = IpPrefix.parse("10.244.0.0/24");
    try (KubernetesBlockStore store = open(RANGE);
        KubernetesBlockStore peer = openPeer(RANGE)) {
      join(store, "a");
      between(
          "update ovswinblocks",
          () -> {
            now = now.plusSeconds(1);
            assertThat(peer.release(block)).isPresent();
          });
      assertThat(store.release(block)).isEmpty();
    }
  }

  @Test
  void claim_answerLost_findsWhatItHadCreated() throws IOException {
    try (KubernetesBlockStore store = open(RANGE)) {
      store.register(node("a"));
      server.failAfter("create ovswinblocks", 500);
      assertThat(held(claim(store, "a"))).containsExactly("10.244.0.0/24");
      server.heal("create ovswinblocks");
      assertThat(held(claim(store, "a"))).containsExactly("10.244.0.0/24");
      assertThat(server.objects().names("ovswinblocks")).containsExactly("10.244.0.0-24");
    }
  }

  @Test
  void release_answerLost_tellsWhatItHadReleased() throws IOException {
    try (KubernetesBlockStore store = open(RANGE)) {
      join(store, "a");
      join(store, "b");
      server.failAfter("update ovswinblocks", 500);
      assertThat(store.release(IpPrefix.parse("10.244.0.0/24")))
          .contains(store.view().blocks().getFirst());
      assertThat(store.releaseNode("b")).containsExactly(store.view().blocks().getLast());
      assertThat(store.view().blocks()).noneMatch(BlockRecord::isHeld);
    }
  }

  @Test
  void malformedObjectByHand_isUnreadableAndKeepsItsBlockTaken() throws IOException {
    try (KubernetesBlockStore store = open(RANGE)) {
      server.objects().force("ovswinblocks", "10.244.0.0-24", "by hand");
      server.objects().force("ovswinblocks", "no-block", "by hand");
      assertThat(join(store, "a")).containsExactly("10.244.1.0/24");
      assertThat(store.view().unreadable())
          .extracting(Object::toString)
          .containsExactly(
              "ovswinblocks/10.244.0.0-24: spec.block: is missing (expected: text)",
              "ovswinblocks/no-block: spec.block: is missing (expected: text)");
    }
  }
}
