package org.ovswin.ovsdb.jsonrpc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/**
 * Cuts a stream of JSON objects into one buffer per object.
 *
 * <pre>
 *   {"id":1,"result":["C:\\"],"error":null}\n{"method":"echo", ...
 *   ^ depth 1           ^^^ in a string: an escape takes the byte after it,
 *                           so this quote does end the string
 *                                        ^ depth 0: one message
 * </pre>
 *
 * <p>RFC 7047 (4) has no delimiter between messages but the end of the outer object. Braces count
 * only outside strings; bytes above 0x7f occur in strings alone and never equal an ASCII byte in
 * UTF-8, so bytes can be looked at one by one. Whether the object is legal JSON is for the parser:
 * up to its closing brace this agrees with any legal JSON.
 *
 * <p>One per connection, on its event loop.
 */
final class JsonFramer extends ByteToMessageDecoder {

  private final int maxMessageBytes;

  /** Bytes of the stream before the buffer's reader index. */
  private long consumed;

  /** Bytes after the reader index that were looked at; they are part of one message. */
  private int scanned;

  private int depth;
  private boolean inString;
  private boolean escaped;
  private boolean failed;

  JsonFramer(int maxMessageBytes) {
    this.maxMessageBytes = maxMessageBytes;
  }

  /** Bytes of the stream up to the end of the last message. */
  long consumed() {
    return consumed;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (failed) {
      in.skipBytes(in.readableBytes());
      return;
    }
    if (scanned == 0 && !atObject(in)) {
      return;
    }
    int start = in.readerIndex();
    for (int i = start + scanned; i < in.writerIndex(); i++) {
      if (endsObject(in.getByte(i))) {
        int length = i + 1 - start;
        requireLength(length);
        out.add(in.readRetainedSlice(length));
        consumed += length;
        scanned = 0;
        return;
      }
    }
    scanned = in.readableBytes();
    requireLength(scanned);
  }

  /** Skips the white space between messages; true at an opening brace. */
  private boolean atObject(ByteBuf in) {
    while (in.isReadable()) {
      byte b = in.getByte(in.readerIndex());
      if (b == '{') {
        return true;
      }
      if (b != ' ' && b != '\t' && b != '\n' && b != '\r') {
        throw fail(consumed, String.format("0x%02x (expected: '{')", b & 0xff));
      }
      in.skipBytes(1);
      consumed++;
    }
    return false;
  }

  private boolean endsObject(byte b) {
    if (escaped) {
      escaped = false;
    } else if (inString) {
      if (b == '\\') {
        escaped = true;
      } else if (b == '"') {
        inString = false;
      }
    } else if (b == '"') {
      inString = true;
    } else if (b == '{') {
      depth++;
    } else if (b == '}') {
      depth--;
      return depth == 0;
    }
    return false;
  }

  private void requireLength(int length) {
    if (length > maxMessageBytes) {
      throw fail(
          consumed, "message of " + length + " bytes (expected: at most " + maxMessageBytes + ")");
    }
  }

  private MalformedInput fail(long offset, String reason) {
    failed = true;
    return new MalformedInput(offset, reason);
  }
}
