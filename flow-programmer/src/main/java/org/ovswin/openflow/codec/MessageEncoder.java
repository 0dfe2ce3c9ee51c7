package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import org.ovswin.openflow.ControlReply;
import org.ovswin.openflow.ControlRequest;
import org.ovswin.openflow.Field;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.FlowStats;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.MultipartReply;
import org.ovswin.openflow.MultipartRequest;
import org.ovswin.openflow.OpenFlowMessage;
import org.ovswin.openflow.PortDescription;
import org.ovswin.openflow.PortNo;
import org.ovswin.openflow.SwitchEvent;
import org.ovswin.openflow.Version;

/**
 * Writes messages.
 *
 * <pre>
 * version (8 bits) | type (8) | length of all of it (16) | xid (32) | body
 * </pre>
 */
public final class MessageEncoder {
  /** The length field has 16 bits. */
  public static final int MAX_MESSAGE_BYTES = 0xffff;

  private MessageEncoder() {}

  /**
   * Appends a message.
   *
   * @throws IllegalArgumentException the version has no such message, or it would be longer than
   *     {@link #MAX_MESSAGE_BYTES}; nothing is appended then
   */
  public static void write(ByteBuf out, OpenFlowMessage message) {
    // A hello of another version is the same on the wire.
    Version version = Version.ofWire(message.wireVersion()).orElse(Version.V1_5);
    int start = out.writerIndex();
    try {
      write(out, version, message.xid(), message.body());
    } catch (IllegalArgumentException e) {
      out.writerIndex(start);
      throw e;
    }
    out.setByte(start, message.wireVersion());
  }

  /** Appends a message; see {@link #write(ByteBuf, OpenFlowMessage)}. */
  public static void write(ByteBuf out, Version version, int xid, Message body) {
    int start = out.writerIndex();
    out.writeByte(version.wire());
    out.writeByte(typeOf(version, body));
    out.writeShort(0);
    out.writeInt(xid);
    switch (body) {
      case Message.Symmetric symmetric -> writeSymmetric(out, version, symmetric);
      case Message.Request request -> writeRequest(out, version, xid, request);
      case Message.FromSwitch fromSwitch -> writeFromSwitch(out, version, fromSwitch);
    }
    int length = out.writerIndex() - start;
    if (length > MAX_MESSAGE_BYTES) {
      out.writerIndex(start);
      throw new IllegalArgumentException(
          "message: %d bytes (expected: at most %d)".formatted(length, MAX_MESSAGE_BYTES));
    }
    out.setShort(start + 2, length);
  }

  /**
   * Appends the flow-mod of a change: the bytes of {@link Message.FlowMod#of}, without the message.
   * Nothing is allocated.
   *
   * @throws IllegalArgumentException as {@link #write(ByteBuf, OpenFlowMessage)}
   */
  public static void writeFlowMod(ByteBuf out, Version version, int xid, FlowChange change) {
    int start = out.writerIndex();
    try {
      FlowModEncoder.write(out, version, xid, change);
    } catch (IllegalArgumentException e) {
      out.writerIndex(start);
      throw e;
    }
  }

  /**
   * Appends the flow-mod of a change as a message of a bundle: the bytes of {@link
   * Message.BundleAdd}, without the messages. Nothing is allocated.
   *
   * @param flags as those of {@link Message.BundleControl}
   * @throws IllegalArgumentException as {@link #write(ByteBuf, OpenFlowMessage)}
   */
  public static void writeBundleAdd(
      ByteBuf out, Version version, int xid, int bundleId, int flags, FlowChange change) {
    int start = out.writerIndex();
    try {
      FlowModEncoder.writeBundleAdd(out, version, xid, bundleId, flags, change);
    } catch (IllegalArgumentException e) {
      out.writerIndex(start);
      throw e;
    }
  }

