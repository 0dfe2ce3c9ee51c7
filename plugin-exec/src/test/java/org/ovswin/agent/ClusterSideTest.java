package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.Claim;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.NodeUsage;
import org.ovswin.ipam.block.WantedCluster;

/** One node against a real store in a directory. */
final class ClusterSideTest {
  private static final ClusterRanges RANGES = ranges("10.244.0.0/22");
  private static final IpPrefix FIRST = IpPrefix.parse("10.244.0.0/24");
  private static final IpPrefix SECOND = IpPrefix.parse("10.244.1.0/24");
  private static final UUID OWNER = new UUID(0, 1);
  private static final UUID OTHER = new UUID(0, 2);

  @TempDir private Path directory;
  private BreakableStore line;
  private BlockStore store;
  private FakeDatabase database = new FakeDatabase();
  private Optional<ClusterSide> running = Optional.empty();

  @BeforeEach
  void openStore() throws IOException {
    line = new BreakableStore(directory.resolve("store"));
    store = line.direct(RANGES);
  }

  @AfterEach
  void close() throws IOException {
    running.ifPresent(ClusterSide::close);
    store.close();
  }

  private static ClusterRanges ranges(String prefix) {
    return ClusterRanges.of(new ClusterRange(IpPrefix.parse(prefix), 24));
  }

  private static NodeRecord node(String name, UUID owner, String address, String version) {
    return new NodeRecord(
        name,
        owner,
        List.of(IpAddress.parse(address)),
        MacAddress.parse("02:00:00:00:00:01"),
        "linux",
        Optional.empty(),
        version,
        Instant.EPOCH);
  }

  private static NodeRecord self() {
    return node("node1", OWNER, "192.0.2.1", "1");
  }

  private ClusterSide side(NodeRecord self, ClusterRanges ranges) throws IOException {
    Path state = Files.createDirectories(directory.resolve("state"));
    ClusterSide side =
        new ClusterSide(
            self,
            "test",
            () -> line.open(ranges),
            new CachedView(state),
            database,
            InstantSource.system());
    running = Optional.of(side);
    database.tells(side);
    return side;
  }

  /** Starts a node; the reason why it cannot be in the cluster, if there is one. */
  private Optional<String> start(NodeRecord self, ClusterRanges ranges) throws Exception {
    return side(self, ranges).start().get(30, TimeUnit.SECONDS);
  }

  private ClusterSide joined() throws Exception {
    assertThat(start(self(), RANGES)).isEmpty();
    database.await(() -> database.has(FIRST));
    return running.orElseThrow();
  }

  @Test
  void newNode_registersClaimsAndKeepsTheView() throws Exception {
    joined();
    assertThat(store.view().node("node1")).map(NodeRecord::owner).contains(OWNER);
    assertThat(store.view().blocksOf("node1"))
        .extracting(BlockRecord::block)
        .containsExactly(FIRST);
    database.await(() -> database.view().filter(view -> !view.nodes().isEmpty()).isPresent());
    running.orElseThrow().close();
    CachedView kept = new CachedView(directory.resolve("state"));
    assertThat(kept.read()).contains(store.view());
    assertThat(kept.cluster()).isEqualTo(new WantedCluster.Known(store.clusterId()));
  }

  /** It would not know after a restart whose its blocks are. */
  @Test
  void clusterThatCannotBeKept_isNotClaimedIn() throws Exception {
    Files.createDirectories(directory.resolve("state/cluster-view.json/in the way"));
    assertThat(start(self(), RANGES)).as("no reason to end").isEmpty();
    assertThat(running.orElseThrow().state().outage().orElseThrow()).contains("cluster-view.json");
    assertThat(store.view().nodes()).isEmpty();
    assertThat(store.view().blocks()).isEmpty();
  }

  @Test
  void fullBlock_isFollowedByASecondAheadOfNeed() throws Exception {
    joined();
    database.fill(FIRST, 8);
    database.await(() -> database.has(SECOND));
    assertThat(store.view().blocksOf("node1"))
        .extracting(BlockRecord::block)
        .containsExactly(FIRST, SECOND);
  }

  @Test
  void noBlockLeft_isSaidToWhoWaitsAndClaimedWhenThereIsOne() throws Exception {
    store.register(node("node2", OTHER, "192.0.2.2", "1"));
    store.claim("node2", OTHER, Family.IPV4, 4);
    assertThat(start(self(), RANGES)).as("no reason to end").isEmpty();
    database.waitFor(Family.IPV4);
    database.await(() -> database.refusal(Family.IPV4).isPresent());
    assertThat(database.refusal(Family.IPV4).orElseThrow())
        .contains("all 4 blocks", "10.244.0.0/22", "expected", "add a range");
    assertThat(running.orElseThrow().state().refused()).containsKey(Family.IPV4);
    store.addRange(new ClusterRange(IpPrefix.parse("10.245.0.0/24"), 24));
    database.await(() -> database.has(IpPrefix.parse("10.245.0.0/24")));
    database.await(() -> running.orElseThrow().state().refused().isEmpty());
  }

