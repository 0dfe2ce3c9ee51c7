package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ovswin.agent.AgentLife.refusal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.cni.CniErrors;
import org.ovswin.cni.CniRequest;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.pipeline.NodeState;
import org.ovswin.sandbox.HostInterfaceSpec;
import org.ovswin.sandbox.HostNatSpec;
import org.ovswin.sandbox.InetPrefix;

/** A node whose host is the gateway of its pods. */
final class GatewayTest {
  private static final Duration A_LOOK = Duration.ofSeconds(31);

  @TempDir private Path directory;
  private final TestClock clock = new TestClock();
  private final Machine machine = new Machine();
  private AgentLife agent;

  @BeforeEach
  void startAgent() throws IOException {
    machine.start();
    agent = AgentLife.gateway(machine, clock, directory.resolve("journal"));
  }

  @AfterEach
  void closeAgent() throws IOException {
    agent.close();
  }

  @Test
  void start_localPortIsTheGatewayAndKnowsTheWayToPeers() throws Exception {
    agent.becomeReady();
    HostInterfaceSpec port = agent.interfaces.converged();
    assertThat(port.addresses()).containsExactly(InetPrefix.parse("10.244.1.1/29"));
    assertThat(port.addressesMoveFrom()).isEmpty();
    assertThat(port.forwarding().orElseThrow().peers())
        .singleElement()
        .hasToString("10.244.2.0/29 via 192.0.2.12");
    assertThat(port.forwarding().orElseThrow().unreachable())
        .containsExactly(InetPrefix.parse("10.244.0.0/16"));
    assertThat(machine.snapshot().bridge(Cluster.BRIDGE).orElseThrow().otherConfig())
        .containsEntry("hwaddr", NodeState.GATEWAY_PORT_MAC.toString());
    assertThat(machine.snapshot().interfaces()).containsOnlyKeys(Cluster.BRIDGE);
    assertThat(agent.flowSwitch.sent()).as("nobody is asked for a MAC").isEmpty();
  }

  @Test
  void start_peerBehindARouter_costsOnlyItsPodsTheirWay() throws Exception {
    agent.interfaces.farPeers();
    agent.becomeReady();
    var added = agent.add(1);
    agent.settle();
    assertThat(added).isCompleted();
  }

  @Test
  void add_hostPort_waitsForTheHost() throws Exception {
    agent.becomeReady();
    agent.nat.refuse();
    var added = agent.add(1, Cluster.tcp(8080, 80));
    var plain = agent.add(2);
    agent.settle();
    assertThat(added).isNotDone();
    assertThat(plain).as("waits too: rules may be half done").isNotDone();
    agent.nat.accept();
    agent.settle(Duration.ofSeconds(2));
    assertThat(added).isCompleted();
    assertThat(plain).isCompleted();
    assertThat(rules().forwards())
        .singleElement()
        .satisfies(
            forward -> {
              assertThat(forward.hostPort()).isEqualTo(8080);
              assertThat(forward.pod().getHostAddress())
                  .isEqualTo(added.join().address().toString());
            });
  }

  @Test
  void add_hostsRulesRefusedForGood_saysSo() throws Exception {
    agent.becomeReady();
    agent.nat.refuse();
    var added = agent.add(1, Cluster.tcp(8080, 80));
    agent.settle(Duration.ofSeconds(21));
    assertThat(refusal(added).code()).isEqualTo(CniErrors.TRY_AGAIN_LATER);
    assertThat(refusal(added)).hasMessageContaining("no nftables");
    agent.nat.accept();
    agent.settle(Duration.ofSeconds(2));
    assertThat(agent.leases.leases()).isEmpty();
  }

  @Test
  void delete_hostPort_addressIsKeptUntilNothingLeadsToIt() throws Exception {
    agent.becomeReady();
    var added = agent.add(1, Cluster.tcp(8080, 80));
    agent.settle();
    assertThat(added).isCompleted();
    agent.nat.refuse();
    var deleted = agent.delete(1);
    agent.settle();
    assertThat(deleted).as("nothing is delivered any more").isCompleted();
    assertThat(agent.leases.leases()).hasSize(1);
    agent.nat.accept();
    agent.settle(Duration.ofSeconds(2));
    assertThat(agent.leases.leases()).isEmpty();
    assertThat(rules().forwards()).isEmpty();
    assertThat(agent.nat.forgotten())
        .singleElement()
        .hasToString(added.join().forwards().getFirst().toString());
  }

  @Test
  void rulesFlushedBySomebodyElse_comeBack() throws Exception {
    agent.becomeReady();
    HostNatSpec before = rules();
    agent.nat.flush();
    agent.settle(A_LOOK);
    assertThat(agent.nat.rules()).contains(before);
  }

  @Test
  void blockThatIsClaimedLater_hasItsGatewayBeforeItsPods() throws Exception {
    agent.becomeReady();
    IpPrefix further = Cluster.FURTHER;
    agent.blocks(List.of(further), List.of(), Set.of(Cluster.BLOCK, further), Map.of());
    agent.settle();
    assertThat(agent.interfaces.converged().addresses())
        .containsExactly(InetPrefix.parse("10.244.1.1/29"), InetPrefix.parse("10.244.7.1/29"));
    assertThat(rules().blocks()).hasSize(2);
  }

  @Test
  void restart_routesStayUntilPeersAreKnown() throws Exception {
    agent.becomeReady();
    int converges = agent.interfaces.converges();
    agent.nodes(Cluster.node(2), Cluster.node(3));
    agent.settle();
    assertThat(agent.interfaces.converges()).isGreaterThan(converges);
    assertThat(agent.interfaces.converged().forwarding().orElseThrow().peers()).hasSize(2);
  }

  @Test
  void add_macOfAnotherPodOrTheGateway_isRefused() throws Exception {
    agent.becomeReady();
    var first = agent.add(1);
    agent.settle();
    for (MacAddress taken : List.of(first.join().mac(), NodeState.GATEWAY_MAC)) {
      CniRequest request = Cluster.request(2, clock.instant().plusSeconds(30));
      var refused =
          agent.add(
              new CniRequest(
                  request.cniVersion(),
                  request.network(),
                  request.containerId(),
                  request.netns(),
                  request.ifName(),
                  request.pod(),
                  List.of(),
                  Optional.of(taken),
                  List.of(),
                  request.bandwidth(),
                  request.link(),
                  request.dns(),
                  Optional.empty(),
                  request.deadline()));
      agent.turn();
      assertThat(refusal(refused)).hasMessageContaining(taken.toString());
    }
    assertThat(agent.leases.leases()).hasSize(1);
  }

  private HostNatSpec rules() {
    return agent.nat.rules().orElseThrow();
  }
}
