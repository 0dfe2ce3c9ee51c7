package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ovswin.agent.AgentLife.refusal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.cni.CniRequest;
import org.ovswin.cni.PortMapping;
import org.ovswin.sandbox.EndpointSpec;
import org.ovswin.sandbox.EndpointSpec.Gatewayed;

/** A pod with several interfaces, in one network or in several. */
final class InterfacesTest {
  private static final Duration A_RETRY = Duration.ofSeconds(6);

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

  private CniRequest request(String network, String ifName) {
    return request(network, ifName, List.of());
  }

  private CniRequest request(String network, String ifName, List<PortMapping> ports) {
    CniRequest first = Cluster.request(1, clock.instant().plusSeconds(30));
    return new CniRequest(
        first.cniVersion(),
        network,
        first.containerId(),
        first.netns(),
        ifName,
        first.pod(),
        List.of(),
        Optional.empty(),
        ports,
        first.bandwidth(),
        first.link(),
        first.dns(),
        Optional.empty(),
        first.deadline());
  }

  private PodView add(String network, String ifName) throws IOException {
    var added = agent.add(request(network, ifName));
    agent.settle();
    return added.join();
  }

  private void delete(String network, String ifName) throws IOException {
    var deleted = agent.delete(request(network, ifName));
    agent.settle();
    deleted.join();
  }

  private EndpointSpec device(PodView pod) {
    return Objects.requireNonNull(machine.devices.get(pod.hostName()), pod.hostName());
  }

  @Test
  void add_onlyInterface_hasTheDefaultRouteAndNothingOfItsOwn() throws Exception {
    PodView eth0 = add("net", "eth0");
    assertThat(device(eth0).routes()).hasSize(1);
    assertThat(device(eth0).sourceRouted()).isEmpty();
    assertThat(eth0.sources()).isEmpty();
  }

  @Test
  void add_secondInterfaceOfAnotherNetwork_answersByItselfAndHasNoDefaultRoute() throws Exception {
    PodView eth0 = add("net", "eth0");
    PodView net1 = add("storage", "net1");
    assertThat(device(eth0).routes()).hasSize(1);
    assertThat(device(net1).routes()).isEmpty();
    assertThat(device(net1).sourceRouted())
        .extracting(Gatewayed::address)
        .isEqualTo(device(net1).addresses());
    assertThat(net1.address()).isNotEqualTo(eth0.address());
    assertThat(net1.lease().network()).isEqualTo("storage");
    assertThat(add("storage", "net1")).as("repeated").isEqualTo(net1);
  }

  @Test
  void delete_secondInterface_takesItsWayOutWithIt() throws Exception {
    PodView eth0 = add("net", "eth0");
    add("net", "net1");
    assertThat(machine.sources).hasSize(1);
    delete("net", "net1");
    assertThat(machine.sources).isEmpty();
    assertThat(machine.isReachable(eth0)).isTrue();
  }

  @Test
  void delete_sandboxRefusesOnce_addressIsKeptUntilItsWayOutIsGone() throws Exception {
    add("net", "eth0");
    add("net", "net1");
    agent.endpoints.failNext(1);
    delete("net", "net1");
    assertThat(machine.sources).hasSize(1);
    assertThat(agent.leases.leases()).hasSize(2);
    agent.settle(A_RETRY);
    assertThat(machine.sources).isEmpty();
    assertThat(agent.leases.leases()).hasSize(1);
  }

  /** Killed when the DEL was answered, and when a device had gone without its way out. */
  @Test
  void delete_agentIsKilledBeforeTheEnd_theNextOneTakesTheWayOut() throws Exception {
    add("net", "eth0");
    PodView net1 = add("net", "net1");
    var deleted = agent.delete(request("net", "net1"));
    agent.turn();
    agent.answerAll();
    agent.turn();
    assertThat(deleted).isCompleted();
    machine.devices.remove(net1.hostName());
    assertThat(machine.sources).hasSize(1);

    agent = agent.restarted(directory);
    agent.becomeReady();
    agent.settle(A_RETRY);

    assertThat(machine.sources).isEmpty();
    assertThat(agent.leases.leases()).hasSize(1);
  }

  @Test
  void restart_secondInterface_isAsItWas() throws Exception {
    add("net", "eth0");
    EndpointSpec before = device(add("net", "net1"));
    agent = agent.restarted(directory);
    agent.becomeReady();
    assertThat(machine.devices).containsValue(before);
  }

  /** Nothing is inherited, also not by an agent that starts then. */
  @Test
  void delete_firstInterface_theSecondStaysAsItWas_andTheNextHasTheWayOut() throws Exception {
    add("net", "eth0");
    PodView net1 = add("net", "net1");
    EndpointSpec before = device(net1);
    delete("net", "eth0");
    assertThat(device(net1)).isEqualTo(before);

    assertThat(device(add("net", "eth0")).routes()).hasSize(1);
    assertThat(device(net1)).isEqualTo(before);
    assertThat(device(add("net", "net2")).routes()).isEmpty();
  }

  /** As podman does: each network of a pod is asked for all of its ports. */
  @Test
  void add_samePortsInEachNetwork_areTheFirstInterfacesAlone() throws Exception {
    List<PortMapping> ports = List.of(Cluster.tcp(8080, 80));
    var eth0 = agent.add(request("net", "eth0", ports));
    agent.settle();
    var net1 = agent.add(request("storage", "net1", ports));
    agent.settle();
    assertThat(eth0.join().intent().hostPorts()).hasSize(1);
    assertThat(net1.join().intent().hostPorts()).isEmpty();

    var again = agent.add(request("storage", "net1", ports));
    var other = agent.add(request("storage", "net2", List.of(Cluster.tcp(8080, 81))));
    agent.settle();
    assertThat(again.join()).as("repeated").isEqualTo(net1.join());
    assertThat(refusal(other).code()).as("to another port of the pod").isEqualTo(7);
  }

  @Test
  void add_sameInterfaceInAnotherNetwork_isCode4_andItsDelTakesNothing() throws Exception {
    PodView eth0 = add("net", "eth0");
    var second = agent.add(request("storage", "eth0"));
    agent.settle();
    assertThat(refusal(second).code()).isEqualTo(4);
    assertThat(refusal(second)).hasMessageContaining("CNI_IFNAME: eth0", "network net");

    delete("storage", "eth0");
    assertThat(machine.isReachable(eth0)).isTrue();
    delete("net", "eth0");
    assertThat(agent.leases.leases()).isEmpty();
  }
}
