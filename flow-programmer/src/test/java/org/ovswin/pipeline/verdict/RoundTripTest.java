package org.ovswin.pipeline.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.openflow.PortNo;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.NodeState.Peer;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.NodeState.Uplink;
import org.ovswin.pipeline.verdict.Packet.Echo;
import org.ovswin.pipeline.verdict.Packet.IcmpError;
import org.ovswin.pipeline.verdict.Packet.Ipv4;
import org.ovswin.pipeline.verdict.Packet.Tcp;
import org.ovswin.pipeline.verdict.Packet.Transport;
import org.ovswin.pipeline.verdict.Packet.Udp;

/** Conversations through a real switch, written out packet by packet: both ends are the test. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RoundTripTest {
  private static final int TTL = 64;
  private static final Ipv4Address WORLD = Ipv4Address.parse("203.0.113.7");
  private static final NodeState STATE = Nodes.SMALL.state();
  private static final Uplink UPLINK = STATE.uplink().orElseThrow();
  private static final Ipv4Address NODE = UPLINK.address();
  private static final Pod POD = STATE.pods().get(0);
  private static final Pod OTHER_POD = STATE.pods().get(1);
  private static final Peer PEER = STATE.peers().byAddress().getFirst();
  private static final Ipv4Address PEER_POD = (Ipv4Address) PEER.blocks().getFirst().address(9);

  private TestedNode node;

  @BeforeAll
  void start() throws IOException {
    node = TestedNode.start(STATE);
  }

  @BeforeEach
  void forgetConnections() throws IOException {
    node.forgetConnections();
  }

  @AfterAll
  void stop() {
    node.close();
  }

  @Test
  void podToWorld_tcp_leavesUnderTheNodesAddressAndTheReplyComesBack() throws IOException {
    assertThat(fromPod(POD, WORLD, new Tcp(5000, 80, Tcp.SYN, 100, 0)))
        .isEqualTo(toWorld(NODE, WORLD, TTL - 1, new Tcp(5000, 80, Tcp.SYN, 100, 0)));

    assertThat(fromWorld(WORLD, NODE, new Tcp(80, 5000, Tcp.SYN | Tcp.ACK, 900, 101)))
        .isEqualTo(toPod(POD, WORLD, TTL, new Tcp(80, 5000, Tcp.SYN | Tcp.ACK, 900, 101)));
    assertThat(fromPod(POD, WORLD, new Tcp(5000, 80, Tcp.ACK, 101, 901)))
        .isEqualTo(toWorld(NODE, WORLD, TTL - 1, new Tcp(5000, 80, Tcp.ACK, 101, 901)));
    assertThat(fromWorld(WORLD, NODE, new Tcp(80, 5000, Tcp.ACK, 901, 109)))
        .isEqualTo(toPod(POD, WORLD, TTL, new Tcp(80, 5000, Tcp.ACK, 901, 109)));
    assertThat(node.ovs().connections()).hasSize(1);
  }

  @Test
  void podToWorld_tcpOutsideTheWindow_isDropped() throws IOException {
    fromPod(POD, WORLD, new Tcp(5000, 80, Tcp.SYN, 100, 0));
    fromWorld(WORLD, NODE, new Tcp(80, 5000, Tcp.SYN | Tcp.ACK, 900, 101));
    fromPod(POD, WORLD, new Tcp(5000, 80, Tcp.ACK, 101, 901));

    assertThat(fromWorld(WORLD, NODE, new Tcp(80, 5000, Tcp.ACK, 0x4000_0000, 109)))
        .isInstanceOf(Verdict.Dropped.class);
  }

  @Test
  void podToWorld_echo_isAnswered() throws IOException {
    assertThat(fromPod(POD, WORLD, new Echo(Echo.REQUEST, 77)))
        .isEqualTo(toWorld(NODE, WORLD, TTL - 1, new Echo(Echo.REQUEST, 77)));
    assertThat(fromWorld(WORLD, NODE, new Echo(Echo.REPLY, 77)))
        .isEqualTo(toPod(POD, WORLD, TTL, new Echo(Echo.REPLY, 77)));
  }

  @Test
  void podToWorld_damagedPacket_isDropped() throws IOException {
    byte[] frame =
        PacketBytes.write(
            new Packet(POD.mac(), NodeState.GATEWAY_MAC, ip(POD, WORLD, new Udp(5000, 53))));
    frame[frame.length - 1] ^= 1;

    assertThat(node.ovs().receive(POD.port(), frame)).isEmpty();
  }

  @Test
  void twoPodsToWorld_withOneSourcePort_areToldApartByTheReply() throws IOException {
    fromPod(POD, WORLD, new Udp(5000, 53));
    Verdict.Sent second = (Verdict.Sent) fromPod(OTHER_POD, WORLD, new Udp(5000, 53));
    int chosen = sourcePort(second);

    assertThat(chosen).isNotEqualTo(5000);
    assertThat(second).isEqualTo(toWorld(NODE, WORLD, TTL - 1, new Udp(chosen, 53)));
    assertThat(fromWorld(WORLD, NODE, new Udp(53, chosen)))
        .isEqualTo(toPod(OTHER_POD, WORLD, TTL, new Udp(53, 5000)));
    assertThat(fromWorld(WORLD, NODE, new Udp(53, 5000)))
        .isEqualTo(toPod(POD, WORLD, TTL, new Udp(53, 5000)));
  }

  @Test
  void twoPodsToWorld_withOneEchoIdentifier_theSecondNeverLeavesWithItsOwnAddress()
      throws IOException {
    fromPod(POD, WORLD, new Echo(Echo.REQUEST, 77));

    assertThat(fromPod(OTHER_POD, WORLD, new Echo(Echo.REQUEST, 77)))
        .isInstanceOf(Verdict.Dropped.class);
    assertThat(fromWorld(WORLD, NODE, new Echo(Echo.REPLY, 77)))
        .isEqualTo(toPod(POD, WORLD, TTL, new Echo(Echo.REPLY, 77)));
  }

  @Test
  void nodeAndPodToWorld_withOneSourcePort_getTheirOwnReplies() throws IOException {
    fromPod(POD, WORLD, new Udp(5000, 53));
    Verdict.Sent own = (Verdict.Sent) fromNode(WORLD, new Udp(5000, 53));
    int chosen = sourcePort(own);

    assertThat(chosen).isNotEqualTo(5000);
    assertThat(fromWorld(WORLD, NODE, new Udp(53, chosen)))
        .isEqualTo(toNode(WORLD, NODE, TTL, new Udp(53, 5000)));
    assertThat(fromWorld(WORLD, NODE, new Udp(53, 5000)))
        .isEqualTo(toPod(POD, WORLD, TTL, new Udp(53, 5000)));
  }

  @Test
  void podToWorld_afterTheNode_doesNotTakeItsPort() throws IOException {
    assertThat(fromNode(WORLD, new Udp(5000, 53)))
        .isEqualTo(
            Verdict.sent(
                UPLINK.port(),
                new Packet(
                    UPLINK.mac(), Nodes.LINK_GATEWAY_MAC, ip(NODE, WORLD, new Udp(5000, 53)))));
    int chosen = sourcePort(fromPod(POD, WORLD, new Udp(5000, 53)));

    assertThat(chosen).isNotEqualTo(5000);
    assertThat(fromWorld(WORLD, NODE, new Udp(53, 5000)))
        .isEqualTo(toNode(WORLD, NODE, TTL, new Udp(53, 5000)));
    assertThat(fromWorld(WORLD, NODE, new Udp(53, chosen)))
        .isEqualTo(toPod(POD, WORLD, TTL, new Udp(53, 5000)));
  }

  @Test
  void worldToNode_onAPortThatAPodWantsToUse_keepsIt() throws IOException {
    fromWorld(WORLD, NODE, new Udp(53, 5000));

    assertThat(sourcePort(fromPod(POD, WORLD, new Udp(5000, 53)))).isNotEqualTo(5000);
    assertThat(fromWorld(WORLD, NODE, new Udp(53, 5000)))
        .isEqualTo(toNode(WORLD, NODE, TTL, new Udp(53, 5000)));
  }

  @Test
  void worldToHostPort_tcp_reachesThePodAndTheReplyComesFromTheNode() throws IOException {
    int asked = Nodes.TCP_HOST_PORT;
    int served = Nodes.TCP_POD_PORT;
    assertThat(fromWorld(WORLD, NODE, new Tcp(6000, asked, Tcp.SYN, 100, 0)))
        .isEqualTo(toPod(POD, WORLD, TTL, new Tcp(6000, served, Tcp.SYN, 100, 0)));

    assertThat(fromPod(POD, WORLD, new Tcp(served, 6000, Tcp.SYN | Tcp.ACK, 900, 101)))
        .isEqualTo(
            toWorld(NODE, WORLD, TTL - 1, new Tcp(asked, 6000, Tcp.SYN | Tcp.ACK, 900, 101)));
    assertThat(fromWorld(WORLD, NODE, new Tcp(6000, asked, Tcp.ACK, 101, 901)))
        .isEqualTo(toPod(POD, WORLD, TTL, new Tcp(6000, served, Tcp.ACK, 101, 901)));
    assertThat(node.ovs().connections()).hasSize(1);
  }

  @Test
  void worldToHostPort_udp_reachesThePodAndTheReplyComesFromTheNode() throws IOException {
    assertThat(fromWorld(WORLD, NODE, new Udp(6000, Nodes.UDP_HOST_PORT)))
        .isEqualTo(toPod(POD, WORLD, TTL, new Udp(6000, Nodes.UDP_POD_PORT)));
    assertThat(fromPod(POD, WORLD, new Udp(Nodes.UDP_POD_PORT, 6000)))
        .isEqualTo(toWorld(NODE, WORLD, TTL - 1, new Udp(Nodes.UDP_HOST_PORT, 6000)));
  }

  @Test
  void podToHostPort_onItsOwnNode_isAnsweredByTheNodesAddress() throws IOException {
    assertThat(fromPod(OTHER_POD, NODE, new Udp(6000, Nodes.UDP_HOST_PORT)))
        .isEqualTo(
            toPod(POD, OTHER_POD.ipv4().orElseThrow(), TTL, new Udp(6000, Nodes.UDP_POD_PORT)));
    assertThat(fromPod(POD, OTHER_POD.ipv4().orElseThrow(), new Udp(Nodes.UDP_POD_PORT, 6000)))
        .isEqualTo(toPod(OTHER_POD, NODE, TTL, new Udp(Nodes.UDP_HOST_PORT, 6000)));
  }

  @Test
  void podToItsOwnHostPort_tcp_isAskedByNobodyElseAndAnsweredByTheNode() throws IOException {
    int asked = Nodes.TCP_HOST_PORT;
    int served = Nodes.TCP_POD_PORT;
    Ipv4Address stranger = NodeState.HAIRPIN;
    assertThat(fromPod(POD, NODE, new Tcp(6000, asked, Tcp.SYN, 100, 0)))
        .isEqualTo(toPod(POD, stranger, TTL, new Tcp(6000, served, Tcp.SYN, 100, 0)));
    assertThat(fromPod(POD, stranger, new Tcp(served, 6000, Tcp.SYN | Tcp.ACK, 900, 101)))
        .isEqualTo(toPod(POD, NODE, TTL, new Tcp(asked, 6000, Tcp.SYN | Tcp.ACK, 900, 101)));
    assertThat(fromPod(POD, NODE, new Tcp(6000, asked, Tcp.ACK, 101, 901)))
        .isEqualTo(toPod(POD, stranger, TTL, new Tcp(6000, served, Tcp.ACK, 101, 901)));
  }

  @Test
  void peersPodToHostPort_isAnsweredByTheNodesAddress() throws IOException {
    assertThat(fromPeer(PEER_POD, NODE, new Udp(6000, Nodes.UDP_HOST_PORT)))
        .isEqualTo(toPod(POD, PEER_POD, TTL, new Udp(6000, Nodes.UDP_POD_PORT)));
    assertThat(fromPod(POD, PEER_POD, new Udp(Nodes.UDP_POD_PORT, 6000)))
        .isEqualTo(toPeer(NODE, PEER_POD, TTL - 1, new Udp(Nodes.UDP_HOST_PORT, 6000)));
  }

  @Test
  void peerToHostPort_isAnsweredByTheNodesAddress() throws IOException {
    assertThat(fromPeer(PEER.address(), NODE, new Udp(6000, Nodes.UDP_HOST_PORT)))
        .isEqualTo(toPod(POD, PEER.address(), TTL, new Udp(6000, Nodes.UDP_POD_PORT)));
    assertThat(fromPod(POD, PEER.address(), new Udp(Nodes.UDP_POD_PORT, 6000)))
        .isEqualTo(toPeer(NODE, PEER.address(), TTL - 1, new Udp(Nodes.UDP_HOST_PORT, 6000)));
  }

  @Test
  void podToPeersPod_keepsItsAddressBothWays() throws IOException {
    assertThat(fromPod(POD, PEER_POD, new Udp(5000, 53)))
        .isEqualTo(toPeer(POD.ipv4().orElseThrow(), PEER_POD, TTL - 1, new Udp(5000, 53)));
    assertThat(fromPeer(PEER_POD, POD.ipv4().orElseThrow(), new Udp(53, 5000)))
        .isEqualTo(toPod(POD, PEER_POD, TTL, new Udp(53, 5000)));
  }

  @Test
  void nodeToPod_isAnswered() throws IOException {
    Packet question =
        new Packet(
            UPLINK.mac(),
            NodeState.GATEWAY_MAC,
            ip(NODE, POD.ipv4().orElseThrow(), new Udp(5000, 53)));
    assertThat(node.send(PortNo.LOCAL, question))
        .isEqualTo(toPod(POD, NODE, TTL, new Udp(5000, 53)));
    assertThat(fromPod(POD, NODE, new Udp(53, 5000)))
        .isEqualTo(
            Verdict.sent(
                PortNo.LOCAL,
                new Packet(
                    NodeState.GATEWAY_MAC,
                    UPLINK.mac(),
                    ip(POD.ipv4().orElseThrow(), NODE, new Udp(53, 5000)))));
  }

  @Test
  void errorAboutATranslatedPacket_fromWhoeverSendsIt_comesBackToThePod() throws IOException {
    Ipv4Address router = Ipv4Address.parse("198.51.100.1");
    fromPod(POD, WORLD, new Udp(5000, 53));
    int chosen = sourcePort(fromPod(OTHER_POD, WORLD, new Udp(5000, 53)));

    Ipv4 asSeen = new Ipv4(NODE, WORLD, TTL - 1, new Udp(chosen, 53));
    Ipv4 asSent = new Ipv4(OTHER_POD.ipv4().orElseThrow(), WORLD, TTL - 1, new Udp(5000, 53));
    assertThat(fromWorld(WORLD, NODE, new IcmpError(IcmpError.UNREACHABLE, 3, asSeen)))
        .isEqualTo(toPod(OTHER_POD, WORLD, TTL, new IcmpError(IcmpError.UNREACHABLE, 3, asSent)));
    assertThat(fromWorld(router, NODE, new IcmpError(IcmpError.TIME_EXCEEDED, 0, asSeen)))
        .isEqualTo(
            toPod(OTHER_POD, router, TTL, new IcmpError(IcmpError.TIME_EXCEEDED, 0, asSent)));
  }

  @Test
  void errorFromThePod_aboutAHostPort_quotesTheAddressThatWasAsked() throws IOException {
    fromWorld(WORLD, NODE, new Udp(6000, Nodes.UDP_HOST_PORT));
    Ipv4 asSeen = new Ipv4(WORLD, POD.ipv4().orElseThrow(), TTL, new Udp(6000, Nodes.UDP_POD_PORT));
    Ipv4 asSent = new Ipv4(WORLD, NODE, TTL, new Udp(6000, Nodes.UDP_HOST_PORT));

    assertThat(fromPod(POD, WORLD, new IcmpError(IcmpError.UNREACHABLE, 3, asSeen)))
        .isEqualTo(toWorld(NODE, WORLD, TTL - 1, new IcmpError(IcmpError.UNREACHABLE, 3, asSent)));
  }

  @Test
  void errorAboutNothing_isDropped() throws IOException {
    Ipv4 neverSent = new Ipv4(NODE, WORLD, TTL, new Udp(5000, 53));

    assertThat(fromWorld(WORLD, NODE, new IcmpError(IcmpError.UNREACHABLE, 3, neverSent)))
        .isInstanceOf(Verdict.Dropped.class);
  }

  // ---- Who sends

  private Verdict fromPod(Pod pod, Ipv4Address dst, Transport transport) throws IOException {
    return node.send(
        pod.port(), new Packet(pod.mac(), NodeState.GATEWAY_MAC, ip(pod, dst, transport)));
  }

  private Verdict fromNode(Ipv4Address dst, Transport transport) throws IOException {
    return node.send(
        PortNo.LOCAL, new Packet(UPLINK.mac(), Nodes.LINK_GATEWAY_MAC, ip(NODE, dst, transport)));
  }

  private Verdict fromWorld(Ipv4Address src, Ipv4Address dst, Transport transport)
      throws IOException {
    return fromLink(Nodes.LINK_GATEWAY_MAC, ip(src, dst, transport));
  }

  private Verdict fromPeer(Ipv4Address src, Ipv4Address dst, Transport transport)
      throws IOException {
    return fromLink(PEER.mac(), ip(src, dst, transport));
  }

  private Verdict fromLink(MacAddress src, Ipv4 ip) throws IOException {
    return node.send(UPLINK.port(), new Packet(src, UPLINK.mac(), ip));
  }

  // ---- What comes out

  private static Verdict toPod(Pod pod, Ipv4Address src, int ttl, Transport transport) {
    return Verdict.sent(
        pod.port(),
        new Packet(
            NodeState.GATEWAY_MAC,
            pod.mac(),
            new Ipv4(src, pod.ipv4().orElseThrow(), ttl, transport)));
  }

  private static Verdict toNode(Ipv4Address src, Ipv4Address dst, int ttl, Transport transport) {
    return Verdict.sent(
        PortNo.LOCAL,
        new Packet(Nodes.LINK_GATEWAY_MAC, UPLINK.mac(), new Ipv4(src, dst, ttl, transport)));
  }

  private static Verdict toWorld(Ipv4Address src, Ipv4Address dst, int ttl, Transport transport) {
    return toLink(Nodes.LINK_GATEWAY_MAC, new Ipv4(src, dst, ttl, transport));
  }

  private static Verdict toPeer(Ipv4Address src, Ipv4Address dst, int ttl, Transport transport) {
    return toLink(PEER.mac(), new Ipv4(src, dst, ttl, transport));
  }

  private static Verdict toLink(MacAddress dst, Ipv4 ip) {
    return Verdict.sent(UPLINK.port(), new Packet(UPLINK.mac(), dst, ip));
  }

  private static Ipv4 ip(Pod pod, Ipv4Address dst, Transport transport) {
    return ip(pod.ipv4().orElseThrow(), dst, transport);
  }

  private static Ipv4 ip(Ipv4Address src, Ipv4Address dst, Transport transport) {
    return new Ipv4(src, dst, TTL, transport);
  }

  private static int sourcePort(Verdict verdict) {
    return Verdict.sourcePort(verdict.leaving().orElseThrow());
  }
}
