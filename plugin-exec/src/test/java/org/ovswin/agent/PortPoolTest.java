package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which pod gets which of the ports that wait. */
final class PortPoolTest {
  private static final Duration A_MOMENT = Duration.ofSeconds(2);

  @TempDir private Path directory;
  private final Machine machine = new Machine();
  private AgentLife agent;

  @BeforeEach
  void startAgent() throws Exception {
    machine.start();
    agent =
        new AgentLife(
            machine,
            new TestClock(),
            directory.resolve("journal"),
            Cluster.BOOT,
            Cluster.withReadyPorts(1));
    agent.becomeReady();
    agent.settle(A_MOMENT);
  }

  @AfterEach
  void closeAgent() throws IOException {
    agent.close();
  }

  private PodView added(int container) throws Exception {
    var added = agent.add(container);
    agent.settle(A_MOMENT);
    return added.join();
  }

  @Test
  void podAfterAPod_hasItsPort_onlyWhenTheSwitchHasForgottenThePodBefore() throws Exception {
    PodView first = added(1);
    assertThat(first.hasReadyPort()).isTrue();
    var deleted = agent.delete(1);
    agent.settle(A_MOMENT);
    assertThat(deleted).isCompleted();

    assertThat(added(2).hostName()).isNotEqualTo(first.hostName());

    agent.settle(PortPool.REST);
    assertThat(added(3).hostName()).isEqualTo(first.hostName());
  }
}
