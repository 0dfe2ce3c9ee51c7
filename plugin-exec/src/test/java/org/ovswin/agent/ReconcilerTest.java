package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ovswin.agent.AgentLife.refusal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.cni.CniErrors;
import org.ovswin.cni.CniRequest;
import org.ovswin.cni.CniVersion;
import org.ovswin.cni.Dns;
import org.ovswin.cni.PortMapping;
import org.ovswin.ipam.lease.Lease;

/** Single situations of pods that come and go; {@link AgentSimulationTest} has the random ones. */
final class ReconcilerTest {
  @TempDir private Path directory;
  private final TestClock clock = new TestClock();
  private final Machine machine = new Machine();
  private AgentLife agent;

  @BeforeEach
  void startAgent() throws IOException {
    machine.start();
    agent = new AgentLife(machine, clock, directory.resolve("journal"));
  }

  @AfterEach
  void closeAgent() throws IOException {
    agent.close();
  }

  // ADD.

  @Test
  void add_deadlineAlreadyPast_leavesNothing() throws Exception {
    agent.becomeReady();
    var added = agent.add(1, clock.instant().minusSeconds(1));
    agent.turn();
    agent.settle(Duration.ofSeconds(3));
    assertThat(refusal(added).code()).isEqualTo(CniErrors.TRY_AGAIN_LATER);
    assertThat(agent.leases.leases()).isEmpty();
    assertThat(agent.look().pods()).isEmpty();
    assertThat(machine.devices).isEmpty();
  }

  @Test
  void add_missingSandbox_isRefusedAtOnceAndLeavesNothing() throws Exception {
    agent.becomeReady();
    machine.loseSandbox(1);
    Instant before = clock.instant();
    var added = agent.add(1);
    agent.settle();
    assertThat(refusal(added).code()).isEqualTo(CniErrors.INVALID_ENVIRONMENT);
    assertThat(refusal(added)).hasMessageContaining("CNI_NETNS", Cluster.sandbox(1));
    assertThat(clock.instant()).as("without waiting").isEqualTo(before);
    assertThat(agent.leases.leases()).isEmpty();
  }

  @Test
  void delete_whileTheEndpointFails_doesNotWaitForTheRetry() throws Exception {
    agent.becomeReady();
    var added = agent.add(1);
    agent.turn();
    agent.turn();
    agent.endpoints.failNext(1);
    var deleted = agent.delete(1);
    Instant before = clock.instant();
    agent.turn();
    agent.settle();
    assertThat(refusal(added).code()).isEqualTo(CniErrors.TRY_AGAIN_LATER);
    assertThat(deleted).isCompleted();
    assertThat(clock.instant()).isBefore(before.plusMillis(100));
    assertThat(agent.leases.leases()).isEmpty();
  }

  @Test
  void add_databaseDown_saysSoAndTakesNoAddress() throws Exception {
    agent.becomeReady();
    agent.vswitch.lose();
    var added = agent.add(1);
    agent.turn();
    assertThat(refusal(added).code()).isEqualTo(CniErrors.TRY_AGAIN_LATER);
    assertThat(refusal(added)).hasMessageContaining("Open vSwitch is down");
    assertThat(agent.leases.leases()).isEmpty();
  }

  @Test
  void add_hostPortOfAnother_namesTheOther() throws Exception {
    agent.becomeReady();
    var first = agent.add(1, Cluster.tcp(8080, 80));
    var second = agent.add(2, Cluster.tcp(8080, 8080));
    agent.settle();
    assertThat(first).isCompleted();
    assertThat(refusal(second).code()).isEqualTo(CniErrors.INVALID_NETWORK_CONFIG);
    assertThat(refusal(second)).hasMessageContaining("8080").hasMessageContaining("pod1");
  }

  @Test
  void add_again_isTheSamePod() throws Exception {
    agent.becomeReady();
    var first = agent.add(1);
    agent.settle();
    var second = agent.add(1);
    agent.settle();
    assertThat(second.join().address()).isEqualTo(first.join().address());
    assertThat(agent.leases.leases()).hasSize(1);
  }

