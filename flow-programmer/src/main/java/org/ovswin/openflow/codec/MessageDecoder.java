package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import org.ovswin.openflow.Action;
import org.ovswin.openflow.ControlReply;
import org.ovswin.openflow.ControlRequest;
import org.ovswin.openflow.FlowFlag;
import org.ovswin.openflow.Match;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.OpenFlowMessage;
import org.ovswin.openflow.PortNo;
import org.ovswin.openflow.Version;

/**
 * Reads messages. A type or a multipart type that the model does not know becomes {@link
 * Message.Raw}.
 */
public final class MessageDecoder {
  private static final int HELLO_ELEMENT_VERSIONS = 1;

  private MessageDecoder() {}

  /**
   * One message, which is all that is readable; the reader index stays where it is.
   *
   * @throws MalformedMessageException with the offset in the message and the reason
   */
  public static OpenFlowMessage read(ByteBuf message) {
    WireReader in = new WireReader(message);
    int wireVersion = in.u8();
    int type = in.u8();
    int length = in.u16();
    int xid = in.i32();
    if (length != in.remaining() + MessageType.HEADER_BYTES) {
      throw new MalformedMessageException(
          2,
          "length: %d (expected: %d)".formatted(length, in.remaining() + MessageType.HEADER_BYTES));
    }
    return new OpenFlowMessage(wireVersion, xid, readBody(in, wireVersion, type, xid));
  }

  private static Message readBody(WireReader in, int wireVersion, int type, int xid) {
    Optional<Version> version = Version.ofWire(wireVersion);
    if (type == MessageType.HELLO) {
      return new Message.Hello(helloVersions(in));
    }
    if (type == MessageType.ERROR) {
      return error(in);
    }
    if (version.isEmpty()) {
      return new Message.Raw(type, in.rest());
    }
    WireReader whole = in.copy();
    try {
      return readBody(in, version.get(), type, xid)
          .orElseGet(() -> new Message.Raw(type, whole.rest()));
    } catch (IllegalArgumentException e) {
      throw in.malformed(String.valueOf(e.getMessage()));
    }
  }

  private static Optional<Message> readBody(WireReader in, Version version, int type, int xid) {
    boolean bundles = version.isAtLeast(Version.V1_4);
    return switch (type) {
      case MessageType.ECHO_REQUEST -> Optional.of(new Message.EchoRequest(in.rest()));
      case MessageType.ECHO_REPLY -> Optional.of(new Message.EchoReply(in.rest()));
      case MessageType.FEATURES_REQUEST -> Optional.of(new Message.FeaturesRequest());
      case MessageType.FEATURES_REPLY -> {
        long datapathId = in.i64();
        int buffers = in.i32();
        int tables = in.u8();
        int auxiliaryId = in.u8();
        in.skip(2);
        yield Optional.of(
            new Message.FeaturesReply(
                datapathId, buffers, tables, auxiliaryId, in.i32(), in.i32()));
      }
      case MessageType.GET_CONFIG_REQUEST -> Optional.of(new Message.GetConfigRequest());
      case MessageType.GET_CONFIG_REPLY ->
          Optional.of(new Message.GetConfigReply(in.u16(), in.u16()));
      case MessageType.SET_CONFIG -> Optional.of(new Message.SetConfig(in.u16(), in.u16()));
      case MessageType.BARRIER_REQUEST -> Optional.of(new Message.BarrierRequest());
      case MessageType.BARRIER_REPLY -> Optional.of(new Message.BarrierReply());
      case MessageType.PACKET_IN -> Optional.of(packetIn(in));
      case MessageType.PACKET_OUT -> Optional.of(packetOut(in, version));
      case MessageType.FLOW_MOD -> Optional.of(flowMod(in, version));
      case MessageType.GROUP_MOD -> GroupCodec.readMod(in, version);
      case MessageType.METER_MOD -> Optional.of(MeterCodec.readMod(in));
      case MessageType.PORT_STATUS -> {
        int reason = in.u8();
        in.skip(7);
        yield Optional.of(new Message.PortStatus(reason, PortCodec.read(in, version)));
      }
      case MessageType.MULTIPART_REQUEST -> multipartRequest(in, version);
      case MessageType.MULTIPART_REPLY -> multipartReply(in, version);
      case MessageType.BUNDLE_CONTROL -> bundles ? Optional.of(control(in)) : Optional.empty();
      case MessageType.BUNDLE_ADD -> bundles ? bundleAdd(in, version, xid) : Optional.empty();
      case MessageType.EXPERIMENTER -> experimenter(in, version, xid);
      case MessageType.FLOW_REMOVED -> Optional.of(SwitchEventCodec.readFlowRemoved(in, version));
      case MessageType.PORT_MOD -> ControlCodec.readPortMod(in, version);
      case MessageType.TABLE_MOD -> ControlCodec.readTableMod(in, version);
      case MessageType.ROLE_REQUEST -> Optional.of(ControlCodec.readRoleRequest(in));
      case MessageType.ROLE_REPLY -> Optional.of(ControlCodec.readRoleReply(in));
      case MessageType.GET_ASYNC_REQUEST -> Optional.of(new ControlRequest.GetAsync());
      case MessageType.GET_ASYNC_REPLY ->
          AsyncConfigCodec.read(in, version).map(ControlReply.AsyncReply::new);
      case MessageType.SET_ASYNC ->
          AsyncConfigCodec.read(in, version).map(ControlRequest.SetAsync::new);
      case MessageType.ROLE_STATUS ->
          bundles ? Optional.of(SwitchEventCodec.readRoleStatus(in)) : Optional.empty();
      case MessageType.REQUESTFORWARD ->
          bundles ? SwitchEventCodec.readRequestForward(in, version) : Optional.empty();
      default -> Optional.empty();
    };
  }

