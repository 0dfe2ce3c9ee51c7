package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.cni.CniErrors;
import org.ovswin.cni.CniException;
import org.ovswin.cni.CniRequest;
import org.ovswin.cni.CniVersion;
import org.ovswin.cni.Dns;
import org.ovswin.cni.PortMapping;
import org.ovswin.ipam.lease.Lease;

/** Single situations of the reconciler; {@link AgentSimulationTest} has the random ones. */
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

  private void becomeReady() throws IOException {
    agent.nodes(Cluster.node(2));
    agent.settle();
    assertThat(agent.reconciler.ready()).isCompleted();
  }

  private static CniException refusal(CompletableFuture<?> answer) {
    assertThat(answer).isCompletedExceptionally();
    return (CniException) answer.exceptionNow();
  }

  // How much an agent does by itself.

  /** Goes on as the reconciler's thread does: sleeps as long as it may, then makes a step. */
  private int stepsWithin(Duration duration) throws IOException {
    int before = agent.steps();
    Instant end = clock.instant().plus(duration);
    while (clock.instant().isBefore(end)) {
      clock.advance(agent.reconciler.patience());
      agent.settle();
    }
    return agent.steps() - before;
  }

  @Test
  void idle_forTenMinutes_takesAStepASecondAndHardlyACall() throws Exception {
    becomeReady();
    var added = agent.add(1);
    agent.settle();
    assertThat(added).isCompleted();
    int applies = agent.flowSwitch.applies();
    int reconciles = agent.flowSwitch.reconciles();
    int asked = agent.flowSwitch.sent().size();
    int transactions = agent.vswitch.applies();
    int attachCalls = agent.endpoints.attachCalls();

    int steps = stepsWithin(Duration.ofMinutes(10));

    assertThat(steps).as("steps").isLessThan(1200);
    assertThat(agent.flowSwitch.applies()).as("bundles").isEqualTo(applies);
    assertThat(agent.flowSwitch.reconciles() - reconciles).as("reconciles").isBetween(15, 21);
    assertThat(agent.flowSwitch.sent().size() - asked).as("ARP").isBetween(15, 31);
    assertThat(agent.vswitch.applies() - transactions).as("transactions").isLessThan(3);
    assertThat(agent.endpoints.attachCalls()).as("attach").isEqualTo(attachCalls);
    assertThat(agent.interfaces.converges()).as("converge").isBetween(15, 30);
  }

  @Test
  void silentGateway_isAskedFourTimesASecond() throws Exception {
    agent.nodes();
    connect();
    Instant end = clock.instant().plusSeconds(60);
    int steps = 0;
    while (clock.instant().isBefore(end)) {
      clock.advance(agent.reconciler.patience());
      answerAll();
      agent.turn();
      steps++;
    }
    assertThat(agent.flowSwitch.sent()).hasSizeBetween(200, 241);
    assertThat(steps).isLessThan(600);
  }

  private AgentLife restarted() throws IOException {
    Path survivor = directory.resolve("journal" + clock.instant().toEpochMilli());
    agent.crash(survivor);
    return new AgentLife(machine, clock, survivor);
  }

  private void connect() {
    agent.vswitch.update();
    agent.connectFlows();
  }

  private void answerAll() {
    answerRowsAndTasks();
    while (agent.flowSwitch.isBusy()) {
      agent.flowSwitch.answer();
    }
  }

  @Test
  void rowsThatSomebodyElseChangesBack_areAskedForOnceASecond() throws Exception {
    becomeReady();
    int transactions = agent.vswitch.applies();
    Instant end = clock.instant().plusSeconds(60);
    while (clock.instant().isBefore(end)) {
      clock.advance(Duration.ofMillis(20));
      machine.meddle();
      answerAll();
      agent.turn();
    }
    assertThat(agent.vswitch.applies() - transactions).isBetween(30, 61);
  }

  @Test
  void transactionThatIsRefused_isAskedForOnceASecond() throws Exception {
    agent.nodes();
    agent.vswitch.update();
    Instant end = clock.instant().plusSeconds(60);
    while (clock.instant().isBefore(end)) {
      clock.advance(Duration.ofMillis(20));
      agent.turn();
      agent.vswitch.refuse();
    }
    assertThat(agent.vswitch.applies()).isBetween(50, 61);
  }

  @Test
  void flowsThatAreRefused_areTriedEverMoreRarelyAndTheAnswerSaysWhy() throws Exception {
    becomeReady();
    var added = agent.add(1);
    int reconciles = agent.flowSwitch.reconciles();
    Instant end = clock.instant().plusSeconds(25);
    while (clock.instant().isBefore(end)) {
      clock.advance(Duration.ofMillis(20));
      answerRowsAndTasks();
      while (agent.flowSwitch.hasRequests()) {
        agent.flowSwitch.refuse(new Random(1));
      }
      agent.turn();
    }
    // The pauses double, and begin anew when the pod's ADD has been given up.
    assertThat(agent.flowSwitch.reconciles() - reconciles).isBetween(5, 8);
    assertThat(refusal(added)).hasMessageContaining("it refused flows: refused");
    agent.settle(Duration.ofSeconds(11));
    assertThat(agent.look().flows().areSettled()).isTrue();
    assertThat(agent.leases.leases()).isEmpty();
  }

  @Test
  void missingSandbox_isTriedEveryFiveSeconds() throws Exception {
    becomeReady();
    var added = agent.add(1);
    agent.settle();
    assertThat(added).isCompleted();
    agent = restarted();
    machine.loseSandbox(1);
    becomeReady();
    int calls = agent.endpoints.attachCalls();
    agent.settle(Duration.ofSeconds(60));
    assertThat(agent.endpoints.attachCalls() - calls).isBetween(9, 13);
  }

  @Test
  void patience_timerThatWasJustMissed_isNotSleptOver() throws Exception {
    becomeReady();
    var added = agent.add(1, clock.instant().plusMillis(300));
    agent.turn();
    // The clock passes the deadline after the step that came a moment too early.
    clock.advance(Duration.ofMillis(301));
    assertThat(agent.reconciler.patience()).isZero();
    agent.settle();
    assertThat(refusal(added).code()).isEqualTo(CniErrors.TRY_AGAIN_LATER);
  }

  // ADD.

  @Test
  void add_deadlineAlreadyPast_leavesNothing() throws Exception {
    becomeReady();
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
    becomeReady();
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
    becomeReady();
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
    assertThat(clock.instant()).isEqualTo(before);
    assertThat(agent.leases.leases()).isEmpty();
  }

  @Test
  void add_databaseDown_saysSoAndTakesNoAddress() throws Exception {
    becomeReady();
    agent.vswitch.lose();
    var added = agent.add(1);
    agent.turn();
    assertThat(refusal(added).code()).isEqualTo(CniErrors.TRY_AGAIN_LATER);
    assertThat(refusal(added)).hasMessageContaining("Open vSwitch is down");
    assertThat(agent.leases.leases()).isEmpty();
  }

  @Test
  void add_blockFull_saysSo() throws Exception {
    becomeReady();
    for (int container = 0; container < 5; container++) {
      var added = agent.add(container);
      agent.settle();
      assertThat(added).isCompleted();
    }
    var added = agent.add(5);
    agent.settle();
    assertThat(refusal(added).code()).isEqualTo(CniErrors.TRY_AGAIN_LATER);
    assertThat(refusal(added)).hasMessageContaining(Cluster.BLOCK.toString());
  }

  @Test
  void add_hostPortOfAnother_namesTheOther() throws Exception {
    becomeReady();
    var first = agent.add(1, Cluster.tcp(8080, 80));
    var second = agent.add(2, Cluster.tcp(8080, 8080));
    agent.settle();
    assertThat(first).isCompleted();
    assertThat(refusal(second).code()).isEqualTo(CniErrors.INVALID_NETWORK_CONFIG);
    assertThat(refusal(second)).hasMessageContaining("8080").hasMessageContaining("pod1");
  }

  @Test
  void add_again_isTheSamePod() throws Exception {
    becomeReady();
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
    becomeReady();
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
        like.portMappings(),
        Dns.NONE,
        like.prevResult(),
        like.deadline());
  }

  @Test
  void add_beforeTheJournalIsSynced_hasNoSideEffect() throws Exception {
    becomeReady();
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
    becomeReady();
    var deleted = agent.delete(7);
    agent.turn();
    assertThat(deleted).isCompleted();
  }

  @Test
  void delete_switchGone_answersAndKeepsTheAddressUntilItIsBack() throws Exception {
    becomeReady();
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
    becomeReady();
    var added = agent.add(1);
    while (!agent.flowSwitch.hasRequests()) {
      answerRowsAndTasks();
      agent.turn();
    }
    var deleted = agent.delete(1);
    for (int i = 0; i < 10; i++) {
      clock.advance(Duration.ofMillis(500));
      answerRowsAndTasks();
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
  void delete_flowsThatWereKeptAtTheStart_goFirst() throws Exception {
    becomeReady();
    var added = agent.add(1);
    agent.settle();
    PodView pod = added.join();
    // Without its device the port has no number, so the state does not name the pod.
    machine.loseSandbox(1);
    machine.work();
    agent = restarted();
    agent.nodes();
    connect();
    agent.turn();
    agent.flowSwitch.answer();
    agent.turn();
    assertThat(machine.hasFlows(pod)).as("kept: the reason may come").isTrue();
    var deleted = agent.delete(1);
    for (int i = 0; i < 10; i++) {
      answerRowsAndTasks();
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

  private void answerRowsAndTasks() {
    machine.work();
    agent.vswitch.commit();
    agent.vswitch.update();
    while (!agent.tasks.isEmpty()) {
      agent.runTask(0);
    }
  }

  @Test
  void reconcileOfAnEarlierSession_toldInTheNext_isNotBelieved() throws Exception {
    becomeReady();
    clock.advance(Duration.ofSeconds(31));
    agent.turn();
    assertThat(agent.flowSwitch.hasRequests()).as("the audit").isTrue();
    agent.flowSwitch.answerLater();
    agent.disconnectFlows("killed");
    machine.loseFlows();
    agent.connectFlows();
    agent.flowSwitch.tell();
    assertThat(agent.look().flows().areSettled()).isFalse();
    assertThat(machine.dump()).isEmpty();
    agent.settle();
    assertThat(agent.look().flows().areSettled()).isTrue();
    assertThat(machine.dump()).isNotEmpty();
  }

  // Restart.

  @Test
  void restart_changesNothingThatIsRight() throws Exception {
    becomeReady();
    var added = agent.add(1, Cluster.tcp(8080, 80));
    agent.settle();
    PodView pod = added.join();
    agent = restarted();
    // The kernel is slow, and the store and the next hop do not answer: the pod does not notice.
    connect();
    Instant end = clock.instant().plusSeconds(30);
    while (clock.instant().isBefore(end)) {
      clock.advance(agent.reconciler.patience());
      while (agent.flowSwitch.isBusy()) {
        agent.flowSwitch.answer();
      }
      agent.turn();
      assertThat(machine.isReachable(pod)).isTrue();
    }
    becomeReady();
    agent.settle(Duration.ofSeconds(2));
    assertThat(agent.flowSwitch.changed()).isZero();
  }

  @Test
  void restart_afterAnotherBoot_reclaimsPodsWithoutSandbox() throws Exception {
    becomeReady();
    var added = agent.add(1);
    agent.settle();
    assertThat(added).isCompleted();
    machine.loseSandbox(1);
    Path survivor = directory.resolve("survivor");
    agent.crash(survivor);
    agent = new AgentLife(machine, clock, survivor, "boot-2");
    becomeReady();
    agent.settle(Duration.ofSeconds(3));
    assertThat(agent.leases.leases()).isEmpty();
    assertThat(machine.podRows()).isEmpty();
  }

  @Test
  void switchRestart_whileTheLocalPortConverges_isConvergedAgain() throws Exception {
    becomeReady();
    agent.disconnectFlows("gone");
    agent.connectFlows();
    agent.turn();
    agent.flowSwitch.answer();
    agent.turn();
    assertThat(agent.tasks).as("the local port is looked at").hasSize(1);
    // ovs-vswitchd has made another device since the task looked at the first.
    agent.disconnectFlows("gone");
    agent.connectFlows();
    agent.runTask(0);
    agent.turn();
    agent.flowSwitch.answer();
    int converges = agent.interfaces.converges();
    agent.settle(Duration.ofSeconds(2));
    assertThat(agent.interfaces.converges()).isGreaterThan(converges);
  }
}
