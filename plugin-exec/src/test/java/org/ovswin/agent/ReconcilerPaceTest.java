package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ovswin.agent.AgentLife.refusal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.cni.CniErrors;

/** How much the reconciler does by itself, and how it goes on when it is refused. */
final class ReconcilerPaceTest {
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
  void idle_forTenMinutes_hardlyTakesAStepOrMakesACall() throws Exception {
    agent.becomeReady();
    var added = agent.add(1);
    agent.settle();
    assertThat(added).isCompleted();
    int applies = agent.flowSwitch.applies();
    int reconciles = agent.flowSwitch.reconciles();
    int asked = agent.flowSwitch.sent().size();
    int transactions = agent.vswitch.applies();
    int attachCalls = agent.endpoints.attachCalls();

    int steps = stepsWithin(Duration.ofMinutes(10));

    assertThat(steps).as("steps").isLessThan(400);
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
    agent.connect();
    Instant end = clock.instant().plusSeconds(60);
    int steps = 0;
    while (clock.instant().isBefore(end)) {
      clock.advance(agent.reconciler.patience());
      agent.answerAll();
      agent.turn();
      steps++;
    }
    assertThat(agent.flowSwitch.sent()).hasSizeBetween(200, 241);
    assertThat(steps).isLessThan(600);
  }

  @Test
  void rowsThatSomebodyElseChangesBack_areAskedForOnceASecond() throws Exception {
    agent.becomeReady();
    int transactions = agent.vswitch.applies();
    Instant end = clock.instant().plusSeconds(60);
    while (clock.instant().isBefore(end)) {
      clock.advance(Duration.ofMillis(20));
      machine.meddle();
      agent.answerAll();
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
    agent.becomeReady();
    var added = agent.add(1);
    int reconciles = agent.flowSwitch.reconciles();
    Instant end = clock.instant().plusSeconds(25);
    while (clock.instant().isBefore(end)) {
      clock.advance(Duration.ofMillis(20));
      agent.answerRowsAndTasks();
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
    agent.becomeReady();
    var added = agent.add(1);
    agent.settle();
    assertThat(added).isCompleted();
    agent = agent.restarted(directory);
    machine.loseSandbox(1);
    agent.becomeReady();
    int calls = agent.endpoints.attachCalls();
    agent.settle(Duration.ofSeconds(60));
    assertThat(agent.endpoints.attachCalls() - calls).isBetween(9, 13);
  }

  @Test
  void patience_timerThatWasJustMissed_isNotSleptOver() throws Exception {
    agent.becomeReady();
    var added = agent.add(1, clock.instant().plusMillis(300));
    agent.turn();
    // The clock passes the deadline after the step that came a moment too early.
    clock.advance(Duration.ofMillis(301));
    assertThat(agent.reconciler.patience()).isZero();
    agent.settle();
    assertThat(refusal(added).code()).isEqualTo(CniErrors.TRY_AGAIN_LATER);
  }

  @Test
  void reconcileOfAnEarlierSession_toldInTheNext_isNotBelieved() throws Exception {
    agent.becomeReady();
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

  @Test
  void switchRestart_whileTheLocalPortConverges_isConvergedAgain() throws Exception {
    agent.becomeReady();
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
