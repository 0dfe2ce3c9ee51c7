package org.ovswin.openflow;

import java.util.List;
import java.util.StringJoiner;

/**
 * Messages as {@code ovs-ofctl ofp-print} shows them (OVS lib/ofp-print.c), but for packets, which
 * are shown as bytes, and errors, which are explained.
 */
final class MessageText {
  private static final List<String> TYPES =
      List.of(
          "HELLO",
          "ERROR",
          "ECHO_REQUEST",
          "ECHO_REPLY",
          "EXPERIMENTER",
          "FEATURES_REQUEST",
          "FEATURES_REPLY",
          "GET_CONFIG_REQUEST",
          "GET_CONFIG_REPLY",
          "SET_CONFIG",
          "PACKET_IN",
          "FLOW_REMOVED",
          "PORT_STATUS",
          "PACKET_OUT",
          "FLOW_MOD",
          "GROUP_MOD",
          "PORT_MOD",
          "TABLE_MOD",
          "MULTIPART_REQUEST",
          "MULTIPART_REPLY",
          "BARRIER_REQUEST",
          "BARRIER_REPLY",
          "QUEUE_GET_CONFIG_REQUEST",
          "QUEUE_GET_CONFIG_REPLY",
          "ROLE_REQUEST",
          "ROLE_REPLY",
          "GET_ASYNC_REQUEST",
          "GET_ASYNC_REPLY",
          "SET_ASYNC",
          "METER_MOD",
          "ROLE_STATUS",
          "TABLE_STATUS",
          "REQUESTFORWARD",
          "BUNDLE_CONTROL",
          "BUNDLE_ADD_MESSAGE",
          "CONTROLLER_STATUS");

  private static final String[] FRAGMENT_HANDLING = {"normal", "drop", "reassemble", "nx-match"};
  private static final String[] PORT_REASONS = {"ADD", "DEL", "MOD"};
  private static final String[] CAPABILITIES = {
    "FLOW_STATS",
    "TABLE_STATS",
    "PORT_STATS",
    "GROUP_STATS",
    "",
    "IP_REASM",
    "QUEUE_STATS",
    "",
    "PORT_BLOCKED",
    "BUNDLES",
    "FLOW_MONITORING"
  };
  private static final int FIRST_VERSION = 1;
  private static final int LAST_VERSION = 6;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private MessageText() {}

  static String format(OpenFlowMessage message) {
    return format(message.wireVersion(), message.xid(), message.body());
  }

  private static String format(int wireVersion, int xid, Message body) {
    String version =
        wireVersion == FIRST_VERSION
            ? ""
            : wireVersion > FIRST_VERSION && wireVersion <= LAST_VERSION
                ? " (OF1." + (wireVersion - 1) + ")"
                : " (OF 0x%02x)".formatted(wireVersion);
    return "%s%s (xid=0x%x):%s"
        .formatted(
            name(versionOf(wireVersion), body), version, xid, contents(wireVersion, xid, body));
  }

  private static String name(Version version, Message body) {
    String bundles = version.isAtLeast(Version.V1_4) ? "OFPT_" : "ONFT_";
    return switch (body) {
      case Message.Hello _ -> "OFPT_HELLO";
      case Message.ErrorReply _ -> "OFPT_ERROR";
      case Message.EchoRequest _ -> "OFPT_ECHO_REQUEST";
      case Message.EchoReply _ -> "OFPT_ECHO_REPLY";
      case Message.Raw raw ->
          raw.type() < TYPES.size() ? "OFPT_" + TYPES.get(raw.type()) : "OFPT_" + raw.type();
      case Message.FeaturesRequest _ -> "OFPT_FEATURES_REQUEST";
      case Message.FeaturesReply _ -> "OFPT_FEATURES_REPLY";
      case Message.GetConfigRequest _ -> "OFPT_GET_CONFIG_REQUEST";
      case Message.GetConfigReply _ -> "OFPT_GET_CONFIG_REPLY";
      case Message.SetConfig _ -> "OFPT_SET_CONFIG";
      case Message.BarrierRequest _ -> "OFPT_BARRIER_REQUEST";
      case Message.BarrierReply _ -> "OFPT_BARRIER_REPLY";
      case Message.FlowMod _ -> "OFPT_FLOW_MOD";
      case Message.GroupMod _ -> "OFPT_GROUP_MOD";
      case Message.MeterMod _ -> "OFPT_METER_MOD";
      case Message.BundleControl _ -> bundles + "BUNDLE_CONTROL";
      case Message.BundleAdd _ -> bundles + "BUNDLE_ADD_MESSAGE";
      case Message.PacketOut _ -> "OFPT_PACKET_OUT";
      case Message.PacketIn _ -> "OFPT_PACKET_IN";
      case Message.PortStatus _ -> "OFPT_PORT_STATUS";
      case Message.FlowStatsRequest _ -> "OFPST_FLOW request";
      case Message.FlowStatsReply _ -> "OFPST_FLOW reply";
      case Message.PortDescRequest _ -> "OFPST_PORT_DESC request";
      case Message.PortDescReply _ -> "OFPST_PORT_DESC reply";
      case MultipartRequest request -> MultipartText.name(request);
      case MultipartReply reply -> MultipartText.name(reply);
      case ControlRequest request -> ControlText.name(request);
      case ControlReply reply -> ControlText.name(reply);
      case SwitchEvent event -> ControlText.name(version, event);
    };
  }

