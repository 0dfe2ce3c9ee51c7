package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import java.util.Optional;
import org.ovswin.openflow.ControlReply;
import org.ovswin.openflow.ControlRequest;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Octets;
import org.ovswin.openflow.Role;
import org.ovswin.openflow.Version;

/**
 * Roles, ports, tables and what comes on a connection (OpenFlow 1.5, 7.3.4.5, 7.3.4.6, 7.3.8).
 *
 * <pre>
 * role:             role (32 bits) | zeros (32) | generation (64)
 * port-mod:         port (32) | zeros (32) | hardware address (48) | zeros (16) | config (32)
 *                   | mask (32) | 1.3: advertised (32), zeros (32)
 *                   | from 1.4 on: properties, 0 advertised (32)
 * table-mod:        table (8) | zeros (24) | config (32)
 *                   | from 1.4 on: properties, 3 vacancy: down (8), up (8), now (8), zeros (8)
 * packet-in format: 0x2320 (32) | 16 (32) | format (32)
 * controller id:    0x2320 (32) | 20 (32) | zeros (48) | id (16)
 * </pre>
 */
final class ControlCodec {
  private static final int ADVERTISED = 0;
  private static final int VACANCY = 3;
  private static final int PROPERTY_BYTES = 8;

  private ControlCodec() {}

  static int typeOf(ControlRequest request) {
    return switch (request) {
      case ControlRequest.RoleRequest _ -> MessageType.ROLE_REQUEST;
      case ControlRequest.GetAsync _ -> MessageType.GET_ASYNC_REQUEST;
      case ControlRequest.SetAsync _ -> MessageType.SET_ASYNC;
      case ControlRequest.SetPacketInFormat _,
          ControlRequest.SetControllerId _,
          ControlRequest.Resume _ ->
          MessageType.EXPERIMENTER;
      case ControlRequest.PortMod _ -> MessageType.PORT_MOD;
      case ControlRequest.TableMod _ -> MessageType.TABLE_MOD;
    };
  }

  static int typeOf(ControlReply reply) {
    return switch (reply) {
      case ControlReply.RoleReply _ -> MessageType.ROLE_REPLY;
      case ControlReply.AsyncReply _ -> MessageType.GET_ASYNC_REPLY;
    };
  }

  static void write(ByteBuf out, Version version, ControlRequest request) {
    switch (request) {
      case ControlRequest.RoleRequest(Role role, long generationId) ->
          writeRole(out, role, generationId);
      case ControlRequest.GetAsync() -> {}
      case ControlRequest.SetAsync(var config) -> AsyncConfigCodec.write(out, version, config);
      case ControlRequest.SetPacketInFormat(int format) -> {
        out.writeInt(Wire.NICIRA);
        out.writeInt(MessageType.NX_SET_PACKET_IN_FORMAT);
        out.writeInt(format);
      }
      case ControlRequest.SetControllerId(int id) -> {
        out.writeInt(Wire.NICIRA);
        out.writeInt(MessageType.NX_SET_CONTROLLER_ID);
        out.writeZero(6);
        out.writeShort(id);
      }
      case ControlRequest.Resume(Message.PacketIn packetIn, Octets continuation) -> {
        out.writeInt(Wire.NICIRA);
        out.writeInt(MessageType.NX_RESUME);
        PacketIn2Codec.write(out, version, packetIn, continuation, Octets.EMPTY);
      }
      case ControlRequest.PortMod mod -> writePortMod(out, version, mod);
      case ControlRequest.TableMod mod -> writeTableMod(out, version, mod);
    }
  }

  static void write(ByteBuf out, Version version, ControlReply reply) {
    switch (reply) {
      case ControlReply.RoleReply(Role role, long generationId) ->
          writeRole(out, role, generationId);
      case ControlReply.AsyncReply(var config) -> AsyncConfigCodec.write(out, version, config);
    }
  }

  private static void writeRole(ByteBuf out, Role role, long generationId) {
    out.writeInt(Wire.indexOf(role));
    out.writeZero(4);
    out.writeLong(generationId);
  }

  private static void writePortMod(ByteBuf out, Version version, ControlRequest.PortMod mod) {
    out.writeInt(mod.portNo());
    out.writeZero(4);
    out.writeShort((int) (mod.hardwareAddress() >>> 32));
    out.writeInt((int) mod.hardwareAddress());
    out.writeZero(2);
    out.writeInt(mod.config());
    out.writeInt(mod.mask());
    if (!version.isAtLeast(Version.V1_4)) {
      out.writeInt(mod.advertised());
      out.writeZero(4);
    } else if (mod.advertised() != 0) {
      out.writeInt(ADVERTISED << 16 | PROPERTY_BYTES);
      out.writeInt(mod.advertised());
    }
  }

  private static void writeTableMod(ByteBuf out, Version version, ControlRequest.TableMod mod) {
    out.writeByte(mod.table());
    out.writeZero(3);
    out.writeInt(mod.config());
    if (mod.vacancy().isEmpty()) {
      return;
    }
    if (!version.isAtLeast(Version.V1_4)) {
      throw new IllegalArgumentException(
          "vacancy in OpenFlow %s (expected: 1.4 or later)".formatted(version));
    }
    out.writeInt(VACANCY << 16 | PROPERTY_BYTES);
    out.writeByte(mod.vacancy().get().down());
    out.writeByte(mod.vacancy().get().up());
    out.writeZero(2);
  }

  static Role readRole(WireReader in) {
    int number = in.i32();
    Role[] roles = Role.values();
    return in.constant("role", roles, number < 0 ? roles.length : number);
  }

  static Message readRoleRequest(WireReader in) {
    Role role = readRole(in);
    in.skip(4);
    return new ControlRequest.RoleRequest(role, in.i64());
  }

  static Message readRoleReply(WireReader in) {
    Role role = readRole(in);
    in.skip(4);
    return new ControlReply.RoleReply(role, in.i64());
  }

  /** Empty where it has a property that the model does not know. */
  static Optional<Message> readPortMod(WireReader in, Version version) {
    int portNo = in.i32();
    in.skip(4);
    long hardwareAddress = in.u48();
    in.skip(2);
    int config = in.i32();
    int mask = in.i32();
    int advertised = 0;
    if (!version.isAtLeast(Version.V1_4)) {
      advertised = in.i32();
      in.skip(4);
    }
    while (in.hasMore()) {
      WireReader property = in.paddedProperty();
      if (property.u16() != ADVERTISED) {
        return Optional.empty();
      }
      property.skip(2);
      advertised = property.i32();
    }
    return Optional.of(
        new ControlRequest.PortMod(portNo, hardwareAddress, config, mask, advertised));
  }

  /** Empty where it has a property that the model does not know. */
  static Optional<Message> readTableMod(WireReader in, Version version) {
    int table = in.u8();
    in.skip(3);
    int config = in.i32();
    Optional<ControlRequest.Vacancy> vacancy = Optional.empty();
    while (in.hasMore()) {
      WireReader property = in.paddedProperty();
      if (property.u16() != VACANCY || !version.isAtLeast(Version.V1_4)) {
        return Optional.empty();
      }
      property.skip(2);
      vacancy = Optional.of(new ControlRequest.Vacancy(property.u8(), property.u8()));
    }
    return Optional.of(new ControlRequest.TableMod(table, config, vacancy));
  }
}