  private static int typeOf(Version version, Message body) {
    boolean bundles = version.isAtLeast(Version.V1_4);
    return switch (body) {
      case Message.Hello _ -> MessageType.HELLO;
      case Message.ErrorReply _ -> MessageType.ERROR;
      case Message.EchoRequest _ -> MessageType.ECHO_REQUEST;
      case Message.EchoReply _ -> MessageType.ECHO_REPLY;
      case Message.Raw raw -> raw.type();
      case Message.FeaturesRequest _ -> MessageType.FEATURES_REQUEST;
      case Message.FeaturesReply _ -> MessageType.FEATURES_REPLY;
      case Message.GetConfigRequest _ -> MessageType.GET_CONFIG_REQUEST;
      case Message.GetConfigReply _ -> MessageType.GET_CONFIG_REPLY;
      case Message.SetConfig _ -> MessageType.SET_CONFIG;
      case Message.BarrierRequest _ -> MessageType.BARRIER_REQUEST;
      case Message.BarrierReply _ -> MessageType.BARRIER_REPLY;
      case Message.FlowMod _ -> MessageType.FLOW_MOD;
      case Message.GroupMod _ -> MessageType.GROUP_MOD;
      case Message.MeterMod _ -> MessageType.METER_MOD;
      case Message.BundleControl _ ->
          bundles ? MessageType.BUNDLE_CONTROL : MessageType.EXPERIMENTER;
      case Message.BundleAdd _ -> bundles ? MessageType.BUNDLE_ADD : MessageType.EXPERIMENTER;
      case Message.PacketOut _ -> MessageType.PACKET_OUT;
      case Message.PacketIn _ -> MessageType.PACKET_IN;
      case Message.PortStatus _ -> MessageType.PORT_STATUS;
      case Message.FlowStatsRequest _, Message.PortDescRequest _, MultipartRequest _ ->
          MessageType.MULTIPART_REQUEST;
      case Message.FlowStatsReply _, Message.PortDescReply _, MultipartReply _ ->
          MessageType.MULTIPART_REPLY;
      case ControlRequest request -> ControlCodec.typeOf(request);
      case ControlReply reply -> ControlCodec.typeOf(reply);
      case SwitchEvent event -> SwitchEventCodec.typeOf(version, event);
    };
  }

  private static void writeSymmetric(ByteBuf out, Version version, Message.Symmetric body) {
    switch (body) {
      case Message.Hello hello -> {
        if (hello.versions().isPresent()) {
          // One element: type 1, version bitmap; length; 32 versions.
          out.writeInt(1 << 16 | 8);
          out.writeInt(hello.versions().getAsInt());
        }
      }
      case Message.ErrorReply error -> {
        out.writeShort(error.type());
        out.writeShort(error.code());
        if (error.type() == Wire.EXPERIMENTER) {
          out.writeInt(error.experimenter());
        }
        ActionEncoder.writeOctets(out, error.data());
      }
      case Message.EchoRequest echo -> ActionEncoder.writeOctets(out, echo.data());
      case Message.EchoReply echo -> ActionEncoder.writeOctets(out, echo.data());
      case Message.Raw raw -> ActionEncoder.writeOctets(out, raw.body());
      case Message.BundleControl control -> {
        writeOnfHeader(out, version, MessageType.ONF_BUNDLE_CONTROL);
        out.writeInt(control.bundleId());
        out.writeShort(Wire.indexOf(control.kind()));
        out.writeShort(control.flags());
      }
    }
  }

  private static void writeRequest(ByteBuf out, Version version, int xid, Message.Request body) {
    switch (body) {
      case Message.FeaturesRequest() -> {}
      case Message.GetConfigRequest() -> {}
      case Message.BarrierRequest() -> {}
      case Message.SetConfig(int flags, int missSendLen) -> {
        out.writeShort(flags);
        out.writeShort(missSendLen);
      }
      case Message.FlowMod mod -> FlowModEncoder.writeBody(out, version, mod);
      case Message.GroupMod mod -> GroupCodec.writeMod(out, version, mod);
      case Message.MeterMod mod -> MeterCodec.writeMod(out, mod);
      case Message.BundleAdd add -> {
        writeOnfHeader(out, version, MessageType.ONF_BUNDLE_ADD);
        out.writeInt(add.bundleId());
        out.writeZero(2);
        out.writeShort(add.flags());
        write(out, version, xid, add.message());
      }
      case Message.PacketOut packetOut -> writePacketOut(out, version, packetOut);
      case Message.FlowStatsRequest request -> {
        writeMultipart(out, MessageType.MULTIPART_FLOW, Message.More.LAST);
        out.writeByte(request.table());
        out.writeZero(3);
        out.writeInt(request.outPort());
        out.writeInt(request.outGroup());
        out.writeZero(4);
        out.writeLong(request.cookie());
        out.writeLong(request.cookieMask());
        FieldCodec.writeMatch(out, version, request.match());
      }
      case Message.PortDescRequest(int port) -> {
        writeMultipart(out, MessageType.MULTIPART_PORT_DESC, Message.More.LAST);
        if (version.isAtLeast(Version.V1_5)) {
          out.writeInt(port);
          out.writeZero(4);
        } else if (port != PortNo.ANY) {
          throw new IllegalArgumentException(
              "description of port %s in OpenFlow %s (expected: of all)"
                  .formatted(PortNo.toText(port), version));
        }
      }
      case MultipartRequest request -> MultipartRequestCodec.write(out, version, request);
      case ControlRequest request -> ControlCodec.write(out, version, request);
    }
  }

