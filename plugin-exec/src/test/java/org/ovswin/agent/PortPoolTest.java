package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.cni.CniRequest;
import org.ovswin.cni.Dns;
import org.ovswin.cni.RequestedAddress;
import org.ovswin.ipam.address.IpAddress;

/** Which pod gets which of the ports that wait. */
final class PortPoolTest {
  private static final Duration A_MOMENT = Duration.ofSeconds(2);

  @TempDir private Path directory;
  private final Machine machine = new Machine();
  private final TestClock clock = new TestClock();
  private AgentLife agent;

  @BeforeEach
  void startAgent() throws Exception {
    machine.start();
    agent =
        new AgentLife(
            machine, clock, directory.resolve("journal"), Cluster.BOOT, Cluster.withReadyPorts(1));
    agent.becomeReady();
    agent.settle(A_MOMENT);
  }

  @AfterEach
  void closeAgent() throws IOException {
    agent.close();
  }

  private PodView added(int container, String address) throws Exception {
    CniRequest like = Cluster.request(container, clock.instant().plusSeconds(30));
    var added =
        agent.add(
            new CniRequest(
                like.cniVersion(),
                like.network(),
                like.containerId(),
                like.netns(),
                like.ifName(),
                like.pod(),
                List.of(
                    new RequestedAddress(
                        "CNI_ARGS IP", IpAddress.parse(address), OptionalInt.empty())),
                like.mac(),
                List.of(),
                like.bandwidth(),
                like.link(),
                Dns.NONE,
                Optional.empty(),
                like.deadline()));
    agent.settle(A_MOMENT);
    return added.join();
  }

  private void delete(int container) throws Exception {
    var deleted = agent.delete(container);
    agent.settle(A_MOMENT);
    assertThat(deleted).isCompleted();
  }

  /** The pool has made a second port meanwhile, which comes first. */
  @Test
  void podAfterAPod_hasItsPort() throws Exception {
    PodView first = added(1, "10.244.1.3");
    delete(1);
    assertThat(added(2, "10.244.1.4").hostName()).isNotEqualTo(first.hostName());
    assertThat(first.hasReadyPort()).isTrue();
    assertThat(added(3, "10.244.1.5").hostName()).isEqualTo(first.hostName());
  }

  @Test
  void podWithAddressOfThePodBefore_bringsItsOwnPort_whileTheSwitchMayRemember() throws Exception {
    PodView first = added(1, "10.244.1.3");
    delete(1);
    var _ = added(2, "10.244.1.4");

    PodView third = added(3, "10.244.1.3");
    assertThat(third.hasReadyPort()).isFalse();
    assertThat(third.addresses()).isEqualTo(first.addresses());
    assertThat(machine.isReachable(third)).isTrue();
    delete(3);

    agent.settle(PortPool.MEMORY);
    assertThat(added(4, "10.244.1.3").hostName()).isEqualTo(first.hostName());
  }
}