  /** Elements of type (16 bits), length (16), value, zeros to a multiple of 8 bytes. */
  private static OptionalInt helloVersions(WireReader in) {
    OptionalInt versions = OptionalInt.empty();
    while (in.hasMore()) {
      WireReader element = in.paddedProperty();
      int type = element.u16();
      element.skip(2);
      if (type == HELLO_ELEMENT_VERSIONS && element.hasMore()) {
        versions = OptionalInt.of(element.i32());
      }
    }
    return versions;
  }

  private static Message error(WireReader in) {
    int type = in.u16();
    int code = in.u16();
    int experimenter = type == Wire.EXPERIMENTER ? in.i32() : 0;
    return new Message.ErrorReply(type, code, experimenter, in.rest());
  }

  private static Message packetIn(WireReader in) {
    int buffer = in.i32();
    int totalLength = in.u16();
    int reason = in.u8();
    int table = in.u8();
    long cookie = in.i64();
    Match match = FieldCodec.readMatch(in);
    in.skip(2);
    return new Message.PacketIn(buffer, totalLength, reason, table, cookie, match, in.rest());
  }

  private static Message packetOut(WireReader in, Version version) {
    int buffer = in.i32();
    Match match;
    WireReader actions;
    if (version.isAtLeast(Version.V1_5)) {
      int length = in.u16();
      in.skip(2);
      match = FieldCodec.readMatch(in);
      actions = in.sub(length);
    } else {
      int inPort = in.i32();
      match = inPort == PortNo.ANY ? Match.ANY : Match.builder().inPort(inPort).buildAsReceived();
      int length = in.u16();
      in.skip(6);
      actions = in.sub(length);
    }
    List<Action> read = ActionDecoder.read(actions, version);
    return new Message.PacketOut(buffer, match, read, in.rest());
  }

  private static Message flowMod(WireReader in, Version version) {
    long cookie = in.i64();
    long cookieMask = in.i64();
    int table = in.u8();
    int command = in.u8();
    Message.FlowMod.Command[] commands = Message.FlowMod.Command.values();
    if (command >= commands.length) {
      throw in.malformed("flow-mod command: " + command + " (expected: 0 to 4)");
    }
    int idle = in.u16();
    int hard = in.u16();
    int priority = in.u16();
    int buffer = in.i32();
    int outPort = in.i32();
    int outGroup = in.i32();
    int flags = in.u16();
    int importance = in.u16();
    Match match = FieldCodec.readMatch(in);
    return new Message.FlowMod(
        commands[command],
        table,
        priority,
        cookie,
        cookieMask,
        match,
        InstructionCodec.read(in, version),
        idle,
        hard,
        FlowFlag.ofBits(flags),
        version.isAtLeast(Version.V1_4) ? importance : 0,
        buffer,
        outPort,
        outGroup);
  }

