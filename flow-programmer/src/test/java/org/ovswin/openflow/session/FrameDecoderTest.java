package org.ovswin.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Octets;
import org.ovswin.openflow.OpenFlowMessage;
import org.ovswin.openflow.RandomFlows;
import org.ovswin.openflow.Version;
import org.ovswin.openflow.codec.MessageEncoder;

/** Messages out of a stream that is cut anywhere. */
final class FrameDecoderTest {
  private static final List<OpenFlowMessage> MESSAGES =
      List.of(
          new OpenFlowMessage(Version.V1_5, 1, new Message.BarrierReply()),
          new OpenFlowMessage(
              Version.V1_5, 2, Message.FlowMod.of(new FlowChange.Add(new RandomFlows(3).next()))),
          new OpenFlowMessage(
              Version.V1_5, 3, new Message.EchoRequest(Octets.ofHex("0102030405"))));

  private static byte[] stream() {
    ByteBuf out = Unpooled.buffer();
    MESSAGES.forEach(message -> MessageEncoder.write(out, message));
    return ByteBufUtil.getBytes(out);
  }

  @Test
  void stream_splitAtEveryByte_givesTheSameMessages() {
    byte[] bytes = stream();
    for (int cut = 0; cut <= bytes.length; cut++) {
      EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder());
      channel.writeInbound(Unpooled.copiedBuffer(bytes, 0, cut));
      channel.writeInbound(Unpooled.copiedBuffer(bytes, cut, bytes.length - cut));
      for (OpenFlowMessage message : MESSAGES) {
        assertThat(channel.<OpenFlowMessage>readInbound()).as("cut at %d", cut).isEqualTo(message);
      }
      assertThat(channel.finish()).isFalse();
    }
  }

  @Test
  void stream_byteByByte_givesTheSameMessages() {
    EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder());
    for (byte b : stream()) {
      channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {b}));
    }
    for (OpenFlowMessage message : MESSAGES) {
      assertThat(channel.<OpenFlowMessage>readInbound()).isEqualTo(message);
    }
  }

  @Test
  void length_shorterThanTheHeader_isRefused() {
    EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder());
    ByteBuf bad = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump("0614000700000001"));
    assertThatThrownBy(() -> channel.writeInbound(bad))
        .isInstanceOf(DecoderException.class)
        .hasMessageContaining("message length: 7 (expected: at least 8)");
  }
}
