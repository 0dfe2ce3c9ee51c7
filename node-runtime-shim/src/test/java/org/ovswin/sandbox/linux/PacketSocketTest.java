package org.ovswin.sandbox.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.sandbox.MacAddress;

class PacketSocketTest {
  private static final Duration LONG = Duration.ofSeconds(10);

  @RegisterExtension final Namespaces namespaces = new Namespaces();
  private Path here = Path.of("/");
  private Path there = Path.of("/");

  @BeforeEach
  void joinTwoNamespaces() throws IOException {
    here = namespaces.create();
    there = namespaces.create();
    try (Rtnetlink near = Rtnetlink.open(here);
        Rtnetlink far = Rtnetlink.open(there);
        Netns peer = Netns.open(there)) {
      near.createVeth(
          new Veth("near", 0, "far", MacAddress.parse("02:00:00:00:00:02"), peer, 1500));
      Netns.run(here, () -> Ipv6.disable("near"));
      Netns.run(there, () -> Ipv6.disable("far"));
      near.setUp(near.link("near").orElseThrow().index());
      far.setUp(far.link("far").orElseThrow().index());
    }
  }

  @Test
  void send_frameForNobody_arrivesAsItIs() throws Exception {
    try (PacketSocket near = PacketSocket.open(here, "near");
        PacketSocket far = PacketSocket.open(there, "far")) {
      byte[] frame = frame(1);
      near.send(frame);
      assertThat(far.receive(LONG)).hasValueSatisfying(f -> assertThat(f).isEqualTo(frame));
    }
  }

  @Test
  void receive_ownFrames_areLeftOut() throws Exception {
    try (PacketSocket near = PacketSocket.open(here, "near");
        PacketSocket second = PacketSocket.open(here, "near");
        PacketSocket far = PacketSocket.open(there, "far")) {
      near.send(frame(1));
      far.send(frame(2));
      // The first was sent from this link, by another socket: it is not what arrived.
      assertThat(second.receive(LONG)).hasValueSatisfying(f -> assertThat(f).isEqualTo(frame(2)));
      assertThat(near.receive(LONG)).hasValueSatisfying(f -> assertThat(f).isEqualTo(frame(2)));
      assertThat(near.receive(Duration.ZERO)).isEmpty();
    }
  }

  @Test
  void receive_nothing_isEmptyAfterTheTimeout() throws Exception {
    try (PacketSocket near = PacketSocket.open(here, "near")) {
      assertThat(near.receive(Duration.ofMillis(20))).isEmpty();
    }
  }

  @Test
  void open_noSuchLink_saysSo() {
    assertThatThrownBy(() -> PacketSocket.open(here, "nothing"))
        .isInstanceOf(ErrnoException.class)
        .hasMessage("open a packet socket on nothing: ENODEV");
  }

  @Test
  void use_afterClose_saysSo() throws Exception {
    PacketSocket near = PacketSocket.open(here, "near");
    near.close();
    near.close();
    assertThatThrownBy(() -> near.send(frame(1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("closed");
  }

  /** Of an EtherType for experiments, to an address that neither end has. */
  private static byte[] frame(int payload) {
    byte[] frame = new byte[60];
    Arrays.fill(frame, (byte) payload);
    System.arraycopy(MacAddress.parse("02:00:00:00:00:99").octets(), 0, frame, 0, 6);
    System.arraycopy(MacAddress.parse("02:00:00:00:00:98").octets(), 0, frame, 6, 6);
    frame[12] = (byte) 0x88;
    frame[13] = (byte) 0xb5;
    return frame;
  }
}
