package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ovswin.agent.AgentLife.refusal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.cni.CniErrors;
import org.ovswin.cni.CniRequest;
import org.ovswin.cni.Dns;
import org.ovswin.cni.PodName;
import org.ovswin.cni.RequestedAddress;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.StoreHealth;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.ipam.lease.Reservation;

/** Which address a pod gets, and what it is told if it gets none. */
final class ReconcilerAddressesTest {
  private static final IpPrefix SIX = IpPrefix.parse("fd00:244:0:1::/125");

  /** What fits into a block of the tests. */
  private static final int FULL = 5;

  @TempDir private Path directory;
  private final TestClock clock = new TestClock();
  private final Machine machine = new Machine();
  private AgentLife agent;

  @BeforeEach
  void startAgent() throws IOException {
    machine.start();
    agent = new AgentLife(machine, clock, directory.resolve("journal"));
    agent.becomeReady();
  }

  @AfterEach
  void closeAgent() throws IOException {
    agent.close();
  }

  private PodView added(int container) throws IOException {
    return added(agent.add(container));
  }

  private PodView added(CompletableFuture<PodView> add) throws IOException {
    agent.settle();
    assertThat(add).isCompleted();
    return add.join();
  }

  private void fill() throws IOException {
    for (int container = 0; container < FULL; container++) {
      added(container);
    }
  }

  // Full blocks.

  @Test
  void full_noBlockToBeHad_saysWhatIsFullAndWhatWouldFreeIt() throws Exception {
    fill();
    var add = agent.add(FULL);
    agent.settle();
    assertThat(refusal(add).code()).isEqualTo(CniErrors.TRY_AGAIN_LATER);
    assertThat(refusal(add))
        .hasMessageContainingAll(Cluster.BLOCK.toString(), "5 addresses in use", "expected");
    assertThat(refusal(add).details()).contains("all blocks are taken");
  }

  @Test
  void full_blockIsClaimed_waitsForIt() throws Exception {
    fill();
    agent.cluster.refused.clear();
    var add = agent.add(FULL);
    agent.settle();
    assertThat(add).isNotDone();
    assertThat(agent.cluster.local().waiting()).containsExactly(Family.IPV4);
    agent.blocks(List.of(Cluster.FURTHER), List.of(), Set.of(Cluster.FURTHER), Map.of());
    PodView pod = added(add);
    assertThat(Cluster.FURTHER.contains(pod.address())).isTrue();
    assertThat(agent.cluster.local().waiting()).isEmpty();
  }

  @Test
  void full_anAddressComesFree_isGivenToWhoWaits() throws Exception {
    fill();
    agent.cluster.refused.clear();
    var add = agent.add(FULL);
    var _ = agent.delete(2);
    added(add);
  }

  @Test
  void full_noBlockInTime_saysSo() throws Exception {
    fill();
    agent.cluster.refused.clear();
    var add = agent.add(FULL);
    agent.settle(Duration.ofSeconds(16));
    assertThat(refusal(add).code()).isEqualTo(CniErrors.TRY_AGAIN_LATER);
    assertThat(refusal(add).details()).contains("no further block in time");
    assertThat(agent.leases.leases()).hasSize(FULL);
  }

  @Test
  void full_theStoreRefuses_isSaidAtOnce() throws Exception {
    fill();
    agent.cluster.refused.clear();
    var add = agent.add(FULL);
    agent.settle();
    agent.inbox.tell(new Event.ClaimFailed(Family.IPV4, "podCIDRs are not set"));
    agent.settle();
    assertThat(refusal(add).details()).contains("podCIDRs are not set");
  }

  @Test
  void full_theStoreIsAway_saysSinceWhen() throws Exception {
    fill();
    agent.cluster.refused.clear();
    agent.cluster.health = new StoreHealth.Unreachable(clock.instant(), "connection refused");
    var add = agent.add(FULL);
    agent.settle();
    assertThat(refusal(add).details())
        .contains("unreachable since " + clock.instant(), "connection refused");
  }

