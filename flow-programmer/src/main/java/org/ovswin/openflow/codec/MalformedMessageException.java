package org.ovswin.openflow.codec;

/** Bytes that are no OpenFlow message. The connection that sent them cannot be trusted further. */
public final class MalformedMessageException extends RuntimeException {
  private final int offset;
  private final String reason;

  MalformedMessageException(int offset, String reason) {
    super("byte " + offset + ": " + reason);
    this.offset = offset;
    this.reason = reason;
  }

  /** What is there and what was expected, without the offset. */
  public String reason() {
    return reason;
  }

  /** Where in the message, from 0. */
  public int offset() {
    return offset;
  }
}
