package org.ovswin.ipam.block.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.Watch;

/** Claims and releases of one node that meet, one of them killed on its way. */
class KilledClaimTest extends KubernetesFixture {
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final String BLOCK = "10.244.0.0/24";
  private static final String OBJECT = "10.244.0.0-24";

  private StrictApiServer peerServer;
  private KubernetesBlockStore store;
  private KubernetesBlockStore peer;

  @BeforeEach
  void openStores() throws IOException {
    peerServer = new StrictApiServer(server.objects());
    store = open(RANGE);
    peer = KubernetesBlockStore.open(peerServer.options(directory), options(RANGE));
  }

  @AfterEach
  void closeStores() throws IOException {
    store.close();
    peer.close();
    peerServer.close();
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

  /** The node is gone, and its block is still held. */
  private void killAClaimWhileItsNodeGoes() throws IOException {
    var _ = store.register(node("a"));
    between(
        "create ovswinblocks",
        () -> {
          assertThat(peer.releaseNode("a")).isEmpty();
          server.fail("get ovswinclusters", 503);
        });
    assertThatThrownBy(() -> claim(store, "a")).hasMessageContaining("503");
    server.heal("get ovswinclusters");
    assertThat(peer.view().nodes()).isEmpty();
    assertThat(heldBy("a")).containsExactly(BLOCK);
  }

  private List<String> heldBy(String node) throws IOException {
    return peer.view().blocksOf(node).stream().map(block -> block.block().toString()).toList();
  }

  @Test
  void releaseNode_withoutARecord_releasesItsBlocks() throws IOException {
    killAClaimWhileItsNodeGoes();
    assertThat(peer.releaseNode("a")).containsExactlyElementsOf(peer.view().blocks());
    assertThat(heldBy("a")).isEmpty();
    assertThat(server.objects().names("ovswinnodes")).isEmpty();
    assertThat(peer.releaseNode("a")).isEmpty();
    assertThat(server.objects().names("ovswinnodes")).isEmpty();
  }

  @Test
  void register_withoutARecord_hasTheBlockAgain() throws IOException {
    killAClaimWhileItsNodeGoes();
    assertThat(join(store, "a")).containsExactly(BLOCK);
  }

  @Test
  void register_whileTheBlocksOfTheNameAreReleased_isARegistrationOfItsOwn() throws IOException {
    killAClaimWhileItsNodeGoes();
    // The release has begun, and is killed before it looks at the blocks again.
    between("create ovswinnodes", () -> server.forbid("list ovswinblocks"));
    assertThatThrownBy(() -> store.releaseNode("a")).hasMessageContaining("403");
    server.allow("list ovswinblocks");
    assertThat(peer.view().nodes()).isEmpty();

    assertThat(join(peer, "a")).containsExactly(BLOCK);
    assertThat(peer.view().nodes()).containsExactly(node("a"));
  }

  @Test
  void look_atAHolderWithoutARecord_releasesItsBlocks() throws IOException {
    killAClaimWhileItsNodeGoes();
    var _ = store.register(node("b"));
    try (Watch _ = store.watch(_ -> {})) {
      GoneNodes ofB = store.goneNodes("b", Duration.ofMillis(1));
      await()
          .until(
              () -> {
                ofB.look();
                return heldBy("a").isEmpty();
              });
    }
    assertThat(server.objects().names("ovswinnodes")).containsExactly("b");
  }

  @Test
  void look_atAHolderThatHasRegisteredSince_leavesItAlone() throws IOException {
    join(store, "a");
    try (ApiServer api = api()) {
      new GoneNodes(
              api,
              new NodeObjects(api, () -> now),
              "b",
              List::of,
              () -> Set.of("a"),
              Duration.ofMillis(1))
          .look();
    }
    assertThat(heldBy("a")).containsExactly(BLOCK);
  }

  @Test
  void look_atAMarkThatIsGoneSince_leavesTheNodeAlone() throws IOException {
    var _ = store.register(node("a"));
    try (ApiServer api = api()) {
      ApiObject marked = Records.releasing(api.get(Kind.NODE, "a").orElseThrow());
      assertThat(api.replace(marked)).isInstanceOf(ApiServer.Write.Written.class);
      join(store, "a");
      new GoneNodes(
              api,
              new NodeObjects(api, () -> now),
              "b",
              () -> List.of(marked),
              Set::of,
              Duration.ofMillis(1))
          .look();
    }
    assertThat(heldBy("a")).containsExactly(BLOCK);
    assertThat(peer.view().nodes()).containsExactly(node("a"));
  }

  @Test
  void claim_answerLostWhileTheNodeGoes_givesTheBlockBack() throws IOException {
    var _ = store.register(node("a"));
    between("create ovswinblocks", () -> peer.releaseNode("a"));
    server.failAfter("create ovswinblocks", 500);
    assertThat(reason(claim(store, "a"))).contains("node a: is not registered");
    assertThat(peer.view().blocks()).isEmpty();
  }

  @Test
  void releaseNode_blockLabelledSinceTheLook_releasesItAllTheSame() throws IOException {
    join(store, "a");
    between("update ovswinblocks", () -> label("ovswinblocks", OBJECT));
    between("delete ovswinnodes", () -> label("ovswinnodes", "a"));
    assertThat(store.releaseNode("a")).hasSize(1);
    assertThat(peer.view().blocks()).noneMatch(BlockRecord::isHeld);
    assertThat(server.objects().names("ovswinnodes")).isEmpty();
  }

  @Test
  void release_blockLabelledSinceTheLook_releasesItAllTheSame() throws IOException {
    join(store, "a");
    between("update ovswinblocks", () -> label("ovswinblocks", OBJECT));
    assertThat(store.release(RANGE.block(0))).isPresent();
    assertThat(heldBy("a")).isEmpty();
  }

  @Test
  void claim_blockLabelledBeforeItIsGivenBack_givesItBackAllTheSame() throws IOException {
    var _ = store.register(node("a"));
    between("create ovswinblocks", () -> peer.releaseNode("a"));
    between("delete ovswinblocks", () -> label("ovswinblocks", OBJECT));
    assertThat(reason(claim(store, "a"))).contains("node a: is not registered");
    assertThat(peer.view().blocks()).isEmpty();
  }

  private ApiServer api() throws IOException {
    return new ApiServer(
        ClientConfig.connect(server.options(directory), DEADLINE),
        DEADLINE,
        new ApiHealth(() -> now));
  }

  /** As kubectl label does: the object has another version, and the same spec. */
  private void label(String plural, String name) {
    ObjectNode object = server.objects().get(plural, name);
    object.withObject("/metadata/labels").put("checked", "yes");
    server.objects().replace(plural, name, object);
  }
}
