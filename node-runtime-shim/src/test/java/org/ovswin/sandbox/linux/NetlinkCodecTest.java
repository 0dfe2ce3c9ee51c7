package org.ovswin.sandbox.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.linux.AddressMessages.PrefixRoute;

class NetlinkCodecTest {
  @Test
  void encode_addAddress_isTheDocumentedBytes() {
    ByteBuffer message =
        hostOrder(
            AddressMessages.add(7, InetPrefix.parse("10.244.1.5/24"), PrefixRoute.MADE).encode(9));
    assertThat(message.getInt()).as("length").isEqualTo(40);
    assertThat(message.getShort()).as("RTM_NEWADDR").isEqualTo((short) 20);
    assertThat(message.getShort()).as("REQUEST|ACK|EXCL|CREATE").isEqualTo((short) 0x605);
    assertThat(message.getInt()).as("sequence").isEqualTo(9);
    assertThat(message.getInt()).as("port").isZero();
    assertThat(message.get()).as("AF_INET").isEqualTo((byte) 2);
    assertThat(message.get()).as("prefix length").isEqualTo((byte) 24);
    assertThat(message.getShort()).as("flags and scope").isZero();
    assertThat(message.getInt()).as("link").isEqualTo(7);
    for (short attribute : new short[] {2, 1}) {
      assertThat(message.getShort()).as("attribute length").isEqualTo((short) 8);
      assertThat(message.getShort()).as("IFA_LOCAL, IFA_ADDRESS").isEqualTo(attribute);
      byte[] address = new byte[4];
      message.get(address);
      assertThat(address).containsExactly(10, 244, 1, 5);
    }
    assertThat(message.remaining()).isZero();
  }

  @Test
  void encode_addRule_isTheDocumentedBytes() {
    ByteBuffer message =
        hostOrder(
            RuleMessages.add(
                    new PolicyRule(28534, InetPrefix.parse("10.244.1.5/32"), 0x6f000003, 111))
                .encode(9));
    assertThat(message.getInt()).as("length").isEqualTo(60);
    assertThat(message.getShort()).as("RTM_NEWRULE").isEqualTo((short) 32);
    assertThat(message.getShort()).as("REQUEST|ACK|EXCL|CREATE").isEqualTo((short) 0x605);
    message.position(NetlinkRequest.HEADER_LENGTH);
    assertThat(message.get()).as("AF_INET").isEqualTo((byte) 2);
    assertThat(message.get()).as("destination length").isZero();
    assertThat(message.get()).as("source length").isEqualTo((byte) 32);
    assertThat(message.get()).as("tos").isZero();
    assertThat(message.get()).as("table: in the attribute").isZero();
    assertThat(message.getShort()).as("reserved").isZero();
    assertThat(message.get()).as("FR_ACT_TO_TBL").isEqualTo((byte) 1);
    assertThat(message.getInt()).as("flags").isZero();
    assertThat(message.getInt()).as("FRA_SRC").isEqualTo(attributeHeader(8, 2));
    byte[] source = new byte[4];
    message.get(source);
    assertThat(source).containsExactly(10, 244, 1, 5);
    assertThat(message.getInt()).as("FRA_PRIORITY").isEqualTo(attributeHeader(8, 6));
    assertThat(message.getInt()).isEqualTo(28534);
    assertThat(message.getInt()).as("FRA_TABLE").isEqualTo(attributeHeader(8, 15));
    assertThat(message.getInt()).isEqualTo(0x6f000003);
    assertThat(message.getInt()).as("FRA_PROTOCOL").isEqualTo(attributeHeader(5, 21));
    assertThat(message.get()).isEqualTo((byte) 111);
    assertThat(message.remaining()).as("padding").isEqualTo(3);
  }

  private static int attributeHeader(int length, int type) {
    return hostOrder(new byte[4]).putShort((short) length).putShort((short) type).rewind().getInt();
  }

  @Test
  void attributes_writtenAndRead_areTheSame() throws Exception {
    NetlinkRequest request =
        new NetlinkRequest(0, 0, "nothing")
            .attributeText(3, "eth0")
            .attributeU32(4, 1450)
            .nest(18, inner -> inner.attributeText(1, "veth").nest(2, data -> data.u32(0)));
    ByteBuffer body = hostOrder(request.encode(1)).position(NetlinkRequest.HEADER_LENGTH);

    NetlinkAttributes attributes = NetlinkAttributes.read(body);

    assertThat(attributes.text(3)).contains("eth0");
    assertThat(attributes.u32(4)).hasValue(1450);
    assertThat(attributes.u32(3)).as("a text is no number").isEmpty();
    assertThat(attributes.nested(18).text(1)).contains("veth");
    assertThat(attributes.nested(99).text(1)).isEmpty();
    assertThat(attributes.address(3)).as("a text is no address").isEmpty();
  }

  @Test
  void attributes_lengthsThatLeadOut_areRefused() {
    for (int length : new int[] {0, 3, 13}) {
      ByteBuffer body =
          ByteBuffer.allocate(12).order(ByteOrder.nativeOrder()).putShort((short) length).rewind();
      assertThatThrownBy(() -> NetlinkAttributes.read(body))
          .as("length %d", length)
          .isInstanceOf(NetlinkFormatException.class)
          .hasMessage(
              "netlink: length of attribute 0 at 0: %d (expected: 4 to 12)".formatted(length));
    }
  }

  @Test
  void decode_truncatedAnywhere_neverReadsBeyond() {
    byte[] link =
        ByteBuffer.allocate(16 + 12)
            .order(ByteOrder.nativeOrder())
            .position(16)
            .putShort((short) 12)
            .putShort((short) 3)
            .putLong(0x30687465L)
            .array();
    for (int length = 0; length < link.length; length++) {
      ByteBuffer truncated = hostOrder(java.util.Arrays.copyOf(link, length));
      if (length != 16 && length != 17 && length != 18 && length != 19) {
        assertThatThrownBy(() -> LinkMessages.decode(truncated))
            .as("%d octets", length)
            .isInstanceOf(NetlinkFormatException.class);
      }
    }
  }

  @Test
  void decode_shortHeaders_areRefused() {
    ByteBuffer three = ByteBuffer.allocate(3);
    assertThatThrownBy(() -> AddressMessages.decode(three))
        .isInstanceOf(NetlinkFormatException.class)
        .hasMessage("netlink: ifaddrmsg: 3 octets (expected: at least 8)");
    assertThatThrownBy(() -> RouteMessages.decode(three))
        .isInstanceOf(NetlinkFormatException.class)
        .hasMessage("netlink: rtmsg: 3 octets (expected: at least 12)");
    assertThatThrownBy(() -> RuleMessages.decode(three))
        .isInstanceOf(NetlinkFormatException.class)
        .hasMessage("netlink: fib_rule_hdr: 3 octets (expected: at least 12)");
  }

  @Test
  void errno_unknown_isKeptAsNumber() {
    assertThat(new Errno(4711)).hasToString("errno 4711");
    assertThat(Errno.EEXIST).hasToString("EEXIST");
  }

  private static ByteBuffer hostOrder(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }
}