  /** What follows the header's colon: a space, or a line's end, before it; or nothing. */
  static String contents(int wireVersion, int xid, Message body) {
    return switch (body) {
      case Message.Hello hello ->
          "\n version bitmap: " + versions(hello.versions().orElse((2 << wireVersion) - 2));
      case Message.ErrorReply error -> " " + error.text() + lineOfBytes("data", error.data());
      case Message.EchoRequest echo -> payload(echo.data());
      case Message.EchoReply echo -> payload(echo.data());
      case Message.Raw raw -> lineOfBytes("body", raw.body());
      case Message.FeaturesReply reply -> features(reply);
      case Message.GetConfigReply config -> config(config.flags(), config.missSendLen());
      case Message.SetConfig config -> config(config.flags(), config.missSendLen());
      case Message.FlowMod mod -> " " + mod.text();
      case Message.GroupMod mod -> "\n " + GroupText.format(versionOf(wireVersion), mod);
      case Message.MeterMod mod -> " " + MeterText.format(mod);
      case Message.BundleControl control ->
          "\n bundle_id=0x%x type=%s%s"
              .formatted(control.bundleId(), control.kind(), bundleFlags(control.flags()));
      case Message.BundleAdd add ->
          "\n bundle_id=0x%x%s\n%s"
              .formatted(
                  add.bundleId(),
                  bundleFlags(add.flags()),
                  format(wireVersion, xid, add.message()));
      case Message.PacketOut packetOut -> packetOut(packetOut);
      case Message.PacketIn packetIn ->
          packetIn(packetIn) + lineOfBytes("packet", packetIn.packet());
      case Message.PortStatus status ->
          " "
              + (status.reason() < PORT_REASONS.length
                  ? PORT_REASONS[status.reason()]
                  : "reason " + status.reason())
              + ":"
              + PortText.format(versionOf(wireVersion), status.port());
      case Message.FlowStatsRequest request -> request(request);
      case Message.FlowStatsReply reply -> {
        StringBuilder text = new StringBuilder(more(reply.more()));
        reply.flows().forEach(stats -> text.append('\n').append(flow(stats)));
        yield text.toString();
      }
      case Message.PortDescReply reply -> {
        StringBuilder text = new StringBuilder(more(reply.more()));
        reply
            .ports()
            .forEach(
                port -> text.append('\n').append(PortText.format(versionOf(wireVersion), port)));
        yield text.toString();
      }
      case Message.PortDescRequest(int port) -> " port=" + PortNo.toText(port);
      case MultipartRequest request -> MultipartText.contents(request);
      case MultipartReply reply ->
          more(reply.more()) + MultipartText.contents(versionOf(wireVersion), reply);
      case ControlRequest request -> ControlText.contents(versionOf(wireVersion), request);
      case ControlReply reply -> ControlText.contents(versionOf(wireVersion), reply);
      case SwitchEvent event -> ControlText.contents(wireVersion, xid, event);
      case Message.FeaturesRequest _ -> "";
      case Message.GetConfigRequest _ -> "";
      case Message.BarrierRequest _ -> "";
      case Message.BarrierReply _ -> "";
    };
  }

  private static String payload(Octets data) {
    return " " + data.length() + " bytes of payload" + HexDump.format(data);
  }

  private static Version versionOf(int wireVersion) {
    return Version.ofWire(wireVersion).orElse(Version.V1_5);
  }

  private static String versions(int bitmap) {
    StringJoiner versions = new StringJoiner(", ");
    for (int i = 0; i < Integer.SIZE; i++) {
      if ((bitmap >>> i & 1) != 0) {
        versions.add("0x%02x".formatted(i));
      }
    }
    return versions.toString();
  }

  static String lineOfBytes(String name, Octets bytes) {
    return bytes.length() == 0 ? "" : "\n " + name + "=" + bytes.toHex();
  }

  private static String more(Message.More more) {
    return more == Message.More.FOLLOWS ? " flags=[more]" : "";
  }

