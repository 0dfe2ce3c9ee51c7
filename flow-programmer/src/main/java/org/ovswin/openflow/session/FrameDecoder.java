package org.ovswin.openflow.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import org.ovswin.openflow.codec.MessageDecoder;

/**
 * Cuts the stream into messages by the length in their headers and reads each. The length has 16
 * bits, so at most one message of 64 KB waits for its rest. Malformed bytes end the connection:
 * after them nothing in the stream can be trusted.
 */
final class FrameDecoder extends ByteToMessageDecoder {
  private static final int HEADER_BYTES = 8;
  private static final int LENGTH_OFFSET = 2;

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (in.readableBytes() < HEADER_BYTES) {
      return;
    }
    int length = in.getUnsignedShort(in.readerIndex() + LENGTH_OFFSET);
    if (length < HEADER_BYTES) {
      throw new IllegalStateException(
          "message length: " + length + " (expected: at least " + HEADER_BYTES + ")");
    }
    if (in.readableBytes() < length) {
      return;
    }
    out.add(MessageDecoder.read(in.readSlice(length)));
  }
}