  /** CNI bounds none of these; the journal does, and used to end the agent over it. */
  @Test
  void add_longerThanTheJournalTakes_isRefusedAndTheAgentGoesOn() throws Exception {
    agent.becomeReady();
    String tooLong = "x".repeat(2000);
    CniRequest sane = Cluster.request(1, clock.instant().plusSeconds(30));
    PortMapping[] many = new PortMapping[4000];
    for (int i = 0; i < many.length; i++) {
      many[i] = Cluster.tcp(1 + i, 80);
    }
    var containerId = agent.add(request(sane, tooLong, "net"));
    var network = agent.add(request(sane, "container1", tooLong));
    var mappings = agent.add(1, many);
    agent.settle();
    assertThat(refusal(containerId)).hasMessageStartingWith("CNI_CONTAINERID");
    assertThat(refusal(network)).hasMessageStartingWith("name");
    assertThat(refusal(mappings)).hasMessageStartingWith("runtimeConfig.portMappings");
    var added = agent.add(1);
    agent.settle();
    assertThat(added).isCompleted();
  }

  private static CniRequest request(CniRequest like, String containerId, String network) {
    return new CniRequest(
        CniVersion.V1_0_0,
        network,
        containerId,
        like.netns(),
        like.ifName(),
        like.pod(),
        like.requested(),
        like.mac(),
        like.portMappings(),
        like.bandwidth(),
        like.link(),
        Dns.NONE,
        like.prevResult(),
        like.deadline());
  }

  @Test
  void add_beforeTheJournalIsSynced_hasNoSideEffect() throws Exception {
    agent.becomeReady();
    var _ = agent.add(1);
    agent.dieAfter(1);
    try {
      agent.turn();
    } catch (AgentLife.Killed e) {
      assertThat(agent.tasks).isEmpty();
    }
    assertThat(org.ovswin.ipam.lease.LeaseDatabase.read(agent.journal).leases())
        .as("on disk at the first call into the world")
        .hasSize(1);
  }

  // DEL.

  @Test
  void delete_unknown_isASuccess() throws Exception {
    agent.becomeReady();
    var deleted = agent.delete(7);
    agent.turn();
    assertThat(deleted).isCompleted();
  }

  @Test
  void delete_switchGone_answersAndKeepsTheAddressUntilItIsBack() throws Exception {
    agent.becomeReady();
    var added = agent.add(1);
    agent.settle();
    assertThat(added).isCompleted();
    agent.disconnectFlows("gone");
    agent.vswitch.lose();
    machine.kill();
    var deleted = agent.delete(1);
    agent.turn();
    agent.runTask(agent.tasks.size() - 1);
    agent.turn();
    assertThat(deleted).isCompleted();
    assertThat(machine.devices).isEmpty();
    assertThat(agent.leases.leases())
        .singleElement()
        .extracting(Lease::phase)
        .isEqualTo(Lease.Phase.WITHDRAWN);

    machine.start();
    agent.settle(Duration.ofSeconds(3));
    assertThat(agent.leases.leases()).isEmpty();
    assertThat(machine.podRows()).isEmpty();
  }

  @Test
  void delete_whileItsFlowsAreOnTheirWay_waitsForThem() throws Exception {
    agent.becomeReady();
    var added = agent.add(1);
    while (!agent.flowSwitch.hasRequests()) {
      agent.answerRowsAndTasks();
      agent.turn();
    }
    var deleted = agent.delete(1);
    for (int i = 0; i < 10; i++) {
      clock.advance(Duration.ofMillis(500));
      agent.answerRowsAndTasks();
      agent.turn();
    }
    assertThat(machine.podRows()).as("the flows are for its port").hasSize(1);
    assertThat(agent.leases.leases()).as("and for its address").hasSize(1);
    assertThat(deleted).isNotDone();

    agent.settle();
    assertThat(added).isCompletedExceptionally();
    assertThat(deleted).isCompleted();
    assertThat(agent.leases.leases()).isEmpty();
    assertThat(machine.podRows()).isEmpty();
  }

