package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ovswin.lab.Host;
import org.ovswin.lab.LabNode;

/**
 * The agent is killed at any moment of eight ADDs and eight DELs, starts again, and the runtime
 * repeats its calls, as the specification tells it to. What was acknowledged holds; in the end
 * nothing is left that nobody asked for.
 */
class CrashE2ETest {
  private static final int CALLS = 8;

  /** From before the first answer to after the last. */
  private static final int LATEST_KILL_MILLIS = 400;

  @RegisterExtension static final Cluster cluster = Cluster.ofNodes(1);

  /** A sandbox, and the container id that its calls have. */
  private record Container(String id, Path netns) {
    Host host(Cni.Answer added) {
      return new Host(id, netns, added.address());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void agentKilledUnderLoad_repeatedCalls_convergeWithoutDoublesOrLeftovers(long seed)
      throws Exception {
    LabNode node = cluster.node(1);
    Cni cni = Cni.on(node);
    List<Container> old = containers("old");
    List<Container> fresh = containers("new");
    old.forEach(container -> add(cni, container));

    Duration kill = Duration.ofMillis(new Random(seed).nextInt(LATEST_KILL_MILLIS));
    List<Cni.Answer> first = callUntilKilled(node, cni, old, fresh, kill);
    node.startAgent();

    List<Cni.Answer> again = fresh.stream().map(container -> add(cni, container)).toList();
    for (int i = 0; i < CALLS; i++) {
      if (first.get(i).succeeded()) {
        assertThat(again.get(i)).as("seed %d: was acknowledged", seed).isEqualTo(first.get(i));
      }
    }
    assertThat(again.stream().map(Cni.Answer::address)).as("seed %d", seed).doesNotHaveDuplicates();
    old.forEach(container -> delete(cni, container));
    ring(fresh, again);
    fresh.forEach(container -> delete(cni, container));
    // That nothing is left, the fixture wants after every test.
  }

  private static List<Container> containers(String stem) {
    return Cluster.names(stem, CALLS)
        .map(name -> new Container(name, cluster.lab().addSandbox(name)))
        .toList();
  }

  private static Cni.Answer add(Cni cni, Container container) {
    Cni.Answer answer = cni.add(container.id(), container.netns());
    assertThat(answer.succeeded()).as("%s: %s", container, answer.out()).isTrue();
    return answer;
  }

  private static void delete(Cni cni, Container container) {
    Cni.Answer answer = cni.del(container.id(), container.netns());
    assertThat(answer.succeeded()).as("%s: %s", container, answer.out()).isTrue();
    cluster.lab().delSandbox(container.id());
  }

  /** The answers of the ADDs: results from before the kill, and refusals. */
  private static List<Cni.Answer> callUntilKilled(
      LabNode node, Cni cni, List<Container> deleted, List<Container> added, Duration kill)
      throws Exception {
    try (ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
        ScheduledExecutorService killer = Executors.newSingleThreadScheduledExecutor()) {
      Future<?> killed = killer.schedule(node::killAgent, kill.toMillis(), TimeUnit.MILLISECONDS);
      List<Future<Cni.Answer>> dels = new ArrayList<>();
      List<Future<Cni.Answer>> adds = new ArrayList<>();
      for (int i = 0; i < CALLS; i++) {
        Container gone = deleted.get(i);
        Container come = added.get(i);
        dels.add(calls.submit(() -> cni.del(gone.id(), gone.netns())));
        adds.add(calls.submit(() -> cni.add(come.id(), come.netns())));
      }
      killed.get();
      for (Future<Cni.Answer> del : dels) {
        del.get();
      }
      List<Cni.Answer> answers = new ArrayList<>();
      for (Future<Cni.Answer> add : adds) {
        answers.add(add.get());
      }
      return answers;
    }
  }

  private static void ring(List<Container> containers, List<Cni.Answer> added) {
    for (int i = 0; i < CALLS; i++) {
      int next = (i + 1) % CALLS;
      Host from = containers.get(i).host(added.get(i));
      Host to = containers.get(next).host(added.get(next));
      Cluster.holds(cluster.probes().transfer("TCP", from, to));
    }
  }
}
