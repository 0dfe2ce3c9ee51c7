package org.ovswin.ipam.block.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The server of the tests, where they rely on it most. */
class StrictApiServerTest extends KubernetesFixture {
  private static final int CLIENTS = 16;
  private static final int RESTARTS = 10;

  @Test
  void stop_whileManyAsk_endsAndTheServerComesBack() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    try (KubernetesBlockStore store = open(RANGE);
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        for (int i = 0; i < CLIENTS; i++) {
          clients.execute(() -> ask(store, over));
        }
        for (int i = 0; i < RESTARTS; i++) {
          long asked = server.count("get ovswinclusters");
          await().until(() -> server.count("get ovswinclusters") > asked + CLIENTS);
          server.stop();
          server.start();
        }
      } finally {
        over.set(true);
      }
      await().ignoreException(IOException.class).until(() -> store.view().nodes().isEmpty());
      assertThat(store.view().ranges().ranges()).containsExactly(RANGE);
    }
  }

  private static void ask(KubernetesBlockStore store, AtomicBoolean over) {
    while (!over.get()) {
      try {
        var _ = store.view();
      } catch (IOException e) {
        // The server is away.
      }
    }
  }
}
