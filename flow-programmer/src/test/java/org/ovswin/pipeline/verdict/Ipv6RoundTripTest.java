package org.ovswin.pipeline.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.openflow.PortNo;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.NodeState.Peer;
import org.ovswin.pipeline.NodeState.Pod;
import org.ovswin.pipeline.NodeState.Uplink;
import org.ovswin.pipeline.verdict.Packet.Icmpv6;
import org.ovswin.pipeline.verdict.Packet.Icmpv6Error;
import org.ovswin.pipeline.verdict.Packet.Ipv6;
import org.ovswin.pipeline.verdict.Packet.LinkLayer;
import org.ovswin.pipeline.verdict.Packet.Neighbor;
import org.ovswin.pipeline.verdict.Packet.Tcp;
import org.ovswin.pipeline.verdict.Packet.Udp;
import org.ovswin.pipeline.verdict.Packet.Upper;

/** As {@link RoundTripTest}, in IPv6 with an address of it on the link. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Ipv6RoundTripTest {
  private static final int HOPS = 64;
  private static final int ON_LINK = 255;
  private static final int MTU = 1280;
  private static final Ipv6Address WORLD = Ipv6Address.parse("2001:db8::7");
  private static final Ipv6Address ROUTER = Ipv6Address.parse("2001:db8:1::1");
  private static final NodeState STATE = Nodes.DUAL_LINK.state();
  private static final Uplink UPLINK = STATE.uplink().orElseThrow();
  private static final Ipv6Address NODE = Nodes.NODE6;
  private static final Pod POD = STATE.pods().get(0);
  private static final Pod OTHER_POD = STATE.pods().get(1);
  private static final Peer PEER = STATE.peers().byAddress().getFirst();
  private static final Ipv6Address PEER_POD = (Ipv6Address) PEER.blocks().get(1).address(9);

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
        .isEqualTo(toWorld(NODE, WORLD, new Tcp(5000, 80, Tcp.SYN, 100, 0)));
    assertThat(fromWorld(WORLD, NODE, new Tcp(80, 5000, Tcp.SYN | Tcp.ACK, 900, 101)))
        .isEqualTo(toPod(POD, WORLD, new Tcp(80, 5000, Tcp.SYN | Tcp.ACK, 900, 101)));
    assertThat(fromPod(POD, WORLD, new Tcp(5000, 80, Tcp.ACK, 101, 901)))
        .isEqualTo(toWorld(NODE, WORLD, new Tcp(5000, 80, Tcp.ACK, 101, 901)));
    assertThat(node.ovs().connections()).hasSize(1);
  }

  @Test
  void podToWorld_echo_isAnswered() throws IOException {
    assertThat(fromPod(POD, WORLD, new Icmpv6(Icmpv6.ECHO_REQUEST, 0, 77)))
        .isEqualTo(toWorld(NODE, WORLD, new Icmpv6(Icmpv6.ECHO_REQUEST, 0, 77)));
    assertThat(fromWorld(WORLD, NODE, new Icmpv6(Icmpv6.ECHO_REPLY, 0, 77)))
        .isEqualTo(toPod(POD, WORLD, new Icmpv6(Icmpv6.ECHO_REPLY, 0, 77)));
  }

  @Test
  void twoPodsToWorld_withOneEchoIdentifier_theSecondNeverLeavesWithItsOwnAddress()
      throws IOException {
    fromPod(POD, WORLD, new Icmpv6(Icmpv6.ECHO_REQUEST, 0, 77));

    assertThat(fromPod(OTHER_POD, WORLD, new Icmpv6(Icmpv6.ECHO_REQUEST, 0, 77)))
        .isInstanceOf(Verdict.Dropped.class);
  }

  @Test
  void twoPodsAndTheNodeToWorld_withOneSourcePort_getTheirOwnReplies() throws IOException {
    fromPod(POD, WORLD, new Udp(5000, 53));
    int second = sourcePort(fromPod(OTHER_POD, WORLD, new Udp(5000, 53)));
    int own =
        sourcePort(
            node.send(
                PortNo.LOCAL,
                new Packet(
                    UPLINK.mac(), Nodes.LINK_GATEWAY_MAC, ip(NODE, WORLD, new Udp(5000, 53)))));

    assertThat(second).isNotIn(5000, own);
    assertThat(own).isNotEqualTo(5000);
    assertThat(fromWorld(WORLD, NODE, new Udp(53, second)))
        .isEqualTo(toPod(OTHER_POD, WORLD, new Udp(53, 5000)));
    assertThat(fromWorld(WORLD, NODE, new Udp(53, 5000)))
        .isEqualTo(toPod(POD, WORLD, new Udp(53, 5000)));
    assertThat(fromWorld(WORLD, NODE, new Udp(53, own)))
        .isEqualTo(
            Verdict.sent(
                PortNo.LOCAL,
                new Packet(
                    Nodes.LINK_GATEWAY_MAC, UPLINK.mac(), ip(WORLD, NODE, new Udp(53, 5000)))));
  }

  @Test
  void worldToHostPort_reachesThePodAndTheReplyComesFromTheNode() throws IOException {
    assertThat(fromWorld(WORLD, NODE, new Tcp(6000, Nodes.TCP_HOST_PORT, Tcp.SYN, 100, 0)))
        .isEqualTo(toPod(POD, WORLD, new Tcp(6000, Nodes.TCP_POD_PORT, Tcp.SYN, 100, 0)));
    assertThat(fromPod(POD, WORLD, new Tcp(Nodes.TCP_POD_PORT, 6000, Tcp.SYN | Tcp.ACK, 900, 101)))
        .isEqualTo(
            toWorld(NODE, WORLD, new Tcp(Nodes.TCP_HOST_PORT, 6000, Tcp.SYN | Tcp.ACK, 900, 101)));
    assertThat(fromWorld(WORLD, NODE, new Udp(6000, Nodes.UDP_HOST_PORT)))
        .isEqualTo(toPod(POD, WORLD, new Udp(6000, Nodes.UDP_POD_PORT)));
    assertThat(fromPod(POD, WORLD, new Udp(Nodes.UDP_POD_PORT, 6000)))
        .isEqualTo(toWorld(NODE, WORLD, new Udp(Nodes.UDP_HOST_PORT, 6000)));
  }

  @Test
  void podToItsOwnHostPort_isAskedByNobodyElseAndAnsweredByTheNode() throws IOException {
    Ipv6Address stranger = NodeState.HAIRPIN6;
    assertThat(fromPod(POD, NODE, new Udp(6000, Nodes.UDP_HOST_PORT)))
        .isEqualTo(toPod(POD, stranger, new Udp(6000, Nodes.UDP_POD_PORT)));
    assertThat(fromPod(POD, stranger, new Udp(Nodes.UDP_POD_PORT, 6000)))
        .isEqualTo(toPod(POD, NODE, new Udp(Nodes.UDP_HOST_PORT, 6000)));
  }

  @Test
  void podAndPeersPodToHostPort_areAnsweredByTheNodesAddress() throws IOException {
    assertThat(fromPod(OTHER_POD, NODE, new Udp(6000, Nodes.UDP_HOST_PORT)))
        .isEqualTo(toPod(POD, own(OTHER_POD), new Udp(6000, Nodes.UDP_POD_PORT)));
    assertThat(fromPod(POD, own(OTHER_POD), new Udp(Nodes.UDP_POD_PORT, 6000)))
        .isEqualTo(toPod(OTHER_POD, NODE, new Udp(Nodes.UDP_HOST_PORT, 6000)));
    assertThat(fromLink(PEER.mac(), PEER_POD, NODE, new Udp(6001, Nodes.UDP_HOST_PORT)))
        .isEqualTo(toPod(POD, PEER_POD, new Udp(6001, Nodes.UDP_POD_PORT)));
    assertThat(fromPod(POD, PEER_POD, new Udp(Nodes.UDP_POD_PORT, 6001)))
        .isEqualTo(toLink(PEER.mac(), NODE, PEER_POD, new Udp(Nodes.UDP_HOST_PORT, 6001)));
  }

  @Test
  void podToPeersPodAndPeer_keepsItsAddressBothWays() throws IOException {
    for (Ipv6Address far : new Ipv6Address[] {PEER_POD, PEER.ipv6Address().orElseThrow()}) {
      assertThat(fromPod(POD, far, new Udp(5000, 53)))
          .isEqualTo(toLink(PEER.mac(), own(POD), far, new Udp(5000, 53)));
      assertThat(fromLink(PEER.mac(), far, own(POD), new Udp(53, 5000)))
          .isEqualTo(toPod(POD, far, new Udp(53, 5000)));
    }
  }

  @Test
  void packetTooBig_ofTheWay_comesBackToThePodThatIsMeant() throws IOException {
    fromPod(POD, WORLD, new Tcp(5000, 80, Tcp.SYN, 100, 0));
    Ipv6 asSeen = new Ipv6(NODE, WORLD, HOPS - 1, new Tcp(5000, 80, Tcp.ACK, 101, 901));
    Ipv6 asSent = new Ipv6(own(POD), WORLD, HOPS - 1, new Tcp(5000, 80, Tcp.ACK, 101, 901));

    assertThat(fromWorld(ROUTER, NODE, tooBig(asSeen)))
        .isEqualTo(toPod(POD, ROUTER, tooBig(asSent)));
  }

  private static Icmpv6Error tooBig(Ipv6 quoted) {
    return new Icmpv6Error(Icmpv6Error.PACKET_TOO_BIG, 0, MTU, quoted);
  }

  /**
   * Not with Packet Too Big: in one about UDP the userspace datapath takes half of the MTU for a
   * checksum.
   */
  @Test
  void errorAboutATranslatedDatagram_comesBackToThePodThatIsMeant() throws IOException {
    fromPod(POD, WORLD, new Udp(5000, 53));
    int chosen = sourcePort(fromPod(OTHER_POD, WORLD, new Udp(5000, 53)));
    Ipv6 asSeen = new Ipv6(NODE, WORLD, HOPS - 1, new Udp(chosen, 53));
    Ipv6 asSent = new Ipv6(own(OTHER_POD), WORLD, HOPS - 1, new Udp(5000, 53));

    for (int type : new int[] {Icmpv6Error.UNREACHABLE, Icmpv6Error.TIME_EXCEEDED}) {
      assertThat(fromWorld(ROUTER, NODE, new Icmpv6Error(type, 0, 0, asSeen)))
          .isEqualTo(toPod(OTHER_POD, ROUTER, new Icmpv6Error(type, 0, 0, asSent)));
    }
  }

  @Test
  void packetTooBig_aboutNothing_isDropped() throws IOException {
    Ipv6 neverSent = new Ipv6(NODE, WORLD, HOPS, new Udp(5000, 53));

    assertThat(fromWorld(ROUTER, NODE, tooBig(neverSent))).isInstanceOf(Verdict.Dropped.class);
  }

  @Test
  void advertisementOfTheGateway_isTheNodesAndIsToldToTheAgent() throws IOException {
    MacAddress router = Nodes.LINK_GATEWAY_MAC;
    Ipv6Address gateway = Nodes.LINK_GATEWAY6;
    for (Ipv6Address target : new Ipv6Address[] {gateway, NODE, WORLD}) {
      Neighbor answer =
          new Neighbor(
              Neighbor.ADVERTISEMENT,
              0,
              0x6000_0000,
              target,
              Optional.of(new LinkLayer(LinkLayer.TARGET, router)));
      for (int hops : new int[] {ON_LINK, HOPS}) {
        Packet packet = new Packet(router, UPLINK.mac(), new Ipv6(gateway, NODE, hops, answer));
        String trace = node.ovs().trace(UPLINK.port(), PacketBytes.write(packet), "trk,new");

        assertThat(new Trace(trace).actions().getLast().contains("controller("))
            .as(trace)
            .isEqualTo(node.reference().tellsAgent(UPLINK.port(), packet))
            .isEqualTo(target.equals(gateway) && hops == ON_LINK);
      }
    }
  }

  @Test
  void solicitationOfTheNode_forThePodsGateway_isAnsweredAndForOthersGoesToTheLink()
      throws IOException {
    Ipv6Address podsGateway = (Ipv6Address) NodeState.gateway(STATE.blocks().get(1));
    MacAddress group = MacAddress.parse("33:33:ff:00:00:01");
    Ipv6Address solicited = Ipv6Address.parse("ff02::1:ff00:1");
    for (Ipv6Address target : new Ipv6Address[] {podsGateway, Nodes.LINK_GATEWAY6}) {
      Neighbor question =
          new Neighbor(
              Neighbor.SOLICITATION,
              0,
              0,
              target,
              Optional.of(new LinkLayer(LinkLayer.SOURCE, UPLINK.mac())));
      Verdict seen =
          node.send(
              PortNo.LOCAL,
              new Packet(UPLINK.mac(), group, new Ipv6(NODE, solicited, ON_LINK, question)));

      assertThat(((Verdict.Sent) seen).port())
          .isEqualTo(target.equals(podsGateway) ? PortNo.LOCAL : UPLINK.port());
    }
  }

  // ---- Who sends, and what comes out

  private Verdict fromPod(Pod pod, Ipv6Address dst, Upper upper) throws IOException {
    return node.send(
        pod.port(), new Packet(pod.mac(), NodeState.GATEWAY_MAC, ip(own(pod), dst, upper)));
  }

  private Verdict fromWorld(Ipv6Address src, Ipv6Address dst, Upper upper) throws IOException {
    return fromLink(Nodes.LINK_GATEWAY_MAC, src, dst, upper);
  }

  private Verdict fromLink(MacAddress mac, Ipv6Address src, Ipv6Address dst, Upper upper)
      throws IOException {
    return node.send(UPLINK.port(), new Packet(mac, UPLINK.mac(), ip(src, dst, upper)));
  }

  private static Verdict toPod(Pod pod, Ipv6Address src, Upper upper) {
    return Verdict.sent(
        pod.port(), new Packet(NodeState.GATEWAY_MAC, pod.mac(), ip(src, own(pod), upper)));
  }

  private static Verdict toWorld(Ipv6Address src, Ipv6Address dst, Upper upper) {
    return toLink(Nodes.LINK_GATEWAY_MAC, src, dst, upper);
  }

  private static Verdict toLink(MacAddress mac, Ipv6Address src, Ipv6Address dst, Upper upper) {
    return Verdict.sent(
        UPLINK.port(), new Packet(UPLINK.mac(), mac, new Ipv6(src, dst, HOPS - 1, upper)));
  }

  private static Ipv6 ip(Ipv6Address src, Ipv6Address dst, Upper upper) {
    return new Ipv6(src, dst, HOPS, upper);
  }

  private static Ipv6Address own(Pod pod) {
    return pod.ipv6().orElseThrow();
  }

  private static int sourcePort(Verdict verdict) {
    Ipv6 ip = (Ipv6) verdict.leaving().orElseThrow().content();
    return ((Udp) ip.upper()).src();
  }
}
