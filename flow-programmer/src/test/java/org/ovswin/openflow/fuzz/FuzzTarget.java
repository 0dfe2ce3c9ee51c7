package org.ovswin.openflow.fuzz;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowParser;
import org.ovswin.openflow.FlowSyntaxException;
import org.ovswin.openflow.OpenFlowMessage;
import org.ovswin.openflow.codec.MalformedMessageException;
import org.ovswin.openflow.codec.MessageDecoder;
import org.ovswin.openflow.codec.MessageEncoder;

/**
 * What Jazzer calls with any bytes: they are read, or refused with the one exception that is meant
 * for it; what was read can be shown and written, and once written it stays the same.
 */
public final class FuzzTarget {
  /** System property: the name of a {@link Family}. */
  static final String FAMILY = "ovswin.fuzz.family";

  private static final Family CHOSEN = Family.valueOf(System.getProperty(FAMILY, "ANY"));

  /** A message of 64 KB may need more room in the form that we write: its length has 16 bits. */
  private static final int MAX_INPUT = 16 * 1024;

  private FuzzTarget() {}

  /** Jazzer's entry. */
  public static void fuzzerTestOneInput(byte[] input) {
    check(CHOSEN, input);
  }

  static void check(Family family, byte[] input) {
    if (input.length > MAX_INPUT) {
      return;
    }
    if (family == Family.FLOW_TEXT) {
      checkText(new String(input, StandardCharsets.ISO_8859_1));
    } else {
      checkMessage(family.message(input));
    }
  }

  private static void checkMessage(ByteBuf bytes) {
    OpenFlowMessage read;
    try {
      read = MessageDecoder.read(bytes);
    } catch (MalformedMessageException e) {
      expect(e.offset() >= 0 && e.offset() <= bytes.readableBytes(), "offset " + e.offset(), bytes);
      return;
    }
    expect(!read.text().isEmpty(), "no text", bytes);
    ByteBuf once = write(read);
    OpenFlowMessage again;
    try {
      again = MessageDecoder.read(once);
    } catch (MalformedMessageException e) {
      throw new AssertionError(
          "written as %s: %s".formatted(ByteBufUtil.hexDump(once), e.getMessage()), e);
    }
    ByteBuf twice = write(again);
    expect(
        once.equals(twice),
        "written as %s, then as %s"
            .formatted(ByteBufUtil.hexDump(once), ByteBufUtil.hexDump(twice)),
        bytes);
  }

  private static ByteBuf write(OpenFlowMessage message) {
    ByteBuf out = Unpooled.buffer();
    MessageEncoder.write(out, message);
    return out;
  }

  private static void checkText(String text) {
    Flow flow;
    try {
      flow = FlowParser.parse(text);
    } catch (FlowSyntaxException e) {
      return;
    }
    String shown = flow.toString();
    Flow again;
    try {
      again = FlowParser.parse(shown);
    } catch (FlowSyntaxException e) {
      throw new AssertionError("'%s' shown as '%s': %s".formatted(text, shown, e.getMessage()), e);
    }
    if (!again.toString().equals(shown)) {
      throw new AssertionError(
          "'%s' shown as '%s', then as '%s'".formatted(text, shown, again.toString()));
    }
  }

  private static void expect(boolean condition, String what, ByteBuf bytes) {
    if (!condition) {
      throw new AssertionError(what + " of " + ByteBufUtil.hexDump(bytes));
    }
  }
}
