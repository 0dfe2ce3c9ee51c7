package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.cni.CniException;

/** The thread around the reconciler: nobody who asked is left without an answer. */
@Timeout(60)
final class ReconcilerThreadTest {
  @TempDir private Path directory;
  private final CompletableFuture<Throwable> fatal = new CompletableFuture<>();
  private AgentLife agent;
  private ReconcilerThread thread;

  @BeforeEach
  void make() throws IOException {
    agent = new AgentLife(new Machine(), new TestClock(), directory.resolve("journal"));
    thread = new ReconcilerThread(agent.inbox, agent.reconciler, fatal::complete);
  }

  @AfterEach
  void close() throws IOException {
    thread.close();
    agent.close();
  }

  private static void assertRefused(CompletableFuture<?> answer) {
    assertThatThrownBy(() -> answer.get(30, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(CniException.class);
  }

  @Test
  void look_isAnswered() throws Exception {
    thread.start();
    CompletableFuture<NodeView> answer = new CompletableFuture<>();
    assertThat(agent.inbox.offer(new Event.Look(answer))).isTrue();
    assertThat(answer.get(30, TimeUnit.SECONDS).pods()).isEmpty();
  }

  @Test
  void close_twiceAndWithoutAStart_returns() {
    thread.close();
    thread.close();
    assertThat(fatal).isNotDone();
  }

  @Test
  void close_whileRequestsCome_everyOneAdmittedIsAnswered() throws Exception {
    thread.start();
    var answers = new java.util.ArrayList<CompletableFuture<?>>();
    Thread closer = Thread.ofVirtual().unstarted(thread::close);
    for (int i = 0; !agent.inbox.isClosed(); i++) {
      CompletableFuture<NodeView> answer = new CompletableFuture<>();
      if (agent.inbox.offer(new Event.Look(answer))) {
        answers.add(answer);
      }
      if (i == 500) {
        closer.start();
      }
    }
    closer.join();
    for (CompletableFuture<?> answer : answers) {
      answer.handle((_, _) -> true).get(30, TimeUnit.SECONDS);
    }
    assertThat(agent.inbox.offer(new Event.Look(new CompletableFuture<>()))).isFalse();
  }

  @Test
  void errorInTheReconciler_isFatalAndAnswersEverybody() throws Exception {
    // Asked before, taken never: the reconciler dies of the event in front.
    agent.inbox.tell(
        new Event.Look(
            new CompletableFuture<>() {
              @Override
              public boolean complete(NodeView value) {
                throw new StackOverflowError();
              }
            }));
    agent.inbox.tell(new Event.SwitchUp());
    thread.start();
    assertThat(fatal.get(30, TimeUnit.SECONDS)).isInstanceOf(StackOverflowError.class);
    CompletableFuture<NodeView> late = new CompletableFuture<>();
    if (agent.inbox.offer(new Event.Look(late))) {
      assertRefused(late);
    }
  }

  @Test
  void journalThatFails_isFatalAndAnswersEverybody() throws Exception {
    agent.nodes();
    agent.settle();
    CompletableFuture<PodView> added = agent.add(1);
    // Its file is closed under it, as java.nio does to an interrupted thread.
    agent.leases.close();
    CompletableFuture<Void> deleted = agent.delete(2);
    thread.start();
    assertThat(fatal.get(30, TimeUnit.SECONDS)).isInstanceOf(Exception.class);
    assertRefused(added);
    assertThat(deleted.handle((_, _) -> true).get(30, TimeUnit.SECONDS)).isTrue();
  }
}