  private static String features(Message.FeaturesReply reply) {
    StringJoiner capabilities = new StringJoiner(" ");
    for (int i = 0; i < CAPABILITIES.length; i++) {
      if ((reply.capabilities() >>> i & 1) != 0 && !CAPABILITIES[i].isEmpty()) {
        capabilities.add(CAPABILITIES[i]);
      }
    }
    return " dpid:%016x\nn_tables:%d, n_buffers:%s%s\ncapabilities: %s"
        .formatted(
            reply.datapathId(),
            reply.tables(),
            Integer.toUnsignedString(reply.buffers()),
            reply.auxiliaryId() == 0 ? "" : ", auxiliary_id:" + reply.auxiliaryId(),
            capabilities);
  }

  private static String config(int flags, int missSendLen) {
    return " frags=" + FRAGMENT_HANDLING[flags & 3] + " miss_send_len=" + missSendLen;
  }

  private static String bundleFlags(int flags) {
    StringJoiner names = new StringJoiner(" ", " flags=", "");
    names.setEmptyValue(" flags=0");
    if ((flags & Message.BundleControl.ATOMIC) != 0) {
      names.add("atomic");
    }
    if ((flags & Message.BundleControl.ORDERED) != 0) {
      names.add("ordered");
    }
    return names.toString();
  }

  private static String packetOut(Message.PacketOut packetOut) {
    String contents =
        packetOut.bufferId() == Message.NO_BUFFER
            ? " data_len=" + packetOut.packet().length()
            : " buffer=0x%08x".formatted(packetOut.bufferId());
    return " "
        + packetOut.match()
        + " actions="
        + ActionText.format(packetOut.actions())
        + contents
        + lineOfBytes("packet", packetOut.packet());
  }

  /** All but the packet. */
  static String packetIn(Message.PacketIn in) {
    StringBuilder text = new StringBuilder();
    if (in.table() != 0) {
      text.append(" table_id=").append(in.table());
    }
    if (in.cookie() != -1L) {
      text.append(" cookie=0x").append(Long.toHexString(in.cookie()));
    }
    String reason =
        in.reason() < ActionText.REASONS.length
            ? ActionText.REASONS[in.reason()]
            : Integer.toString(in.reason());
    text.append(" total_len=%d %s (via %s)".formatted(in.totalLength(), in.match(), reason));
    int length = in.packet().length();
    text.append(" data_len=").append(length);
    if (in.bufferId() == Message.NO_BUFFER) {
      text.append(" (unbuffered)");
      text.append(in.totalLength() == length ? "" : " (***total_len != data_len***)");
    } else {
      text.append(" buffer=0x%08x".formatted(in.bufferId()));
      text.append(in.totalLength() >= length ? "" : " (***total_len < data_len***)");
    }
    return text.toString();
  }

  /** Open vSwitch shows neither the cookie nor the group that are asked for. */
  static String request(Message.FlowStatsRequest request) {
    StringBuilder text = new StringBuilder();
    if (request.table() != Message.FlowMod.ALL_TABLES) {
      text.append(" table=").append(request.table());
    }
    if (request.outPort() != PortNo.ANY) {
      text.append(" out_port=").append(PortNo.toText(request.outPort()));
    }
    String match = request.match().toString();
    return text.append(match.isEmpty() ? "" : " " + match).toString();
  }

  private static String flow(FlowStats stats) {
    Flow flow = stats.flow();
    StringBuilder text =
        new StringBuilder(
            " cookie=0x%x, duration=%ss, table=%d, n_packets=%s, n_bytes=%s, "
                .formatted(
                    flow.cookie(),
                    seconds(stats.durationNanos()),
                    flow.table(),
                    Long.toUnsignedString(stats.packets()),
                    Long.toUnsignedString(stats.bytes())));
    String match = FlowText.matchWithPriority(flow.priority(), flow.match());
    text.append(FlowText.terms(flow));
    if (stats.idleNanos() != MultipartReply.UNKNOWN_DURATION) {
      text.append("idle_age=").append(stats.idleNanos() / NANOS_PER_SECOND).append(", ");
    }
    return text.append(match.isEmpty() ? "" : match + " ")
        .append("actions=")
        .append(ActionText.format(flow.actions()))
        .toString();
  }

  /** As many digits as are needed, in threes, e.g. {@code 18.500}. */
  static String seconds(long nanos) {
    long seconds = nanos / NANOS_PER_SECOND;
    long fraction = nanos % NANOS_PER_SECOND;
    if (fraction == 0) {
      return Long.toString(seconds);
    }
    String digits = "%09d".formatted(fraction);
    int length = fraction % 1_000_000 == 0 ? 3 : fraction % 1000 == 0 ? 6 : 9;
    return seconds + "." + digits.substring(0, length);
  }
}
