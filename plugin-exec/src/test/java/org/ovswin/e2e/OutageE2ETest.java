package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.ovswin.lab.HostPort;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.Pod;

/** Something that a call needs is down: "try again later" says what, and later it works. */
class OutageE2ETest {
  private static final int TRY_AGAIN_LATER = 11;
  private static final String CONTAINER = "c0ffee";

  @RegisterExtension static final Cluster cluster = Cluster.ofNodes(1);

  private LabNode node;
  private Cni cni;
  private Path netns;
  private Pod old;

  @BeforeEach
  void podsOfBefore() {
    node = cluster.node(1);
    cni = Cni.on(node);
    netns = cluster.lab().addSandbox("raw");
    old = cluster.pod(1, "old", HostPort.tcp(30080, 8080));
  }

  @AfterEach
  void noSandbox() {
    cluster.lab().delSandbox("raw");
  }

  static Stream<Arguments> outages() {
    return Stream.of(
        outage("no ovs-vswitchd", LabNode::killVswitchd, "OpenFlow"),
        outage("no Open vSwitch at all", LabNode::killOvs, "database"));
  }

  private static Arguments outage(String what, Consumer<LabNode> begin, String named) {
    return Arguments.argumentSet(what, begin, named);
  }

  @ParameterizedTest
  @MethodSource("outages")
  void openVSwitchDown_addSaysSo_agentStaysAndServesWhenItIsBack(
      Consumer<LabNode> begin, String named) {
    Footprint before = Footprint.of(cluster, "node1");
    begin.accept(node);
    Cluster.eventually()
        .untilAsserted(() -> assertThat(addAndDelete().code()).isEqualTo(TRY_AGAIN_LATER));
    Cni.Answer answer = addAndDelete();
    assertThat(answer.json().path("msg").asText()).contains("Open vSwitch is down", named);
    assertThat(node.agentProcess()).isPresent();
    node.startOvs();
    Cluster.eventually()
        .untilAsserted(() -> assertThat(Footprint.of(cluster, "node1")).isEqualTo(before));
    cluster.eventuallyAllTalk(old, cluster.pod(1, "new"));
  }

  /** An ADD that came before the agent had noticed may still succeed. */
  private Cni.Answer addAndDelete() {
    Cni.Answer answer = cni.add(CONTAINER, netns);
    if (answer.succeeded()) {
      cni.del(CONTAINER, netns);
    }
    return answer;
  }

  @Test
  void openVSwitchDown_delOfARunningPod_takesItAwayWhenItIsBack() {
    Cni.Answer added = cni.add(CONTAINER, netns);
    assertThat(added.succeeded()).as(added.out()).isTrue();
    node.killOvs();
    cni.del(CONTAINER, netns);
    node.startOvs();
    // The clean-up after each test wants every trace of it gone.
    Cluster.eventually()
        .untilAsserted(
            () ->
                assertThat(Footprint.of(cluster, "node1").leases())
                    .noneMatch(lease -> lease.contains(added.address())));
    cluster.eventuallyAllTalk(old);
  }

  @Test
  void agentDown_everyCallIsToldSo_flowsGoOn() {
    node.killAgent();
    assertThat(cni.add(CONTAINER, netns).code()).isEqualTo(TRY_AGAIN_LATER);
    assertThat(cni.del(CONTAINER, netns).code()).isEqualTo(TRY_AGAIN_LATER);
    assertThat(cni.add(CONTAINER, netns).out()).contains("agent is not running", "cni.sock");
    cluster.allTalk(old);
    node.startAgent();
    assertThat(cni.add(CONTAINER, netns).succeeded()).isTrue();
    assertThat(cni.del(CONTAINER, netns).succeeded()).isTrue();
  }
}