  @Test
  void full_deletedWhileItWaits_isOver() throws Exception {
    fill();
    agent.cluster.refused.clear();
    var add = agent.add(FULL);
    agent.settle();
    var deleted = agent.delete(FULL);
    agent.settle();
    assertThat(deleted).isCompleted();
    assertThat(refusal(add).code()).isEqualTo(CniErrors.TRY_AGAIN_LATER);
    assertThat(agent.cluster.local().waiting()).isEmpty();
  }

  // Blocks that come and go.

  @Test
  void blockOfSomebodyElse_keepsItsPodsAndGetsNoNewOnes() throws Exception {
    PodView pod = added(1);
    agent.blocks(
        List.of(), List.of(), Set.of(), Map.of(Cluster.BLOCK, "node node2 holds it in the store"));
    var add = agent.add(2);
    agent.settle();
    assertThat(refusal(add)).hasMessageContaining(Cluster.BLOCK.toString());
    assertThat(machine.isReachable(pod)).isTrue();
    assertThat(agent.leases.leases()).hasSize(1);
    agent.blocks(List.of(), List.of(), Set.of(Cluster.BLOCK), Map.of());
    added(3);
  }

  @Test
  void drop_ofABlockInUse_isRefusedAndSaysByWhom() throws Exception {
    added(1);
    CompletableFuture<Void> dropped = new CompletableFuture<>();
    agent.inbox.tell(new Event.DropBlock(Cluster.BLOCK, dropped));
    agent.settle();
    assertThat(dropped).isCompletedExceptionally();
    assertThat(dropped.exceptionNow()).hasMessageContaining("container1");
    assertThat(agent.look().space().blocks()).containsExactly(Cluster.BLOCK);
  }

  @Test
  void drop_ofAnEmptyBlock_isDurable() throws Exception {
    CompletableFuture<Void> dropped = new CompletableFuture<>();
    agent.inbox.tell(new Event.DropBlock(Cluster.BLOCK, dropped));
    agent.settle();
    assertThat(dropped).isCompleted();
    assertThat(agent.look().space().blocks()).isEmpty();
    assertThat(org.ovswin.ipam.lease.LeaseDatabase.read(agent.journal).blocks()).isEmpty();
  }

  @Test
  void withdraw_someOfThem_leavesTheOthers() throws Exception {
    added(1);
    PodView stays = added(2);
    CompletableFuture<Set<Attachment>> left = new CompletableFuture<>();
    agent.inbox.tell(
        new Event.Withdraw(Set.of(Cluster.attachment(1)), clock.instant().plusSeconds(9), left));
    agent.settle();
    assertThat(left).isCompletedWithValue(Set.of());
    assertThat(agent.leases.leases()).containsExactly(stays.lease());
    assertThat(machine.podRows()).hasSize(1);
  }

  // Addresses that are asked for.

  private CniRequest request(int container, String podName, RequestedAddress... requested) {
    CniRequest like = Cluster.request(container, clock.instant().plusSeconds(30));
    return new CniRequest(
        like.cniVersion(),
        like.network(),
        like.containerId(),
        like.netns(),
        like.ifName(),
        Optional.of(new PodName("default", podName, Optional.empty())),
        List.of(requested),
        like.mac(),
        List.of(),
        like.bandwidth(),
        like.link(),
        Dns.NONE,
        Optional.empty(),
        like.deadline());
  }

  private CompletableFuture<PodView> asking(int container, String field, String address) {
    return agent.add(
        request(
            container,
            "pod" + container,
            new RequestedAddress(field, IpAddress.parse(address), OptionalInt.empty())));
  }

  @Test
  void requested_free_isGiven() throws Exception {
    assertThat(added(asking(1, "CNI_ARGS IP", "10.244.1.5")).address()).hasToString("10.244.1.5");
  }

  @Test
  void requested_taken_saysByWhom() throws Exception {
    added(asking(1, "CNI_ARGS IP", "10.244.1.5"));
    var add = asking(2, "args.cni.ips[0]", "10.244.1.5");
    agent.settle();
    assertThat(refusal(add).code()).isEqualTo(CniErrors.INVALID_NETWORK_CONFIG);
    assertThat(refusal(add)).hasMessageContainingAll("args.cni.ips[0]", "10.244.1.5", "pod1");
    assertThat(agent.leases.leases()).hasSize(1);
  }

