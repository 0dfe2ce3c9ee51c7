package org.ovswin.ovsdb.jsonrpc;

import io.netty.handler.codec.DecoderException;

/** The peer sent what is not JSON-RPC; the connection cannot be used any further. */
final class MalformedInput extends DecoderException {
  private static final long serialVersionUID = 1;

  /**
   * @param offset bytes since the connection began
   */
  MalformedInput(long offset, String reason) {
    super("malformed input at byte " + offset + ": " + reason);
  }
}
