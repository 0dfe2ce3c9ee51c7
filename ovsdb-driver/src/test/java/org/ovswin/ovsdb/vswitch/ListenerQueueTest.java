package org.ovswin.ovsdb.vswitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ListenerQueueTest {

  /** Blocks in its first event until it is let go on. */
  private static final class SlowListener implements VswitchListener {
    private final RecordingListener record = new RecordingListener();
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    @Override
    public void connected(VswitchSnapshot snapshot) {
      block();
      record.events.add("connected " + snapshot.link());
    }

    @Override
    public void disconnected(String reason) {
      block();
      record.events.add("disconnected " + reason);
    }

    @Override
    public void changed(VswitchSnapshot snapshot) {
      block();
      record.events.add("changed " + snapshot.link());
    }

    private void block() {
      entered.countDown();
      try {
        release.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Told apart by their link. */
  private static final VswitchSnapshot OLD = VswitchSnapshot.NOTHING;

  private static final VswitchSnapshot NEW =
      new VswitchSnapshot(VswitchSnapshot.Link.UP, Optional.empty(), Map.of(), Map.of(), Map.of());

  private final SlowListener listener = new SlowListener();
  private final ListenerQueue queue = new ListenerQueue("listener-queue-test", listener);

  @BeforeEach
  void occupy() throws InterruptedException {
    queue.disconnected("first");
    listener.entered.await();
  }

  @AfterEach
  void close() {
    queue.close();
  }

  private List<String> told(int count) {
    listener.release.countDown();
    await().atMost(Duration.ofSeconds(30)).until(() -> listener.record.events.size() >= count);
    return listener.record.events;
  }

  @Test
  void changed_manyWhileBusy_latestWins() {
    queue.connected(OLD);
    queue.changed(OLD);
    queue.changed(NEW);
    queue.disconnected("second");
    assertThat(told(3))
        .containsExactly("disconnected first", "connected UP", "disconnected second");
  }

  @Test
  void changed_twoWhileBusy_isOne() {
    queue.changed(OLD);
    queue.changed(NEW);
    queue.disconnected("end");
    queue.connected(NEW);
    assertThat(told(3)).containsExactly("disconnected first", "disconnected end", "connected UP");
  }

  @Test
  void disconnected_againAndAgainWhileBusy_isTold0nce() {
    for (int i = 0; i < 1000; i++) {
      queue.connected(OLD);
      queue.disconnected("flapping");
    }
    queue.connected(NEW);
    assertThat(told(4))
        .containsExactly(
            "disconnected first", "connected DOWN", "disconnected flapping", "connected UP");
  }

  @Test
  void run_listenerThatThrows_goesOn() {
    RecordingListener record = new RecordingListener();
    ListenerQueue other =
        new ListenerQueue(
            "listener-queue-test",
            new VswitchListener() {
              @Override
              public void connected(VswitchSnapshot snapshot) {
                throw new IllegalStateException("the listener's own fault, on purpose");
              }

              @Override
              public void disconnected(String reason) {
                record.disconnected(reason);
              }

              @Override
              public void changed(VswitchSnapshot snapshot) {}
            });
    other.connected(NEW);
    other.disconnected("after");
    await().atMost(Duration.ofSeconds(30)).until(() -> !record.events.isEmpty());
    other.close();
    assertThat(record.events).containsExactly("disconnected: after");
  }
}
