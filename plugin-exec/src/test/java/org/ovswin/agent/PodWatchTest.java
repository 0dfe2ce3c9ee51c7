package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ovswin.agent.AgentLife.refusal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.cni.CniErrors;

/** Pods whose device or sandbox goes without a word to the agent. */
final class PodWatchTest {
  /** So that each sandbox's identity is known. */
  private static final Duration FIRST_LOOK = Duration.ofSeconds(33);

  /** Five looks in a row, and the teardown. */
  private static final Duration RECLAIM = Duration.ofSeconds(65);

  @TempDir private Path directory;
  private final TestClock clock = new TestClock();
  private final Machine machine = new Machine();
  private AgentLife agent;
  private PodView pod;

  @BeforeEach
  void startAgentWithAPod() throws Exception {
    machine.start();
    agent = new AgentLife(machine, clock, directory.resolve("journal"));
    agent.becomeReady();
    var added = agent.add(1);
    agent.settle();
    pod = added.join();
  }

  @AfterEach
  void closeAgent() throws IOException {
    agent.close();
  }

  @Test
  void deviceDeleted_isMadeAgain_asSoonAsTheSwitchSaysSo() throws Exception {
    machine.loseDevice(1);
    agent.settle();
    assertThat(machine.isReachable(pod)).isTrue();
    assertThat(agent.leases.leases()).hasSize(1);
  }

  @Test
  void deviceDeletedAgainAndAgain_isMadeAgainEachTime() throws Exception {
    for (int i = 0; i < 3; i++) {
      machine.loseDevice(1);
      agent.settle(Duration.ofSeconds(2));
      assertThat(machine.isReachable(pod)).as("time %d", i).isTrue();
    }
  }

  @Test
  void deviceDeleted_whileTheDatabaseIsAway_isMadeAgainByTheAudit() throws Exception {
    machine.loseDevice(1);
    agent.vswitch.lose();
    for (int i = 0; i < 40; i++) {
      clock.advance(Duration.ofSeconds(1));
      while (!agent.tasks.isEmpty()) {
        agent.runTask(0);
      }
      agent.turn();
    }
    agent.settle();
    assertThat(machine.isReachable(pod)).isTrue();
  }

  @Test
  void sandboxGone_isReclaimedAfterTheGrace_andNotBefore() throws Exception {
    machine.loseSandbox(1);
    agent.settle(Duration.ofSeconds(55));
    assertThat(agent.leases.leases()).hasSize(1);
    agent.settle(Duration.ofSeconds(10));
    assertThat(agent.leases.leases()).isEmpty();
    assertThat(machine.podRows()).isEmpty();
    assertThat(machine.hasFlows(pod)).isFalse();
    var deleted = agent.delete(1);
    agent.settle();
    assertThat(deleted).as("a late DEL").isCompleted();
  }

  @Test
  void sandboxGone_whileTheAgentWasAway_isReclaimedAfterTheGrace() throws Exception {
    machine.loseSandbox(1);
    agent = agent.restarted(directory);
    agent.becomeReady();
    agent.settle(Duration.ofSeconds(55));
    assertThat(agent.leases.leases()).hasSize(1);
    agent.settle(Duration.ofSeconds(45));
    assertThat(agent.leases.leases()).isEmpty();
  }

  @Test
  void sandboxComesBackInTime_theDeviceIsMadeAgain() throws Exception {
    agent.settle(FIRST_LOOK);
    machine.loseSandbox(1);
    agent.settle(Duration.ofSeconds(40));
    machine.missingSandboxes.clear();
    agent.settle(RECLAIM);
    assertThat(agent.leases.leases()).hasSize(1);
    assertThat(machine.isReachable(pod)).isTrue();
  }

  @Test
  void anotherSandboxAtThePath_getsNoDevice_andThePodIsReclaimed() throws Exception {
    agent.settle(FIRST_LOOK);
    machine.loseDevice(1);
    machine.replacedSandboxes.add(Cluster.sandbox(1));
    agent.settle(Duration.ofSeconds(50));
    assertThat(machine.devices).doesNotContainKey(pod.hostName());
    assertThat(agent.leases.leases()).hasSize(1);
    agent.settle(Duration.ofSeconds(20));
    assertThat(agent.leases.leases()).isEmpty();
  }

  @Test
  void pathGone_deviceThere_thePodIsAlive() throws Exception {
    machine.missingSandboxes.add(Cluster.sandbox(1));
    agent.settle(Duration.ofMinutes(5));
    assertThat(agent.leases.leases()).hasSize(1);
    assertThat(machine.isReachable(pod)).isTrue();
  }

  @Test
  void sandboxMadeAnew_repeatedAdd_attachesIt() throws Exception {
    agent.settle(FIRST_LOOK);
    machine.loseDevice(1);
    machine.replacedSandboxes.add(Cluster.sandbox(1));
    agent.settle(Duration.ofSeconds(2));
    var again = agent.add(1);
    agent.settle(Duration.ofSeconds(2));
    assertThat(again).isCompleted();
    assertThat(machine.isReachable(pod)).isTrue();
    agent.settle(RECLAIM);
    assertThat(agent.leases.leases()).as("it is the pod's sandbox now").hasSize(1);
  }

  /** The port's device is as before, so that the switch has nothing to say. */
  @Test
  void sandboxMadeAnewOverAReadyPort_repeatedAdd_attachesItBeforeItAnswers() throws Exception {
    Machine other = new Machine();
    other.start();
    AgentLife life =
        new AgentLife(
            other, clock, directory.resolve("ready"), Cluster.BOOT, Cluster.withReadyPorts(2));
    try {
      life.becomeReady();
      life.settle(Duration.ofSeconds(2));
      var added = life.add(1);
      life.settle();
      PodView onReadyPort = added.join();
      assertThat(onReadyPort.hasReadyPort()).isTrue();
      other.loseDevice(1);
      var again = life.add(1);
      life.settle();
      assertThat(again).isCompleted();
      assertThat(other.isReachable(onReadyPort)).isTrue();
    } finally {
      life.close();
    }
  }

  @Test
  void sandboxGone_repeatedAdd_isRefused_andItIsReclaimed() throws Exception {
    machine.loseSandbox(1);
    agent.settle(Duration.ofSeconds(1));
    var again = agent.add(1);
    agent.settle(Duration.ofSeconds(2));
    assertThat(refusal(again).code()).isEqualTo(CniErrors.INVALID_ENVIRONMENT);
    agent.settle(RECLAIM);
    assertThat(agent.leases.leases()).isEmpty();
  }

  @Test
  void earlierBoot_pathIsAnotherPodsNow_nothingIsAttachedThere() throws Exception {
    machine.loseDevice(1);
    Path survivor = directory.resolve("survivor");
    agent.crash(survivor);
    agent = new AgentLife(machine, clock, survivor, "boot-2");
    agent.becomeReady();
    assertThat(machine.devices).isEmpty();
    assertThat(agent.leases.leases()).isEmpty();
    var again = agent.add(1);
    agent.settle();
    assertThat(again).isCompleted();
  }
}