  @Test
  void storeAwayAtTheStart_isSaidAndEverythingSettledWhenItIsBack() throws Exception {
    line.cut();
    assertThat(start(self(), RANGES)).as("no reason to end").isEmpty();
    assertThat(running.orElseThrow().state().outage()).isPresent();
    assertThat(running.orElseThrow().state().outage().orElseThrow()).contains(BreakableStore.CUT);
    database.waitFor(Family.IPV4);
    database.await(() -> database.refusal(Family.IPV4).isPresent());
    assertThat(database.refusal(Family.IPV4).orElseThrow()).contains(BreakableStore.CUT);
    line.mend();
    database.await(() -> database.has(FIRST));
    database.await(() -> running.orElseThrow().state().outage().isEmpty());
  }

  @Test
  void storeAwayLater_isSaidAndEverythingSettledWhenItIsBack() throws Exception {
    ClusterSide side = joined();
    line.cut();
    database.fill(FIRST, 0);
    database.await(() -> side.state().outage().isPresent());
    assertThat(side.state().description()).contains("store");
    assertThat(database.has(FIRST)).as("what is held is held").isTrue();
    assertThat(database.closed()).isEmpty();
    line.mend();
    database.await(() -> database.has(SECOND));
    database.await(() -> side.state().outage().isEmpty());
  }

  @Test
  void nameOfAnotherOwner_isAReasonToEnd() throws Exception {
    store.register(node("node1", OTHER, "192.0.2.9", "1"));
    assertThat(start(self(), RANGES)).isPresent();
    assertThat(running.orElseThrow().state().problems().toString())
        .contains("node1", OTHER.toString(), "192.0.2.9", "expected");
    assertThat(store.view().blocks()).isEmpty();
  }

  @Test
  void anotherClustersRanges_areAReasonToEnd() throws Exception {
    assertThat(start(self(), ranges("10.7.0.0/22")).orElseThrow())
        .contains("10.244.0.0/22", "expected", "10.7.0.0/22");
    assertThat(store.view().nodes()).isEmpty();
  }

  @Test
  void otherAddressAndVersion_renewTheRecord() throws Exception {
    joined();
    Instant joinedAt = store.view().node("node1").orElseThrow().joinedAt();
    running.orElseThrow().close();
    assertThat(start(node("node1", OWNER, "192.0.2.77", "2"), RANGES)).isEmpty();
    NodeRecord renewed = store.view().node("node1").orElseThrow();
    assertThat(renewed.address()).hasToString("192.0.2.77");
    assertThat(renewed.version()).isEqualTo("2");
    assertThat(renewed.joinedAt()).isEqualTo(joinedAt);
    assertThat(store.view().blocksOf("node1")).hasSize(1);
  }

  @Test
  void usage_isReported() throws Exception {
    joined();
    database.await(() -> !usages().isEmpty());
    assertThat(usages().getFirst().node()).isEqualTo("node1");
    assertThat(usages().getFirst().blocks())
        .containsExactly(new NodeUsage.BlockUse(FIRST, 0, FakeDatabase.SIZE));
  }

  private List<NodeUsage> usages() {
    try {
      return store.usages();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void blockThatAnotherTook_isClosedAndAnotherClaimed() throws Exception {
    ClusterSide side = joined();
    database.fill(FIRST, 100);
    line.cut();
    store.register(node("node2", OTHER, "192.0.2.2", "1"));
    store.release(FIRST);
    assertThat(store.claim("node2", OTHER, FIRST)).isInstanceOf(Claim.Claimed.class);
    line.mend();
    database.await(() -> database.closed().containsKey(FIRST));
    database.await(() -> side.state().closed().containsKey(FIRST));
    assertThat(side.state().closed().get(FIRST)).contains("node2");
    database.await(() -> database.has(SECOND));
    assertThat(database.has(FIRST)).as("its pods keep their addresses").isTrue();
  }

  @Test
  void blockThatWasReleasedUnderItsPods_isClaimedBack() throws Exception {
    joined();
    database.fill(FIRST, 100);
    store.release(FIRST);
    database.await(() -> isHeld(FIRST));
    assertThat(database.closed()).isEmpty();
    assertThat(database.has(FIRST)).isTrue();
  }

  private boolean isHeld(IpPrefix block) {
    try {
      return store.view().block(block).orElseThrow().isHeld();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void blocks_areAddedAndGivenBackOnDemand() throws Exception {
    ClusterSide side = joined();
    assertThat(side.addBlock(Family.IPV4).get(30, TimeUnit.SECONDS)).isEqualTo(SECOND);
    side.releaseBlock(FIRST).get(30, TimeUnit.SECONDS);
    assertThat(database.has(FIRST)).isFalse();
    assertThat(isHeld(FIRST)).isFalse();
    assertThat(side.addBlock(Family.IPV4).get(30, TimeUnit.SECONDS)).isEqualTo(FIRST);
  }

  @Test
  void giveBack_whileTheStoreIsAway_keepsTheBlock() throws Exception {
    ClusterSide side = joined();
    line.cut();
    assertThatThrownBy(() -> side.releaseBlock(FIRST).get(30, TimeUnit.SECONDS))
        .hasMessageContaining(BreakableStore.CUT);
    assertThat(database.has(FIRST)).isTrue();
  }
}
