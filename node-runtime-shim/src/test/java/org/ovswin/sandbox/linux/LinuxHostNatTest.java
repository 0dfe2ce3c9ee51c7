package org.ovswin.sandbox.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ovswin.sandbox.EndpointException;
import org.ovswin.sandbox.HostNat;
import org.ovswin.sandbox.HostNatSpec;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.MacAddress;
import org.ovswin.sandbox.PortForward;
import org.ovswin.sandbox.Protocol;

/** What the rules do to real packets, in namespaces. */
class LinuxHostNatTest {
  private static final List<PortForward> FORWARDS =
      List.of(
          all(Protocol.TCP, 8080, "10.244.1.5"),
          all(Protocol.TCP, 8080, "fd00:244:1::5"),
          all(Protocol.UDP, 8080, "10.244.1.5"),
          all(Protocol.UDP, 8080, "fd00:244:1::5"),
          all(Protocol.SCTP, 8080, "10.244.1.5"));

  @RegisterExtension final Namespaces namespaces = new Namespaces();
  private NatScene scene;
  private HostNat nat;

  @BeforeEach
  void makeScene() throws Exception {
    scene = new NatScene(namespaces);
    nat = LinuxHostNat.open();
  }

  @AfterEach
  void endServers() throws Exception {
    scene.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"TCP", "UDP"})
  void apply_portOfAllAddresses_leadsToThePodFromEverywhere(Protocol protocol) throws Exception {
    scene.serve(scene.pod1, 80, "pod1");
    apply(FORWARDS);
    record Row(String reason, Path from, String to, String seen) {}
    List<Row> rows =
        List.of(
            new Row("outside", scene.outside, "192.0.2.7", "192.0.2.1"),
            new Row("outside, second address", scene.outside, "192.0.2.8", "192.0.2.1"),
            new Row("outside", scene.outside, "2001:db8::7", "2001:db8:0:0:0:0:0:1"),
            new Row("the node", scene.node, "192.0.2.7", "192.0.2.7"),
            new Row("the node", scene.node, "2001:db8::7", "2001:db8:0:0:0:0:0:7"),
            new Row("the node, its loopback", scene.node, "127.0.0.1", "10.244.1.1"),
            new Row("another pod", scene.pod2, "192.0.2.7", "10.244.1.1"),
            new Row("another pod", scene.pod2, "2001:db8::7", "fd00:244:1:0:0:0:0:1"),
            new Row("another pod, the gateway", scene.pod2, "10.244.1.1", "10.244.1.1"),
            new Row("the pod itself", scene.pod1, "192.0.2.7", "10.244.1.1"),
            new Row("the pod itself", scene.pod1, "2001:db8::7", "fd00:244:1:0:0:0:0:1"));
    for (Row row : rows) {
      assertThat(NatScene.ask(row.from(), protocol, row.to(), 8080))
          .as("%s to %s", row.reason(), row.to())
          .isEqualTo("pod1 saw " + row.seen());
    }
  }

  @Test
  void apply_portOfOneAddress_goesBeforeThatOfAll() throws Exception {
    scene.serve(scene.pod1, 80, "pod1");
    scene.serve(scene.pod2, 80, "pod2");
    apply(
        List.of(
            all(Protocol.TCP, 8080, "10.244.1.5"),
            at("192.0.2.8", 8080, "10.244.1.6"),
            at("2001:db8::7", 8080, "fd00:244:1::6")));
    assertThat(NatScene.ask(scene.outside, Protocol.TCP, "192.0.2.7", 8080)).startsWith("pod1");
    assertThat(NatScene.ask(scene.outside, Protocol.TCP, "192.0.2.8", 8080)).startsWith("pod2");
    assertThat(NatScene.ask(scene.outside, Protocol.TCP, "2001:db8::7", 8080)).startsWith("pod2");
  }

  @Test
  void apply_portAtTheNodesIpv6Loopback_isRefusedAtOnce() throws Exception {
    scene.serve(scene.pod1, 80, "pod1");
    apply(FORWARDS);
    assertThatThrownBy(() -> NatScene.ask(scene.node, Protocol.TCP, "::1", 8080))
        .isInstanceOf(ConnectException.class);
  }

  @ParameterizedTest
  @EnumSource(names = {"TCP", "UDP"})
  void apply_podThatAsksOutside_hasTheNodesAddress(Protocol protocol) throws Exception {
    scene.serve(scene.outside, 80, "outside");
    apply(List.of());
    assertThat(NatScene.ask(scene.pod1, protocol, "192.0.2.1", 80))
        .isEqualTo("outside saw 192.0.2.7");
    assertThat(NatScene.ask(scene.pod1, protocol, "2001:db8::1", 80))
        .isEqualTo("outside saw 2001:db8:0:0:0:0:0:7");
  }

  @Test
  void apply_podThatAsksAPodOfAnotherNode_hasItsOwnAddress() throws Exception {
    scene.serve(scene.outside, 80, "outside");
    apply(List.of());
    assertThat(NatScene.ask(scene.pod1, Protocol.TCP, "10.244.2.5", 80))
        .isEqualTo("outside saw 10.244.1.5");
    assertThat(NatScene.ask(scene.pod1, Protocol.TCP, "fd00:244:2::5", 80))
        .isEqualTo("outside saw fd00:244:1:0:0:0:0:5");
  }

  @Test
  void apply_sourceOfThePodsFromOutside_isDropped() throws Exception {
    apply(List.of());
    NatScene.batch(scene.outside, "addr add 10.244.1.6/32 dev lo", "addr add 10.244.9.9/32 dev lo");
    try (DatagramSocket pod = listen(scene.pod1)) {
      for (String source : List.of("10.244.1.6", "10.244.9.9", "10.244.2.5")) {
        Netns.run(
            scene.outside,
            () -> {
              try (DatagramChannel sender =
                  DatagramChannel.open().bind(new InetSocketAddress(NatScene.address(source), 0))) {
                sender.send(
                    ByteBuffer.allocate(1),
                    new InetSocketAddress(NatScene.address("10.244.1.5"), 5555));
              }
            });
      }
      // The pod of the other node is sent last, and is the first that arrives.
      assertThat(sender(pod)).isEqualTo("10.244.2.5");
    }
  }

  @Test
  void apply_podThatSendsToTheNodesLoopback_isDropped() throws Exception {
    apply(List.of());
    try (DatagramSocket node = listen(scene.node);
        PacketSocket pod = PacketSocket.open(scene.pod1, "eth0")) {
      pod.send(Frames.udp(podMac(), "10.244.1.5", "127.0.0.1", 5555));
      pod.send(Frames.udp(podMac(), "127.0.0.1", "10.244.1.1", 5555));
      pod.send(Frames.udp(podMac(), "10.244.1.5", "10.244.1.1", 5555));
      assertThat(sender(node)).isEqualTo("10.244.1.5");
    }
  }

  @Test
  void apply_whileAConnectionIsOpen_itGoesOn() throws Exception {
    scene.serve(scene.pod1, 80, "pod1");
    apply(FORWARDS);
    try (Socket socket =
        Netns.call(scene.outside, () -> new Socket(NatScene.address("192.0.2.7"), 8080))) {
      assertThat(NatScene.ask(socket)).isEqualTo("pod1 saw 192.0.2.1");
      apply(List.of(all(Protocol.TCP, 9090, "10.244.1.6")));
      assertThat(NatScene.ask(socket)).isEqualTo("pod1 saw 192.0.2.1");
      apply(FORWARDS);
      assertThat(NatScene.ask(socket)).isEqualTo("pod1 saw 192.0.2.1");
    }
  }

  @Test
  void forget_udpForwardThatEnded_endsItsConversations() throws Exception {
    scene.serve(scene.pod1, 80, "pod1");
    PortForward forward = all(Protocol.UDP, 8080, "10.244.1.5");
    apply(List.of(forward));
    try (NatScene.Conversation conversation = conversation("192.0.2.7")) {
      assertThat(conversation.ask()).startsWith("pod1");
      apply(List.of());
      assertThat(conversation.ask()).as("until it is forgotten").startsWith("pod1");
      Netns.run(scene.node, () -> nat.forget(forward));
      assertThatThrownBy(conversation::ask).isInstanceOf(PortUnreachableException.class);
      Netns.run(scene.node, () -> nat.forget(forward));
    }
  }

  @Test
  void apply_udpForwardThatLeadsElsewhereNow_takesTheConversationsThatAreOpen() throws Exception {
    scene.serve(scene.pod1, 80, "pod1");
    scene.serve(scene.pod2, 80, "pod2");
    apply(List.of());
    try (NatScene.Conversation conversation = conversation("192.0.2.7");
        NatScene.Conversation sixth = conversation("2001:db8::7")) {
      assertThatThrownBy(conversation::ask).isInstanceOf(PortUnreachableException.class);
      assertThatThrownBy(sixth::ask).isInstanceOf(PortUnreachableException.class);
      apply(
          List.of(all(Protocol.UDP, 8080, "10.244.1.5"), all(Protocol.UDP, 8080, "fd00:244:1::5")));
      assertThat(conversation.ask()).startsWith("pod1");
      assertThat(sixth.ask()).startsWith("pod1");
      apply(List.of(all(Protocol.UDP, 8080, "10.244.1.6")));
      assertThat(conversation.ask()).startsWith("pod2");
    }
  }

  @Test
  void isAsLast_tablesFlushedOrChanged_isFalseUntilAppliedAgain() throws Exception {
    assertThat(isAsLast(nat)).as("before the first").isFalse();
    apply(FORWARDS);
    assertThat(isAsLast(nat)).isTrue();
    assertThat(isAsLast(LinuxHostNat.open())).as("another instance's").isFalse();
    for (String change :
        List.of(
            "flush ruleset",
            "delete element inet ovs-win ports4 { tcp . 8080 }",
            "flush chain inet ovs-win postrouting")) {
      nft(change);
      assertThat(isAsLast(nat)).as(change).isFalse();
      apply(FORWARDS);
      assertThat(isAsLast(nat)).as("applied after: " + change).isTrue();
    }
  }

  @Test
  void applyAndRemove_foreignTables_areUntouched() throws Exception {
    nft(
        """
        table inet filter {
          chain forward {
            type filter hook forward priority 0; policy accept;
            tcp dport 25 counter drop
          }
        }
        table ip nat {
          chain prerouting {
            type nat hook prerouting priority dstnat;
          }
        }
        """);
    String before = nft("list ruleset");
    apply(FORWARDS);
    apply(List.of());
    assertThat(nft("list ruleset")).contains(before);
    Netns.run(scene.node, () -> nat.remove());
    assertThat(nft("list ruleset")).isEqualTo(before);
    Netns.run(scene.node, () -> nat.remove());
    assertThat(isAsLast(nat)).isFalse();
  }

  @Test
  void apply_byManyThreads_endsWithOneOfThem() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Callable<Boolean>> calls = new ArrayList<>();
      for (int port = 1; port <= 12; port++) {
        PortForward forward = all(Protocol.TCP, port, "10.244.1.5");
        calls.add(
            () -> {
              apply(List.of(forward));
              return true;
            });
      }
      for (Future<Boolean> call : threads.invokeAll(calls)) {
        assertThat(call.get()).isTrue();
      }
    }
    assertThat(isAsLast(nat)).isTrue();
  }

  @Test
  void apply_kernelRefuses_saysItsWordsAndChangesNothing() throws Exception {
    apply(FORWARDS);
    String before = nft("list ruleset");
    Nftables nftables = Nftables.load();
    assertThatThrownBy(
            () ->
                Netns.call(
                    scene.node,
                    () ->
                        nftables.run(
                            "flush table inet ovs-win\nadd rule inet ovs-win nowhere accept\n")))
        .isInstanceOf(Nftables.RefusedException.class)
        .hasMessageContaining("No such file or directory");
    assertThat(nft("list ruleset")).isEqualTo(before);
  }

  @Test
  void load_libraryMissing_namesThePackage() {
    assertThatThrownBy(() -> Nftables.load("libnftables.so.999"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the package libnftables1 is installed");
  }

  private void apply(List<PortForward> forwards) throws IOException {
    HostNatSpec spec =
        new HostNatSpec(
            NatScene.GATEWAY_INTERFACE,
            List.of(InetPrefix.parse("10.244.0.0/16"), InetPrefix.parse("fd00:244::/32")),
            List.of(InetPrefix.parse("10.244.1.0/24"), InetPrefix.parse("fd00:244:1::/64")),
            forwards);
    Netns.run(scene.node, () -> nat.apply(spec));
  }

  private boolean isAsLast(HostNat instance) throws IOException {
    return Netns.<Boolean, EndpointException>call(scene.node, instance::isAsLast);
  }

  private String nft(String command) throws IOException {
    Nftables nftables = Nftables.load();
    return Netns.call(scene.node, () -> nftables.run(command));
  }

  private NatScene.Conversation conversation(String address) throws IOException {
    return Netns.call(
        scene.outside,
        () -> new NatScene.Conversation(new InetSocketAddress(NatScene.address(address), 8080)));
  }

  private static DatagramSocket listen(Path netns) throws IOException {
    DatagramSocket socket = Netns.call(netns, () -> new DatagramSocket(5555));
    socket.setSoTimeout(NatScene.PATIENCE_MILLIS);
    return socket;
  }

  private static String sender(DatagramSocket receiver) throws IOException {
    DatagramPacket datagram = new DatagramPacket(new byte[100], 100);
    receiver.receive(datagram);
    return datagram.getAddress().getHostAddress();
  }

  private MacAddress podMac() throws IOException {
    return Netns.call(scene.pod1, () -> new LinuxHostInterfaces().mac("eth0")).orElseThrow();
  }

  private static PortForward all(Protocol protocol, int hostPort, String pod) {
    return new PortForward(protocol, Optional.empty(), hostPort, NatScene.address(pod), 80);
  }

  private static PortForward at(String hostIp, int hostPort, String pod) {
    return new PortForward(
        Protocol.TCP, Optional.of(NatScene.address(hostIp)), hostPort, NatScene.address(pod), 80);
  }
}
