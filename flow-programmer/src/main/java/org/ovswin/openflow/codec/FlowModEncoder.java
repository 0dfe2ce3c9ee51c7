package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Set;
import org.ovswin.openflow.Action;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.FlowFlag;
import org.ovswin.openflow.Match;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.PortNo;
import org.ovswin.openflow.Version;

/**
 * Writes flow-mods, of which there are more than of all other messages together: nothing is
 * allocated, and small fields are written eight bytes at a time.
 */
final class FlowModEncoder {
  private static final long NO_BUFFER_ANY_PORT =
      (long) Message.NO_BUFFER << 32 | (PortNo.ANY & 0xffff_ffffL);

  private FlowModEncoder() {}

  /** A whole message that makes this change. */
  static void write(ByteBuf out, Version version, int xid, FlowChange change) {
    int start = startMessage(out, version, MessageType.FLOW_MOD, xid);
    switch (change) {
      case FlowChange.Add(Flow flow) ->
          writeBody(out, version, Message.FlowMod.Command.ADD, flow, flow.actions());
      case FlowChange.ModifyStrict(Flow flow) ->
          writeBody(out, version, Message.FlowMod.Command.MODIFY_STRICT, flow, flow.actions());
      case FlowChange.DeleteStrict(Flow flow) ->
          writeBody(out, version, Message.FlowMod.Command.DELETE_STRICT, flow, List.of());
    }
    finishMessage(out, start);
  }

  /** A whole message that adds this change to a bundle; the flow-mod has the same xid. */
  static void writeBundleAdd(
      ByteBuf out, Version version, int xid, int bundleId, int flags, FlowChange change) {
    int start;
    if (version.isAtLeast(Version.V1_4)) {
      start = startMessage(out, version, MessageType.BUNDLE_ADD, xid);
    } else {
      start = startMessage(out, version, MessageType.EXPERIMENTER, xid);
      out.writeLong((long) Wire.ONF << 32 | MessageType.ONF_BUNDLE_ADD);
    }
    out.writeLong((long) bundleId << 32 | (flags & 0xffff));
    write(out, version, xid, change);
    finishMessage(out, start);
  }

  /** The header, whose length {@link #finishMessage} fills in. */
  private static int startMessage(ByteBuf out, Version version, int type, int xid) {
    int start = out.writerIndex();
    out.writeLong((long) version.wire() << 56 | (long) type << 48 | (xid & 0xffff_ffffL));
    return start;
  }

  private static void finishMessage(ByteBuf out, int start) {
    int length = out.writerIndex() - start;
    if (length > MessageEncoder.MAX_MESSAGE_BYTES) {
      throw new IllegalArgumentException(
          "message: %d bytes (expected: at most %d)"
              .formatted(length, MessageEncoder.MAX_MESSAGE_BYTES));
    }
    out.setShort(start + 2, length);
  }

  private static void writeBody(
      ByteBuf out,
      Version version,
      Message.FlowMod.Command command,
      Flow flow,
      List<Action> actions) {
    writeCookieAndTerms(
        out,
        flow.cookie(),
        0,
        terms(
            flow.table(),
            command,
            flow.idleTimeoutSeconds(),
            flow.hardTimeoutSeconds(),
            flow.priority()));
    out.writeLong(NO_BUFFER_ANY_PORT);
    writeRest(
        out,
        version,
        Message.FlowMod.ANY_GROUP,
        flow.flags(),
        flow.importance(),
        flow.match(),
        actions);
  }

  /**
   * What follows the header.
   *
   * <pre>
   * cookie (64 bits) | cookie mask (64) | table (8) | command (8) | idle (16) | hard (16)
   * | priority (16) | buffer (32) | out port (32) | out group (32) | flags (16)
   * | importance, from 1.4 on (16) | match | instructions
   * </pre>
   */
  static void writeBody(ByteBuf out, Version version, Message.FlowMod mod) {
    writeCookieAndTerms(
        out,
        mod.cookie(),
        mod.cookieMask(),
        terms(
            mod.table(),
            mod.command(),
            mod.idleTimeoutSeconds(),
            mod.hardTimeoutSeconds(),
            mod.priority()));
    out.writeLong((long) mod.bufferId() << 32 | (mod.outPort() & 0xffff_ffffL));
    writeRest(
        out, version, mod.outGroup(), mod.flags(), mod.importance(), mod.match(), mod.actions());
  }

  private static void writeCookieAndTerms(ByteBuf out, long cookie, long cookieMask, long terms) {
    out.writeLong(cookie);
    out.writeLong(cookieMask);
    out.writeLong(terms);
  }

  private static long terms(
      int table, Message.FlowMod.Command command, int idleSeconds, int hardSeconds, int priority) {
    return (long) table << 56
        | (long) Wire.indexOf(command) << 48
        | (long) (idleSeconds & 0xffff) << 32
        | (long) (hardSeconds & 0xffff) << 16
        | (priority & 0xffff);
  }

  private static void writeRest(
      ByteBuf out,
      Version version,
      int outGroup,
      Set<FlowFlag> flags,
      int importance,
      Match match,
      List<Action> actions) {
    int kept = version.isAtLeast(Version.V1_4) ? importance & 0xffff : 0;
    out.writeLong((long) outGroup << 32 | (long) FlowFlag.toBits(flags) << 16 | kept);
    FieldCodec.writeMatch(out, version, match);
    InstructionCodec.write(out, version, actions);
  }
}