  @Test
  void delete_flowsAreGone_isAnsweredBeforeTheRestIsGone() throws Exception {
    agent.becomeReady();
    var _ = agent.add(1);
    agent.settle();
    var deleted = agent.delete(1);
    deleteFlows();

    assertThat(deleted).isCompleted();
    assertThat(machine.podRows()).as("nobody waits for its port").hasSize(1);
    assertThat(agent.leases.leases())
        .extracting(Lease::phase)
        .containsExactly(Lease.Phase.WITHDRAWN);
    agent.settle();
    assertThat(machine.podRows()).isEmpty();
    assertThat(machine.devices).isEmpty();
    assertThat(agent.leases.leases()).isEmpty();
  }

  @Test
  void add_whileTheSameIsTornDown_waitsForThat() throws Exception {
    agent.becomeReady();
    var _ = agent.add(1);
    agent.settle();
    var deleted = agent.delete(1);
    deleteFlows();
    var again = agent.add(1);
    agent.turn();

    assertThat(deleted).isCompleted();
    assertThat(again).isNotDone();
    agent.settle();
    assertThat(again).isCompleted();
    assertThat(machine.isReachable(again.join())).isTrue();
  }

  /** Until the switch has answered that they are gone; nothing else is answered. */
  private void deleteFlows() throws Exception {
    agent.turn();
    while (agent.flowSwitch.isBusy()) {
      agent.flowSwitch.answer();
    }
    agent.turn();
  }

  @Test
  void delete_flowsThatWereKeptAtTheStart_goFirst() throws Exception {
    agent.becomeReady();
    var added = agent.add(1);
    agent.settle();
    PodView pod = added.join();
    // Without its device the port has no number, so the state does not name the pod.
    machine.loseSandbox(1);
    machine.work();
    agent = agent.restarted(directory);
    agent.nodes();
    agent.connect();
    agent.turn();
    agent.flowSwitch.answer();
    agent.turn();
    assertThat(machine.hasFlows(pod)).as("kept: the reason may come").isTrue();
    var deleted = agent.delete(1);
    for (int i = 0; i < 10; i++) {
      agent.answerRowsAndTasks();
      agent.turn();
    }
    assertThat(machine.hasFlows(pod)).as("the switch has not answered").isTrue();
    assertThat(machine.podRows()).hasSize(1);
    assertThat(agent.leases.leases()).hasSize(1);

    agent.settle(Duration.ofSeconds(3));
    assertThat(deleted).isCompleted();
    assertThat(machine.hasFlows(pod)).isFalse();
    assertThat(agent.leases.leases()).isEmpty();
  }

  // Restart.

  @Test
  void restart_changesNothingThatIsRight() throws Exception {
    agent.becomeReady();
    var added = agent.add(1, Cluster.tcp(8080, 80));
    agent.settle();
    PodView pod = added.join();
    agent = agent.restarted(directory);
    // The kernel is slow, and the store and the next hop do not answer: the pod does not notice.
    agent.connect();
    Instant end = clock.instant().plusSeconds(30);
    while (clock.instant().isBefore(end)) {
      clock.advance(agent.reconciler.patience());
      while (agent.flowSwitch.isBusy()) {
        agent.flowSwitch.answer();
      }
      agent.turn();
      assertThat(machine.isReachable(pod)).isTrue();
    }
    agent.becomeReady();
    agent.settle(Duration.ofSeconds(2));
    assertThat(agent.flowSwitch.changed()).isZero();
  }

  @Test
  void restart_afterAnotherBoot_reclaimsPodsWithoutSandbox() throws Exception {
    agent.becomeReady();
    var added = agent.add(1);
    agent.settle();
    assertThat(added).isCompleted();
    machine.loseSandbox(1);
    Path survivor = directory.resolve("survivor");
    agent.crash(survivor);
    agent = new AgentLife(machine, clock, survivor, "boot-2");
    agent.becomeReady();
    agent.settle(Duration.ofSeconds(3));
    assertThat(agent.leases.leases()).isEmpty();
    assertThat(machine.podRows()).isEmpty();
  }
}