  private static Optional<Message> multipartRequest(WireReader in, Version version) {
    int type = in.u16();
    in.skip(6);
    return switch (type) {
      case MessageType.MULTIPART_FLOW -> {
        int table = in.u8();
        in.skip(3);
        int outPort = in.i32();
        int outGroup = in.i32();
        in.skip(4);
        long cookie = in.i64();
        long cookieMask = in.i64();
        yield Optional.of(
            new Message.FlowStatsRequest(
                table, outPort, outGroup, cookie, cookieMask, FieldCodec.readMatch(in)));
      }
      case MessageType.MULTIPART_PORT_DESC -> {
        int port = version.isAtLeast(Version.V1_5) ? in.i32() : PortNo.ANY;
        yield Optional.of(new Message.PortDescRequest(port));
      }
      default -> MultipartRequestCodec.read(type, in, version);
    };
  }

  private static Optional<Message> multipartReply(WireReader in, Version version) {
    int type = in.u16();
    Message.More more =
        (in.u16() & MessageType.MULTIPART_MORE) != 0 ? Message.More.FOLLOWS : Message.More.LAST;
    in.skip(4);
    return switch (type) {
      case MessageType.MULTIPART_FLOW ->
          Optional.of(new Message.FlowStatsReply(more, all(in, version, FlowStatsCodec::read)));
      case MessageType.MULTIPART_PORT_DESC ->
          Optional.of(new Message.PortDescReply(more, all(in, version, PortCodec::read)));
      default -> MultipartReplyCodec.read(type, more, in, version);
    };
  }

  private static <T> List<T> all(
      WireReader in, Version version, BiFunction<WireReader, Version, T> one) {
    List<T> entries = new ArrayList<>();
    while (in.hasMore()) {
      entries.add(one.apply(in, version));
    }
    return entries;
  }

  private static Message control(WireReader in) {
    int bundleId = in.i32();
    int kind = in.u16();
    Message.BundleControl.Kind[] kinds = Message.BundleControl.Kind.values();
    if (kind >= kinds.length) {
      throw in.malformed("bundle control type: " + kind + " (expected: 0 to 7)");
    }
    return new Message.BundleControl(bundleId, kinds[kind], in.u16());
  }

  /** The inner message; a bundle within a bundle, or another version, is left as it is. */
  private static Optional<Message> bundleAdd(WireReader in, Version version, int xid) {
    int bundleId = in.i32();
    in.skip(2);
    int flags = in.u16();
    WireReader ahead = in.copy();
    int wireVersion = ahead.u8();
    int type = ahead.u8();
    int length = ahead.u16();
    int innerXid = ahead.i32();
    boolean nested = type == MessageType.BUNDLE_ADD || type == MessageType.EXPERIMENTER;
    // Both headers must agree, or what is written for this would not be what was read.
    boolean alike = wireVersion == version.wire() && innerXid == xid;
    if (!alike || nested || length != in.remaining()) {
      return Optional.empty();
    }
    Message message = readBody(ahead, wireVersion, type, innerXid);
    return Optional.of(new Message.BundleAdd(bundleId, flags, message));
  }

  private static Optional<Message> experimenter(WireReader in, Version version, int xid) {
    return switch (in.i32()) {
      case Wire.ONF -> version.isAtLeast(Version.V1_4) ? Optional.empty() : onf(in, version, xid);
      case Wire.NICIRA -> nicira(in);
      default -> Optional.empty();
    };
  }

  /** What 1.4 made messages of their own. */
  private static Optional<Message> onf(WireReader in, Version version, int xid) {
    return switch (in.i32()) {
      case MessageType.ONF_BUNDLE_CONTROL -> Optional.of(control(in));
      case MessageType.ONF_BUNDLE_ADD -> bundleAdd(in, version, xid);
      case MessageType.ONF_ROLE_STATUS -> Optional.of(SwitchEventCodec.readRoleStatus(in));
      case MessageType.ONF_REQUESTFORWARD -> SwitchEventCodec.readRequestForward(in, version);
      default -> Optional.empty();
    };
  }

  private static Optional<Message> nicira(WireReader in) {
    return switch (in.i32()) {
      case MessageType.NX_SET_PACKET_IN_FORMAT ->
          Optional.of(new ControlRequest.SetPacketInFormat(in.i32()));
      case MessageType.NX_SET_CONTROLLER_ID -> {
        in.skip(6);
        yield Optional.of(new ControlRequest.SetControllerId(in.u16()));
      }
      case MessageType.NX_RESUME -> PacketIn2Codec.readResume(in);
      case MessageType.NX_PACKET_IN2 -> PacketIn2Codec.readPacketIn(in);
      default -> Optional.empty();
    };
  }
}
