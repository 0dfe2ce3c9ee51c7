package org.ovswin.openflow;

import java.util.List;
import java.util.StringJoiner;

/**
 * Roles, configuration and events as {@code ovs-ofctl ofp-print} shows them (OVS lib/ofp-print.c,
 * lib/ofp-connection.c).
 */
final class ControlText {
  private static final String[] PACKET_IN_FORMATS = {"standard", "nxt_packet_in", "nxt_packet_in2"};
  private static final String[] REMOVED_REASONS = {
    "idle", "hard", "delete", "group_delete", "meter_delete", "eviction"
  };
  private static final String[] ROLE_REASONS = {
    "primary_request", "configuration_changed", "experimenter_data_changed"
  };
  private static final String[] TABLE_REASONS = {"", "", "", "vacancy_down", "vacancy_up"};

  /** By {@link AsyncConfig.Kind}; reasons without a name are not shown. */
  private static final List<String[]> REASONS =
      List.of(
          ActionText.REASONS,
          new String[] {"add", "delete", "modify"},
          REMOVED_REASONS,
          ROLE_REASONS,
          TABLE_REASONS,
          new String[] {"group_mod_request", "meter_mod_request"});

  /** Before OpenFlow 1.4 a packet-in has the first three reasons only. */
  private static final int REASONS_1_3 = 0b111;

  private ControlText() {}

  static String name(ControlRequest request) {
    return switch (request) {
      case ControlRequest.RoleRequest _ -> "OFPT_ROLE_REQUEST";
      case ControlRequest.GetAsync _ -> "OFPT_GET_ASYNC_REQUEST";
      case ControlRequest.SetAsync _ -> "OFPT_SET_ASYNC";
      case ControlRequest.SetPacketInFormat _ -> "NXT_SET_PACKET_IN_FORMAT";
      case ControlRequest.SetControllerId _ -> "NXT_SET_CONTROLLER_ID";
      case ControlRequest.Resume _ -> "NXT_RESUME";
      case ControlRequest.PortMod _ -> "OFPT_PORT_MOD";
      case ControlRequest.TableMod _ -> "OFPT_TABLE_MOD";
    };
  }

  static String name(ControlReply reply) {
    return switch (reply) {
      case ControlReply.RoleReply _ -> "OFPT_ROLE_REPLY";
      case ControlReply.AsyncReply _ -> "OFPT_GET_ASYNC_REPLY";
    };
  }

  static String name(Version version, SwitchEvent event) {
    String standard = version.isAtLeast(Version.V1_4) ? "OFPT_" : "ONFT_";
    return switch (event) {
      case SwitchEvent.FlowRemoved _ -> "OFPT_FLOW_REMOVED";
      case SwitchEvent.PacketIn2 _ -> "NXT_PACKET_IN2";
      case SwitchEvent.RoleStatus _ -> standard + "ROLE_STATUS";
      case SwitchEvent.RequestForward _ -> standard + "REQUESTFORWARD";
    };
  }

  /** What follows the header's colon. */
  static String contents(Version version, ControlRequest request) {
    return switch (request) {
      case ControlRequest.RoleRequest(Role role, long generationId) ->
          role == Role.NO_CHANGE
              ? " role=nochange"
              : " role=%s generation_id=%s"
                  .formatted(name(role), Long.toUnsignedString(generationId));
      case ControlRequest.GetAsync() -> "";
      case ControlRequest.SetAsync(AsyncConfig config) -> async(version, config);
      case ControlRequest.SetPacketInFormat(int format) ->
          " format="
              + (format >= 0 && format < PACKET_IN_FORMATS.length
                  ? PACKET_IN_FORMATS[format]
                  : Integer.toUnsignedString(format));
      case ControlRequest.SetControllerId(int id) -> " id=" + id;
      case ControlRequest.Resume(Message.PacketIn packetIn, Octets continuation) ->
          packetIn2(packetIn, Octets.EMPTY, continuation);
      case ControlRequest.PortMod mod -> PortText.format(mod);
      case ControlRequest.TableMod mod -> tableMod(version, mod);
    };
  }

  /** What follows the header's colon. */
  static String contents(Version version, ControlReply reply) {
    return switch (reply) {
      case ControlReply.RoleReply(Role role, long generationId) ->
          " role=" + name(role) + generation(generationId);
      case ControlReply.AsyncReply(AsyncConfig config) -> async(version, config);
    };
  }

