package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import java.util.Optional;
import java.util.OptionalLong;
import org.ovswin.openflow.Match;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.MultipartReply;
import org.ovswin.openflow.Octets;
import org.ovswin.openflow.Role;
import org.ovswin.openflow.SwitchEvent;
import org.ovswin.openflow.Version;

/**
 * What a switch tells by itself (OpenFlow 1.3, 7.4.2; 1.5, 7.4.2, 7.4.4 and 7.4.6).
 *
 * <pre>
 * flow removed: 1.3, 1.4: cookie (64 bits) | priority (16) | reason (8) | table (8) | seconds (32)
 *               | nanoseconds (32) | idle (16) | hard (16) | packets (64) | bytes (64) | match
 *               1.5: table (8) | reason (8) | priority (16) | idle (16) | hard (16) | cookie (64)
 *               | match | counters (OXS)
 * role status:  role (32) | reason (8) | zeros (24) | generation (64)
 * requestforward: the request, with its header
 * </pre>
 *
 * In 1.3 the last two are ONF's experimenter messages 1911 and 2350.
 */
final class SwitchEventCodec {
  private SwitchEventCodec() {}

  static int typeOf(Version version, SwitchEvent event) {
    boolean standard = version.isAtLeast(Version.V1_4);
    return switch (event) {
      case SwitchEvent.FlowRemoved _ -> MessageType.FLOW_REMOVED;
      case SwitchEvent.PacketIn2 _ -> MessageType.EXPERIMENTER;
      case SwitchEvent.RoleStatus _ ->
          standard ? MessageType.ROLE_STATUS : MessageType.EXPERIMENTER;
      case SwitchEvent.RequestForward _ ->
          standard ? MessageType.REQUESTFORWARD : MessageType.EXPERIMENTER;
    };
  }

  static void write(ByteBuf out, Version version, SwitchEvent event) {
    switch (event) {
      case SwitchEvent.FlowRemoved removed -> writeFlowRemoved(out, version, removed);
      case SwitchEvent.PacketIn2(
              Message.PacketIn packetIn,
              Octets userdata,
              Octets continuation) -> {
        out.writeInt(Wire.NICIRA);
        out.writeInt(MessageType.NX_PACKET_IN2);
        PacketIn2Codec.write(out, version, packetIn, continuation, userdata);
      }
      case SwitchEvent.RoleStatus(Role role, int reason, long generationId) -> {
        MessageEncoder.writeOnfHeader(out, version, MessageType.ONF_ROLE_STATUS);
        out.writeInt(Wire.indexOf(role));
        out.writeByte(reason);
        out.writeZero(3);
        out.writeLong(generationId);
      }
      case SwitchEvent.RequestForward(int requestXid, Message.Request request) -> {
        MessageEncoder.writeOnfHeader(out, version, MessageType.ONF_REQUESTFORWARD);
        MessageEncoder.write(out, version, requestXid, request);
      }
    }
  }

  private static void writeFlowRemoved(
      ByteBuf out, Version version, SwitchEvent.FlowRemoved removed) {
    if (!version.isAtLeast(Version.V1_5)) {
      out.writeLong(removed.cookie());
      out.writeShort(removed.priority());
      out.writeByte(removed.reason());
      out.writeByte(removed.table());
      Durations.write(out, removed.durationNanos());
      out.writeShort(removed.idleTimeoutSeconds());
      out.writeShort(removed.hardTimeoutSeconds());
      out.writeLong(removed.packets());
      out.writeLong(removed.bytes());
      FieldCodec.writeMatch(out, version, removed.match());
      return;
    }
    out.writeByte(removed.table());
    out.writeByte(removed.reason());
    out.writeShort(removed.priority());
    out.writeShort(removed.idleTimeoutSeconds());
    out.writeShort(removed.hardTimeoutSeconds());
    out.writeLong(removed.cookie());
    FieldCodec.writeMatch(out, version, removed.match());
    OxsCodec.write(
        out,
        new OxsCodec.Counters(
            OxsCodec.known(removed.durationNanos()),
            OxsCodec.known(removed.idleNanos()),
            OptionalLong.empty(),
            OxsCodec.known(removed.packets()),
            OxsCodec.known(removed.bytes())));
  }

  static Message readFlowRemoved(WireReader in, Version version) {
    if (!version.isAtLeast(Version.V1_5)) {
      long cookie = in.i64();
      int priority = in.u16();
      int reason = in.u8();
      int table = in.u8();
      long duration = Durations.read(in);
      int idle = in.u16();
      int hard = in.u16();
      long packets = in.i64();
      long bytes = in.i64();
      Match match = FieldCodec.readMatch(in);
      return new SwitchEvent.FlowRemoved(
          table,
          priority,
          cookie,
          match,
          reason,
          idle,
          hard,
          duration,
          MultipartReply.UNKNOWN_DURATION,
          packets,
          bytes);
    }
    int table = in.u8();
    int reason = in.u8();
    int priority = in.u16();
    int idle = in.u16();
    int hard = in.u16();
    long cookie = in.i64();
    Match match = FieldCodec.readMatch(in);
    OxsCodec.Counters counters = OxsCodec.read(in);
    return new SwitchEvent.FlowRemoved(
        table,
        priority,
        cookie,
        match,
        reason,
        idle,
        hard,
        counters.durationNanos().orElse(MultipartReply.UNKNOWN_DURATION),
        counters.idleNanos().orElse(MultipartReply.UNKNOWN_DURATION),
        counters.packets().orElse(MultipartReply.UNKNOWN_COUNT),
        counters.bytes().orElse(MultipartReply.UNKNOWN_COUNT));
  }

  static Message readRoleStatus(WireReader in) {
    Role role = ControlCodec.readRole(in);
    int reason = in.u8();
    in.skip(3);
    return new SwitchEvent.RoleStatus(role, reason, in.i64());
  }

  /** Empty where the request within is none that the model knows there, or of another version. */
  static Optional<Message> readRequestForward(WireReader in, Version version) {
    if (in.u8() != version.wire()) {
      return Optional.empty();
    }
    int type = in.u8();
    int length = in.u16();
    int requestXid = in.i32();
    if (length != in.remaining() + MessageType.HEADER_BYTES) {
      return Optional.empty();
    }
    Optional<Message> request =
        switch (type) {
          case MessageType.GROUP_MOD -> GroupCodec.readMod(in, version);
          case MessageType.METER_MOD -> Optional.of(MeterCodec.readMod(in));
          default -> Optional.empty();
        };
    return request.map(r -> new SwitchEvent.RequestForward(requestXid, (Message.Request) r));
  }
}