  /** In 1.3 some of 1.4's messages are experimenter messages, and this comes before their body. */
  static void writeOnfHeader(ByteBuf out, Version version, int type) {
    if (!version.isAtLeast(Version.V1_4)) {
      out.writeInt(Wire.ONF);
      out.writeInt(type);
    }
  }

  private static void writeMultipart(ByteBuf out, int type, Message.More more) {
    out.writeShort(type);
    out.writeShort(more == Message.More.FOLLOWS ? MessageType.MULTIPART_MORE : 0);
    out.writeZero(4);
  }

  /**
   * <pre>
   * 1.3, 1.4: buffer (32 bits) | in port (32) | length of the actions (16) | zeros (48) | actions
   * 1.5:      buffer (32 bits) | length of the actions (16) | zeros (16) | match | actions
   * </pre>
   *
   * followed by the packet.
   */
  private static void writePacketOut(ByteBuf out, Version version, Message.PacketOut packetOut) {
    out.writeInt(packetOut.bufferId());
    boolean withMatch = version.isAtLeast(Version.V1_5);
    if (!withMatch) {
      out.writeInt(packetOut.match().get(Field.IN_PORT).map(f -> (int) f.low()).orElse(PortNo.ANY));
    }
    int lengthAt = out.writerIndex();
    out.writeZero(withMatch ? 4 : 8);
    if (withMatch) {
      FieldCodec.writeMatch(out, version, packetOut.match());
    }
    int actionsAt = out.writerIndex();
    ActionEncoder.write(out, version, packetOut.actions());
    out.setShort(lengthAt, out.writerIndex() - actionsAt);
    ActionEncoder.writeOctets(out, packetOut.packet());
  }

  private static void writeFromSwitch(ByteBuf out, Version version, Message.FromSwitch body) {
    switch (body) {
      case Message.BarrierReply() -> {}
      case Message.FeaturesReply reply -> {
        out.writeLong(reply.datapathId());
        out.writeInt(reply.buffers());
        out.writeByte(reply.tables());
        out.writeByte(reply.auxiliaryId());
        out.writeZero(2);
        out.writeInt(reply.capabilities());
        out.writeInt(reply.reserved());
      }
      case Message.GetConfigReply(int flags, int missSendLen) -> {
        out.writeShort(flags);
        out.writeShort(missSendLen);
      }
      case Message.PacketIn packetIn -> {
        out.writeInt(packetIn.bufferId());
        out.writeShort(packetIn.totalLength());
        out.writeByte(packetIn.reason());
        out.writeByte(packetIn.table());
        out.writeLong(packetIn.cookie());
        FieldCodec.writeMatch(out, version, packetIn.match());
        out.writeZero(2);
        ActionEncoder.writeOctets(out, packetIn.packet());
      }
      case Message.PortStatus(int reason, PortDescription port) -> {
        out.writeByte(reason);
        out.writeZero(7);
        PortCodec.write(out, version, port);
      }
      case Message.FlowStatsReply reply -> {
        writeMultipart(out, MessageType.MULTIPART_FLOW, reply.more());
        for (FlowStats stats : reply.flows()) {
          FlowStatsCodec.write(out, version, stats);
        }
      }
      case Message.PortDescReply reply -> {
        writeMultipart(out, MessageType.MULTIPART_PORT_DESC, reply.more());
        reply.ports().forEach(port -> PortCodec.write(out, version, port));
      }
      case MultipartReply reply -> MultipartReplyCodec.write(out, version, reply);
      case ControlReply reply -> ControlCodec.write(out, version, reply);
      case SwitchEvent event -> SwitchEventCodec.write(out, version, event);
    }
  }
}