  /** What follows the header's colon. */
  static String contents(int wireVersion, int xid, SwitchEvent event) {
    return switch (event) {
      case SwitchEvent.FlowRemoved removed -> flowRemoved(removed);
      case SwitchEvent.PacketIn2(Message.PacketIn packetIn, Octets userdata, Octets continuation) ->
          packetIn2(packetIn, userdata, continuation);
      case SwitchEvent.RoleStatus(Role role, int reason, long generationId) ->
          " role=%s%s reason=%s"
              .formatted(
                  name(role),
                  generation(generationId),
                  reason < ROLE_REASONS.length ? ROLE_REASONS[reason] : "(unknown)");
      case SwitchEvent.RequestForward(int _, Message.Request request) ->
          " reason="
              + (request instanceof Message.GroupMod ? "group_mod" : "meter_mod")
              + MessageText.contents(wireVersion, xid, request);
    };
  }

  private static String name(Role role) {
    return role == Role.NO_CHANGE ? "nochange" : FieldText.lower(role);
  }

  private static String generation(long id) {
    return id == Role.NO_GENERATION ? "" : " generation_id=" + Long.toUnsignedString(id);
  }

  private static String async(Version version, AsyncConfig config) {
    return "\n primary:"
        + async(version, config, Role.PRIMARY)
        + "\n\n secondary:"
        + async(version, config, Role.SECONDARY);
  }

  private static String async(Version version, AsyncConfig config, Role role) {
    StringBuilder text = new StringBuilder();
    for (AsyncConfig.Kind kind : AsyncConfig.Kind.values()) {
      int bits = config.reasons(kind, role);
      if (kind == AsyncConfig.Kind.PACKET_IN && !version.isAtLeast(Version.V1_4)) {
        bits &= REASONS_1_3;
      }
      StringJoiner reasons = new StringJoiner(" ");
      reasons.setEmptyValue("(off)");
      String[] names = REASONS.get(List.of(AsyncConfig.Kind.values()).indexOf(kind));
      for (int i = 0; i < names.length; i++) {
        if ((bits >>> i & 1) != 0 && !names[i].isEmpty()) {
          reasons.add(names[i]);
        }
      }
      text.append("\n%16s: %s".formatted(kind, reasons));
    }
    return text.toString();
  }

  private static String tableMod(Version version, ControlRequest.TableMod mod) {
    String table =
        mod.table() == Message.FlowMod.ALL_TABLES
            ? " table_id: ALL_TABLES"
            : " table_id=" + mod.table();
    if (!version.isAtLeast(Version.V1_4)) {
      return table;
    }
    boolean vacancy = (mod.config() & ControlRequest.TableMod.VACANCY_EVENTS) != 0;
    return table
        + ", eviction="
        + ((mod.config() & ControlRequest.TableMod.EVICTION) != 0 ? "on" : "off")
        + ", vacancy="
        + (vacancy ? "on" : "off")
        + mod.vacancy()
            .filter(_ -> vacancy)
            .map(v -> " vacancy:%d,%d".formatted(v.down(), v.up()))
            .orElse("");
  }

  private static String flowRemoved(SwitchEvent.FlowRemoved removed) {
    StringBuilder text = new StringBuilder(" ");
    text.append(FlowText.matchWithPriority(removed.priority(), removed.match()));
    text.append(" reason=")
        .append(
            removed.reason() < REMOVED_REASONS.length
                ? REMOVED_REASONS[removed.reason()]
                : Integer.toString(removed.reason()));
    if (removed.table() != Message.FlowMod.ALL_TABLES) {
      text.append(" table_id=").append(removed.table());
    }
    if (removed.cookie() != 0) {
      text.append(" cookie:0x").append(Long.toHexString(removed.cookie()));
    }
    text.append(" duration").append(duration(removed.durationNanos())).append('s');
    text.append(" idle").append(removed.idleTimeoutSeconds());
    if (removed.hardTimeoutSeconds() != 0) {
      text.append(" hard").append(removed.hardTimeoutSeconds());
    }
    return text.append(" pkts")
        .append(Long.toUnsignedString(removed.packets()))
        .append(" bytes")
        .append(Long.toUnsignedString(removed.bytes()))
        .toString();
  }

  /** Open vSwitch shows a time that is not said as the numbers that stand for it. */
  private static String duration(long nanos) {
    return nanos == MultipartReply.UNKNOWN_DURATION
        ? "4294967295.4294967295"
        : MessageText.seconds(nanos);
  }

  private static String packetIn2(Message.PacketIn in, Octets userdata, Octets continuation) {
    StringBuilder text = new StringBuilder(MessageText.packetIn(in));
    if (userdata.length() > 0) {
      text.append("\n userdata=").append(userdata.toHex("."));
    }
    return text.append(MessageText.lineOfBytes("continuation", continuation))
        .append(MessageText.lineOfBytes("packet", in.packet()))
        .toString();
  }
}
