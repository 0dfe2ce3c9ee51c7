package org.ovswin.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.lab.Frames.UdpFlow;
import org.ovswin.sandbox.MacAddress;
import org.ovswin.sandbox.linux.PacketSocket;

/**
 * The probes on the bare fabric, where nothing guards and nothing translates: what they must show
 * is shown, and what they must refute is refuted.
 */
class ProbesTest {
  @TempDir static Path base;
  private static final String OTHER_MAC = "02:00:00:00:00:98";
  private static Lab lab;
  private static Host node1;
  private static Host node2;

  @BeforeAll
  static void open() {
    lab = Lab.open(LabSpec.of(2, Path.of("/bin/true")).withBase(base), Progress.silent());
    node1 = lab.node("node1").host();
    node2 = lab.node("node2").host();
  }

  @AfterAll
  static void close() {
    lab.close();
    assertThat(Lab.list(base)).isEmpty();
  }

  @Test
  void ping_reachable_passes() {
    Proof proof = lab.probes().ping("it answers", node1, node2.address());
    assertThat(proof.toString()).startsWith("PASS  it answers: ").contains("3 of 3 answered");
  }

  @Test
  void ping_nobodyThere_failsAndSilentPasses() {
    assertFailed(lab.probes().ping("", node1, "172.30.0.99"), ": 0 of ");
    assertPassed(lab.probes().silent("", node1, "172.30.0.99"));
    assertFailed(lab.probes().silent("", node1, node2.address()), "(expected: none)");
  }

  @Test
  void pingEvery_undisturbed_losesNone() {
    try (ContinuousPing ping =
        lab.probes().pingEvery(Duration.ofMillis(10), node1, node2.address())) {
      Ping counts = ping.stop();
      assertThat(counts.received()).isGreaterThan(1);
      assertThat(counts.lost()).isZero();
    }
  }

  @Test
  void pingEvery_linkDownMeanwhile_countsTheLoss() {
    try (ContinuousPing ping =
        lab.probes().pingEvery(Duration.ofMillis(10), node1, node2.address())) {
      Shell fabric = lab.shell().in(lab.fabric().netns());
      fabric.run("ip", "link", "set", "node2", "down");
      assertPassed(lab.probes().silent("", lab.fabric(), node2.address()));
      fabric.run("ip", "link", "set", "node2", "up");
      assertThat(ping.stop().lost()).isPositive();
    }
  }

  @Test
  void transfer_andUdp_acrossTheRouter_pass() {
    assertPassed(lab.probes().transfer("", node1, lab.external()));
    assertPassed(lab.probes().udp("", node1, lab.external()));
  }

  @Test
  void transfer_serverUnreachable_saysNotConnected() {
    Host nobody = new Host("nobody", node2.netns(), "172.30.0.99");
    assertFailed(lab.probes().transfer("", node1, nobody), "not connected");
  }

  @Test
  void seenAs_otherAddressExpected_saysWhichWasSeen() {
    assertPassed(lab.probes().seenAs("", node1, lab.external(), "172.30.0.11"));
    assertFailed(
        lab.probes().seenAs("", node1, lab.external(), "172.30.0.12"),
        "saw [172.30.0.11] (expected: 172.30.0.12)");
  }

  @Test
  void hostPort_nodeItselfAnswers_isNotTheirPod() throws Exception {
    // The node has a server of its own on the port, so there is an answer, but not the pod's.
    HostPort tcp = HostPort.tcp(4711, 4712);
    HostPort udp = HostPort.udp(4711, 4712);
    try (EchoServer ownTcp = EchoServer.tcp(node1, 4711);
        EchoServer ownUdp = EchoServer.udp(node1, 4711)) {
      Host world = lab.external();
      assertFailed(lab.probes().hostPortTcp("", world, node1, tcp, node2), "somebody else");
      assertFailed(lab.probes().hostPortUdp("", world, node1, udp, node2), "somebody else");
      assertThat(ownTcp.peers()).hasSize(1);
      assertThat(ownUdp.peers()).isNotEmpty();
    }
  }

  @Test
  void forgeries_nothingGuards_allAreFound() {
    List<Proof> proofs =
        lab.probes()
            .forgeries(node1, node2, lab.external().address(), OTHER_MAC, lab.fabric().address());
    // The lies have worked: node2 believes them until it is made to forget.
    lab.node("node2").shell().run("ip", "neigh", "flush", "all");
    assertThat(proofs).hasSize(7);
    assertThat(proofs).allSatisfy(proof -> assertFailed(proof, "a forged frame arrived"));
  }

  @Test
  void forgeries_honestPacketsDoNotArriveEither_areNoProof() {
    Host nobody = new Host("nobody", node2.netns(), "172.30.0.99");
    List<Proof> proofs =
        lab.probes().forgeries(node1, nobody, "172.30.0.98", OTHER_MAC, lab.fabric().address());
    assertThat(proofs).hasSize(1);
    assertFailed(proofs.getFirst(), "no answer to an honest ping");
  }

  @Test
  void udpFrame_checksumsAreRight_reachesASocket() throws Exception {
    try (EchoServer server = EchoServer.udp(node2, 4713);
        PacketSocket socket = PacketSocket.open(node1.netns(), "eth0")) {
      UdpFlow flow = new UdpFlow("172.30.0.77", "172.30.0.12", 1234, 4713);
      MacAddress to = MacAddress.parse("02:00:ac:1e:00:0c");
      // Odd and even lengths: the last byte of an odd one is padded for the checksum.
      socket.send(Frames.udp(to, MacAddress.parse("02:00:00:00:00:77"), flow, "odd"));
      socket.send(Frames.udp(to, MacAddress.parse("02:00:00:00:00:77"), flow, "even"));
      Awaitility.await().until(() -> server.peers().size() == 2);
      assertThat(server.peers()).containsOnly(new InetSocketAddress("172.30.0.77", 1234));
    }
  }

  private static void assertPassed(Proof proof) {
    assertThat(proof.passed()).as(proof.toString()).isTrue();
  }

  private static void assertFailed(Proof proof, String reason) {
    assertThat(proof.passed()).as(proof.toString()).isFalse();
    assertThat(proof.detail()).contains(reason);
  }
}
