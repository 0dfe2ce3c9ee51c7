package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.cni.CniException;
import org.ovswin.cni.CniRequest;
import org.ovswin.cni.CniVersion;
import org.ovswin.cni.GcRequest;
import org.ovswin.cni.StatusRequest;

/** CNI's verbs on an agent, and the codes that they are answered with. */
final class AgentHandlerTest {
  private static final Duration LIMIT = Duration.ofSeconds(50);

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

  private interface Call {
    void to(AgentHandler handler) throws CniException;
  }

  /** A call, on a thread of its own; the reconciler has turns until it is answered. */
  private Optional<CniException> answer(Call call, Duration eachTurn) throws IOException {
    AgentHandler handler = agent.handler();
    CompletableFuture<Void> answered =
        CompletableFuture.runAsync(
            () -> {
              try {
                call.to(handler);
              } catch (CniException e) {
                throw new CompletionException(e);
              }
            });
    while (!answered.isDone()) {
      clock.advance(eachTurn);
      agent.turn();
      Thread.onSpinWait();
    }
    return answered.isCompletedExceptionally()
        ? Optional.of((CniException) answered.exceptionNow())
        : Optional.empty();
  }

  private int code(Call call) throws IOException {
    return answer(call, Duration.ZERO).map(CniException::code).orElse(0);
  }

  private void addPods(int... numbers) throws IOException {
    for (int number : numbers) {
      var added = agent.add(number);
      agent.settle();
      assertThat(added).isCompleted();
    }
  }

  private StatusRequest status() {
    return new StatusRequest(CniVersion.V1_1_0, "net", clock.instant().plus(LIMIT));
  }

  private Call gc(String network, int... valid) {
    Set<org.ovswin.cni.Attachment> listed = new java.util.HashSet<>();
    for (int number : valid) {
      listed.add(new org.ovswin.cni.Attachment(Cluster.attachment(number).containerId(), "eth0"));
    }
    GcRequest request =
        new GcRequest(CniVersion.V1_1_0, network, listed, clock.instant().plus(LIMIT));
    return handler -> handler.gc(request);
  }

  @Test
  void status_allIsWell_isASuccess() throws Exception {
    assertThat(code(handler -> handler.status(status()))).isZero();
  }

  @Test
  void status_databaseOrSessionDown_isCode50() throws Exception {
    agent.disconnectFlows("gone");
    assertThat(code(handler -> handler.status(status()))).isEqualTo(50);
    agent.vswitch.lose();
    assertThat(code(handler -> handler.status(status()))).isEqualTo(50);
  }

  /** The block has room for five; the store gives no other. */
  @Test
  void status_noAddressIsFree_isCode50() throws Exception {
    addPods(1, 2, 3, 4, 5);
    assertThat(code(handler -> handler.status(status()))).isEqualTo(50);
  }

  @Test
  void status_blockIsSomebodyElses_isCode51() throws Exception {
    agent.cluster.closed.put(Cluster.BLOCK, "node2 has it");
    CniException refusal = answer(handler -> handler.status(status()), Duration.ZERO).orElseThrow();
    assertThat(refusal.code()).isEqualTo(51);
    assertThat(refusal.details()).contains("node2 has it");
  }

  /** Nothing outside answers, so the teardown has no end before the deadline. */
  @Test
  void gc_whatIsLeftAtTheDeadline_isCode11WithItsName_andTheRestIsGone() throws Exception {
    addPods(1, 2);
    CniException refusal = answer(gc("net", 1), Duration.ofMillis(100)).orElseThrow();
    assertThat(refusal.code()).isEqualTo(11);
    assertThat(refusal.details()).contains("container2").doesNotContain("container1");

    agent.settle(Duration.ofSeconds(6));
    assertThat(agent.leases.leases())
        .extracting(lease -> lease.attachment().containerId())
        .containsExactly("container1");
    assertThat(code(gc("net", 1))).as("again").isZero();
  }

  @Test
  void gc_ofAnotherNetwork_isASuccessAndTakesNothing() throws Exception {
    addPods(1);
    assertThat(code(gc("storage"))).isZero();
    assertThat(agent.leases.leases()).hasSize(1);
  }

  @Test
  void check_unknownContainerOrOneOfAnotherNetwork_isCode3() throws Exception {
    addPods(1);
    CniRequest known = Cluster.request(1, clock.instant().plus(LIMIT));
    CniRequest elsewhere =
        new CniRequest(
            known.cniVersion(),
            "storage",
            known.containerId(),
            known.netns(),
            known.ifName(),
            known.pod(),
            List.of(),
            Optional.empty(),
            List.of(),
            known.bandwidth(),
            known.link(),
            known.dns(),
            Optional.empty(),
            known.deadline());
    CniRequest unknown = Cluster.request(2, clock.instant().plus(LIMIT));
    assertThat(code(handler -> handler.check(unknown))).isEqualTo(3);
    assertThat(code(handler -> handler.check(elsewhere))).isEqualTo(3);
    // It has no prevResult that would name the pod's address.
    assertThat(code(handler -> handler.check(known))).isEqualTo(101);
  }
}
