package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.MacAddress;

final class ArpFrameTest {
  private static final MacAddress NODE_MAC = MacAddress.parse("02:00:00:00:00:0a");
  private static final MacAddress ROUTER_MAC = MacAddress.parse("02:00:00:00:00:01");
  private static final Ipv4Address NODE = Ipv4Address.parse("192.0.2.10");
  private static final Ipv4Address ROUTER = Ipv4Address.parse("192.0.2.1");

  /** Who has 192.0.2.1? Tell 192.0.2.10. */
  private static final byte[] REQUEST =
      bytes(
          "ffffffffffff", // to everybody
          "02000000000a", // from the node
          "0806", // ARP
          "0001", // hardware: Ethernet
          "0800", // protocol: IPv4
          "06", // length of a hardware address
          "04", // length of a protocol address
          "0001", // request
          "02000000000a", // sender's hardware address
          "c000020a", // sender's protocol address
          "000000000000", // target's hardware address: asked for
          "c0000201"); // target's protocol address

  /** 192.0.2.1 is at 02:00:00:00:00:01. */
  private static final byte[] REPLY =
      bytes(
          "02000000000a",
          "020000000001",
          "0806",
          "0001",
          "0800",
          "06",
          "04",
          "0002", // reply
          "020000000001",
          "c0000201",
          "02000000000a",
          "c000020a");

  private static byte[] bytes(String... hex) {
    return HexFormat.of().parseHex(String.join("", hex));
  }

  @Test
  void request_isBroadcastWithTheGoldenBytes() {
    assertThat(ArpFrame.request(NODE_MAC, NODE, ROUTER).bytes()).isEqualTo(REQUEST);
  }

  @Test
  void reply_isUnicastWithTheGoldenBytes() {
    assertThat(new ArpFrame(ArpFrame.REPLY, ROUTER_MAC, ROUTER, NODE_MAC, NODE).bytes())
        .isEqualTo(REPLY);
  }

  @Test
  void parse_goldenBytes_readsWhatWasWritten() {
    assertThat(ArpFrame.parse(REPLY))
        .contains(new ArpFrame(ArpFrame.REPLY, ROUTER_MAC, ROUTER, NODE_MAC, NODE));
    assertThat(ArpFrame.parse(REQUEST)).contains(ArpFrame.request(NODE_MAC, NODE, ROUTER));
  }

  @Test
  void parse_paddedToTheLeastEthernetFrame_readsTheSame() {
    assertThat(ArpFrame.parse(Arrays.copyOf(REPLY, 60))).isEqualTo(ArpFrame.parse(REPLY));
  }

  @Test
  void parse_anyPrefix_isEmpty() {
    for (int length = 0; length < REPLY.length; length++) {
      assertThat(ArpFrame.parse(Arrays.copyOf(REPLY, length))).as("%d bytes", length).isEmpty();
    }
  }

  @Test
  void parse_otherProtocolsAndSizes_isEmpty() {
    // Offsets of EtherType, hardware, protocol, and the two lengths.
    for (int offset : List.of(12, 13, 14, 15, 16, 17, 18, 19)) {
      byte[] other = REPLY.clone();
      other[offset] ^= 0x10;
      assertThat(ArpFrame.parse(other)).as("byte %d", offset).isEqualTo(Optional.empty());
    }
  }

  @Test
  void parse_anything_neverThrows() {
    for (long seed = 0; seed < 2000; seed++) {
      Random random = new Random(seed);
      byte[] frame = random.nextBoolean() ? REPLY.clone() : new byte[random.nextInt(80)];
      for (int i = 0; i < frame.length; i++) {
        if (random.nextInt(4) == 0) {
          frame[i] = (byte) random.nextInt();
        }
      }
      Optional<ArpFrame> parsed = ArpFrame.parse(frame);
      if (parsed.isPresent()) {
        assertThat(ArpFrame.parse(parsed.get().bytes())).as("seed %d", seed).isEqualTo(parsed);
      }
    }
  }
}