  @Test
  void requested_impossible_isNoMatterOfTime() throws Exception {
    for (String address :
        List.of("10.244.1.0", "10.244.1.1", "10.244.1.7", "10.244.9.3", "192.0.2.7", "fd00::7")) {
      var add = asking(1, "CNI_ARGS IP", address);
      agent.settle();
      assertThat(refusal(add).code()).as(address).isEqualTo(CniErrors.INVALID_ENVIRONMENT);
      assertThat(refusal(add)).hasMessageContainingAll("CNI_ARGS IP", address, "expected");
    }
    assertThat(agent.leases.leases()).isEmpty();
  }

  @Test
  void reserved_isGivenToWhoAsksForItOnly() throws Exception {
    CompletableFuture<Reservation> reserved = new CompletableFuture<>();
    agent.inbox.tell(
        new Event.Reserve(AddressRange.parse("10.244.1.2-10.244.1.5"), "printers", reserved));
    agent.settle();
    assertThat(reserved).isCompleted();
    assertThat(added(1).address()).hasToString("10.244.1.6");
    var add = agent.add(2);
    agent.settle();
    assertThat(refusal(add)).hasMessageContaining("7 reserved");
    assertThat(added(asking(3, "CNI_ARGS IP", "10.244.1.3")).address()).hasToString("10.244.1.3");
    CompletableFuture<Optional<Reservation>> ended = new CompletableFuture<>();
    agent.inbox.tell(new Event.Unreserve(AddressRange.parse("10.244.1.2-10.244.1.5"), ended));
    agent.settle();
    assertThat(ended.join()).isPresent();
    added(4);
  }

  @Test
  void podOfAStatefulSet_getsItsAddressAgain() throws Exception {
    IpAddress first = added(agent.add(request(1, "db-0"))).address();
    var _ = agent.delete(1);
    added(2);
    agent.settle(Duration.ofMinutes(1));
    added(3);
    added(4);
    assertThat(added(agent.add(request(7, "db-0"))).address()).isEqualTo(first);
  }

  // Dual stack.

  private void becomeDualStack() throws IOException {
    agent.inbox.tell(
        new Event.NodesMoved(
            new ClusterView(
                new ClusterRanges(
                    Stream.concat(
                            Cluster.RANGES.ranges().stream(),
                            Stream.of(new ClusterRange(IpPrefix.parse("fd00:244:0:1::/112"), 125)))
                        .toList()),
                List.of(),
                List.of(),
                List.of())));
    agent.blocks(List.of(SIX), List.of(), Set.of(SIX), Map.of());
    agent.settle();
  }

  @Test
  void dualStack_onePodHasOneOfEach() throws Exception {
    becomeDualStack();
    PodView pod = added(1);
    assertThat(pod.addresses()).extracting(Family::of).containsExactly(Family.IPV4, Family.IPV6);
    assertThat(machine.devices.values())
        .singleElement()
        .satisfies(device -> assertThat(device.addresses()).hasSize(2));
    assertThat(machine.hasFlows(pod)).isTrue();
    assertThat(agent.look().nodeState().orElseThrow().pods())
        .singleElement()
        .satisfies(there -> assertThat(there.addresses()).isEqualTo(pod.addresses()));
  }

  @Test
  void dualStack_oneFamilyFull_givesNothingOfTheOther() throws Exception {
    becomeDualStack();
    CompletableFuture<Reservation> reserved = new CompletableFuture<>();
    agent.inbox.tell(
        new Event.Reserve(AddressRange.parse("fd00:244:0:1::2-fd00:244:0:1::7"), "all", reserved));
    agent.cluster.refused.put(Family.IPV6, "no IPv6 block is free");
    agent.settle();
    var add = agent.add(1);
    agent.settle();
    assertThat(refusal(add)).hasMessageContaining(SIX.toString());
    assertThat(refusal(add).details()).contains("no IPv6 block is free");
    assertThat(agent.leases.leases()).isEmpty();
    assertThat(agent.leases.usage()).allSatisfy(usage -> assertThat(usage.used()).isZero());
  }
}
