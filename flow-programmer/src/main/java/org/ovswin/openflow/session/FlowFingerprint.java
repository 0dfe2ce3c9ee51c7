package org.ovswin.openflow.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.FlowDiff;
import org.ovswin.openflow.Version;
import org.ovswin.openflow.codec.MessageEncoder;

/**
 * Numbers that stand for a flow: 128 bits for its key, 64 for its actions, 64 for its terms
 * (cookie, timeouts, flags, importance). Made of the flow's canonical form as a flow-mod of the
 * session's version, so that what was sent and what the switch reports for it have the same
 * numbers; and by SHA-256, so that nobody who chooses a match can choose its numbers. One thread.
 *
 * <pre>
 * header (64 bits) | cookie (64) | cookie mask (64) | table (8) | command (8) | idle (16)
 * | hard (16) | priority (16) | buffer (32) | port (32) | group (32) | flags (16)
 * | importance (16) | match: type (16), length (16), fields, zeros to 64 bits | instructions
 * </pre>
 */
final class FlowFingerprint {
  private static final int COOKIE = 8;
  private static final int TABLE = 24;
  private static final int PRIORITY = 30;
  private static final int MATCH = 48;
  private static final int MATCH_LENGTH = MATCH + 2;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final Version version;
  private final MessageDigest digest;
  private final ByteBuf message = Unpooled.buffer(4096, MessageEncoder.MAX_MESSAGE_BYTES + 8192);
  private final byte[] sum = new byte[32];

  private long keyHigh;
  private long keyLow;
  private int matchEnd;

  FlowFingerprint(Version version) {
    this.version = version;
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * Takes a flow in; what it has for numbers is asked next.
   *
   * @throws IllegalArgumentException the version cannot say this flow
   */
  void take(Flow flow) {
    Flow canonical = FlowDiff.canonical(flow);
    message.clear();
    MessageEncoder.writeFlowMod(message, version, 0, new FlowChange.Add(canonical));
    byte[] bytes = message.array();
    int matchLength = message.getUnsignedShort(MATCH_LENGTH);
    matchEnd = MATCH + ((matchLength + 7) & ~7);
    digest.update(bytes[TABLE]);
    digest.update(bytes, PRIORITY, 2);
    digest.update(bytes, MATCH, matchLength);
    finish();
    keyHigh = (long) LONG.get(sum, 0);
    keyLow = (long) LONG.get(sum, 8);
  }

  long keyHigh() {
    return keyHigh;
  }

  long keyLow() {
    return keyLow;
  }

  /** Of cookie, timeouts, flags and importance. */
  long terms() {
    byte[] bytes = message.array();
    digest.update(bytes, COOKIE, MATCH - COOKIE);
    finish();
    return (long) LONG.get(sum, 0);
  }

  /** Of the terms and the actions. */
  long content() {
    byte[] bytes = message.array();
    digest.update(bytes, COOKIE, MATCH - COOKIE);
    digest.update(bytes, matchEnd, message.writerIndex() - matchEnd);
    finish();
    return (long) LONG.get(sum, 0);
  }

  private void finish() {
    try {
      digest.digest(sum, 0, sum.length);
    } catch (DigestException e) {
      throw new IllegalStateException("SHA-256 fits " + sum.length + " bytes", e);
    }
  }
}
