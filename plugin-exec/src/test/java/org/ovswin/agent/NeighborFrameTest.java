package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.ipam.address.MacAddress;

class NeighborFrameTest {
  private static final MacAddress NODE_MAC = MacAddress.parse("02:00:ac:1e:00:0b");
  private static final MacAddress ROUTER_MAC = MacAddress.parse("02:00:ac:1e:00:01");
  private static final Ipv6Address NODE = Ipv6Address.parse("fd00:30::11");
  private static final Ipv6Address ROUTER = Ipv6Address.parse("fe80::1:2:3");

  /** As RFC 4861, 4.3 has it; the checksum (RFC 4443, 2.3) is added up apart. */
  private static final String QUESTION =
      "3333ff020003" // the MAC of ff02::1:ff02:3
          + "0200ac1e000b"
          + "86dd"
          + "60000000" // version 6
          + "0020" // 32 bytes
          + "3a" // ICMPv6
          + "ff" // hop limit
          + "fd000030000000000000000000000011"
          + "ff0200000000000000000001ff020003"
          + "87" // neighbour solicitation
          + "00"
          + "CCCC" // checksum
          + "00000000"
          + "fe800000000000000000000100020003"
          + "01" // source link-layer address
          + "01" // 8 bytes
          + "0200ac1e000b";

  /** Solicited and overriding, of a router (RFC 4861, 4.4). */
  private static final String ANSWER =
      "0200ac1e000b0200ac1e000186dd60000000"
          + "0020"
          + "3aff"
          + "fe800000000000000000000100020003"
          + "fd000030000000000000000000000011"
          + "88000000e0000000"
          + "fe800000000000000000000100020003"
          + "02010200ac1e0001";

  private static final byte[] ANSWERED = HexFormat.of().parseHex(ANSWER);

  @Test
  void solicitation_isTheFrameOfTheRfc() {
    byte[] frame = NeighborFrame.solicitation(NODE_MAC, NODE, ROUTER).solicitation();

    String checksum = HexFormat.of().formatHex(frame, 56, 58);
    assertThat(HexFormat.of().formatHex(frame)).isEqualTo(QUESTION.replace("CCCC", checksum));
    assertThat(sumOf(frame)).as("with its checksum, in ones' complement").isEqualTo(0xffff);
  }

  /** Of pseudo-header and message: all ones where the checksum is right (RFC 1071, 1). */
  private static int sumOf(byte[] frame) {
    long sum = 58 + 32;
    for (int i = 22; i < frame.length; i += 2) {
      sum += ((frame[i] & 0xff) << 8) | (frame[i + 1] & 0xff);
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (int) sum;
  }

  @Test
  void parse_ofWhatIsAsked_isTheQuestion() {
    NeighborFrame question = NeighborFrame.solicitation(NODE_MAC, NODE, ROUTER);

    assertThat(NeighborFrame.parse(question.solicitation())).contains(question);
  }

  @Test
  void parse_answer_hasTheTargetsMac() {
    assertThat(NeighborFrame.parse(ANSWERED))
        .contains(new NeighborFrame(NeighborFrame.ADVERTISEMENT, ROUTER, ROUTER, ROUTER_MAC));
  }

  @Test
  void parse_answerWithoutTheOption_hasTheFramesSender() {
    byte[] bare = Arrays.copyOf(ANSWERED, ANSWERED.length - 8);
    bare[19] = 24;

    assertThat(NeighborFrame.parse(bare).map(NeighborFrame::mac)).contains(ROUTER_MAC);
  }

  @Test
  void parse_answerBehindAnotherOption_findsIt() {
    byte[] longer = Arrays.copyOf(ANSWERED, ANSWERED.length + 24);
    System.arraycopy(ANSWERED, 78, longer, 78 + 24, 8);
    longer[78] = 14; // A nonce (RFC 3971, 5.3.2) of 24 bytes.
    longer[79] = 3;
    longer[19] = 32 + 24;
    longer[78 + 24 + 7] = 9;

    assertThat(NeighborFrame.parse(longer).map(NeighborFrame::mac))
        .contains(MacAddress.parse("02:00:ac:1e:00:09"));
  }

  @Test
  void parse_whatIsNoValidMessage_isEmpty() {
    byte[] routed = changed(21, 64);
    byte[] otherProtocol = changed(20, 17);
    byte[] otherType = changed(54, 134);
    byte[] otherCode = changed(55, 1);
    byte[] otherEtherType = changed(13, 0);
    byte[] ipv4 = changed(14, 0x45);
    byte[] tooLong = changed(19, 200);
    byte[] tooShort = changed(19, 8);
    for (byte[] frame :
        new byte[][] {
          routed, otherProtocol, otherType, otherCode, otherEtherType, ipv4, tooLong, tooShort
        }) {
      assertThat(NeighborFrame.parse(frame))
          .as(HexFormat.of().formatHex(frame))
          .isEqualTo(Optional.empty());
    }
    for (int length = 0; length < 78; length++) {
      assertThat(NeighborFrame.parse(Arrays.copyOf(ANSWERED, length))).as("%d", length).isEmpty();
    }
  }

  @Test
  void parse_optionOfNoLength_endsThere() {
    byte[] question = NeighborFrame.solicitation(NODE_MAC, NODE, ROUTER).solicitation();
    question[79] = 0;

    assertThat(NeighborFrame.parse(question)).isEmpty();
  }

  private static byte[] changed(int at, int value) {
    byte[] frame = ANSWERED.clone();
    frame[at] = (byte) value;
    return frame;
  }
}
