package org.ovswin.openflow;

import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;

/** Multipart messages as {@code ovs-ofctl ofp-print} shows them (OVS lib/ofp-print.c). */
final class MultipartText {
  private static final String[] GROUP_TYPES = {"all", "select", "indirect", "fast failover"};

  /** By the number of the action; those of other numbers have no name there. */
  private static final String[] ACTIONS = {
    "output",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "set_mpls_ttl",
    "dec_mpls_ttl",
    "push_vlan",
    "strip_vlan",
    "push_mpls",
    "pop_mpls",
    "set_queue",
    "group",
    "mod_nw_ttl",
    "dec_ttl",
    "set_field"
  };

  /** The order in which Open vSwitch lists them. */
  private static final int[] ACTION_ORDER = {0, 22, 25, 18, 17, 23, 24, 15, 16, 19, 20, 21};

  private static final String[] BAND_TYPES = {"", "drop", "dscp_remark"};
  private static final int KNOWN_BAND_TYPES = 0b110;
  private static final String[] METER_FLAGS = {"kbps", "pktps", "burst", "stats"};
  private static final int KNOWN_METER_FLAGS = 0xf;

  private MultipartText() {}

  static String name(MultipartRequest request) {
    return switch (request) {
      case MultipartRequest.Description _ -> "OFPST_DESC request";
      case MultipartRequest.Aggregate _ -> "OFPST_AGGREGATE request";
      case MultipartRequest.Tables _ -> "OFPST_TABLE request";
      case MultipartRequest.Ports _ -> "OFPST_PORT request";
      case MultipartRequest.Groups _ -> "OFPST_GROUP request";
      case MultipartRequest.GroupDescriptions _ -> "OFPST_GROUP_DESC request";
      case MultipartRequest.GroupFeatures _ -> "OFPST_GROUP_FEATURES request";
      case MultipartRequest.Meters _ -> "OFPST_METER request";
      case MultipartRequest.MeterConfigs _ -> "OFPST_METER_CONFIG request";
      case MultipartRequest.MeterFeatures _ -> "OFPST_METER_FEATURES request";
    };
  }

  static String name(MultipartReply reply) {
    return switch (reply) {
      case MultipartReply.Description _ -> "OFPST_DESC reply";
      case MultipartReply.Aggregate _ -> "OFPST_AGGREGATE reply";
      case MultipartReply.Tables _ -> "OFPST_TABLE reply";
      case MultipartReply.Ports _ -> "OFPST_PORT reply";
      case MultipartReply.Groups _ -> "OFPST_GROUP reply";
      case MultipartReply.GroupDescriptions _ -> "OFPST_GROUP_DESC reply";
      case MultipartReply.GroupFeatures _ -> "OFPST_GROUP_FEATURES reply";
      case MultipartReply.Meters _ -> "OFPST_METER reply";
      case MultipartReply.MeterConfigs _ -> "OFPST_METER_CONFIG reply";
      case MultipartReply.MeterFeatures _ -> "OFPST_METER_FEATURES reply";
    };
  }

  /** What follows the header's colon. */
  static String contents(MultipartRequest request) {
    return switch (request) {
      case MultipartRequest.Description _,
          MultipartRequest.Tables _,
          MultipartRequest.GroupFeatures _,
          MultipartRequest.MeterFeatures _ ->
          "";
      case MultipartRequest.Aggregate a ->
          MessageText.request(
              new Message.FlowStatsRequest(
                  a.table(), a.outPort(), a.outGroup(), a.cookie(), a.cookieMask(), a.match()));
      case MultipartRequest.Ports(int port) -> " port_no=" + PortNo.toText(port);
      case MultipartRequest.Groups(int id) -> " group_id=" + groupId(id);
      case MultipartRequest.GroupDescriptions(int id) -> " group_id=" + groupId(id);
      case MultipartRequest.Meters(int id) -> " meter=" + MeterText.id(id);
      case MultipartRequest.MeterConfigs(int id) -> " meter=" + MeterText.id(id);
    };
  }

  private static String groupId(int id) {
    return switch (id) {
      case Group.ALL -> "ALL";
      case Group.ANY -> "ANY";
      default -> Integer.toUnsignedString(id);
    };
  }

  /** What follows the header's colon and whether more parts come. */
  static String contents(Version version, MultipartReply reply) {
    return switch (reply) {
      case MultipartReply.Description description -> description(description);
      case MultipartReply.Aggregate aggregate ->
          " packet_count=%s byte_count=%s flow_count=%s"
              .formatted(
                  Long.toUnsignedString(aggregate.packets()),
                  Long.toUnsignedString(aggregate.bytes()),
                  Integer.toUnsignedString(aggregate.flows()));
      case MultipartReply.Tables tables -> tables(tables.tables());
      case MultipartReply.Ports ports -> {
        StringBuilder text = new StringBuilder(" " + ports.ports().size() + " ports");
        ports.ports().forEach(port -> text.append('\n').append(port(port)));
        yield text.toString();
      }
      case MultipartReply.Groups groups -> {
        StringBuilder text = new StringBuilder();
        groups.groups().forEach(group -> text.append("\n ").append(group(group)));
        yield text.toString();
      }
      case MultipartReply.GroupDescriptions groups -> {
        StringBuilder text = new StringBuilder();
        groups.groups().forEach(g -> text.append("\n ").append(GroupText.format(version, g)));
        yield text.toString();
      }
      case MultipartReply.GroupFeatures features -> groupFeatures(features);
      case MultipartReply.Meters meters -> {
        StringJoiner text = new StringJoiner("\n");
        meters.meters().forEach(meter -> text.add("\n" + meter(meter)));
        yield text.toString();
      }
      case MultipartReply.MeterConfigs meters -> {
        StringJoiner text = new StringJoiner("\n");
        meters.meters().forEach(meter -> text.add("\n" + meter));
        yield text.toString();
      }
      case MultipartReply.MeterFeatures features ->
          "\nmax_meter:%s max_bands:%d max_color:%d\nband_types: %s\ncapabilities: %s"
              .formatted(
                  Integer.toUnsignedString(features.maxMeters()),
                  features.maxBands(),
                  features.maxColors(),
                  bits(features.bandTypes(), BAND_TYPES, KNOWN_BAND_TYPES),
                  bits(features.capabilities(), METER_FLAGS, KNOWN_METER_FLAGS));
    };
  }

  private static String description(MultipartReply.Description description) {
    return "\nManufacturer: %s\nHardware: %s\nSoftware: %s\nSerial Num: %s\nDP Description: %s"
        .formatted(
            description.manufacturer(),
            description.hardware(),
            description.software(),
            description.serialNumber(),
            description.datapath());
  }

  /** Tables with the counters of the one before are named only. */
  private static String tables(List<MultipartReply.TableStats> tables) {
    StringJoiner text = new StringJoiner("\n\n");
    for (int i = 0; i < tables.size(); i++) {
      MultipartReply.TableStats table = tables.get(i);
      int last = i;
      while (i > 0 && last < tables.size() && sameCounters(tables.get(last), tables.get(i - 1))) {
        last++;
      }
      if (last == i) {
        text.add(
            "  table %d:\n    active=%s, lookup=%s, matched=%s"
                .formatted(
                    table.table(),
                    Integer.toUnsignedString(table.active()),
                    Long.toUnsignedString(table.lookups()),
                    Long.toUnsignedString(table.matches())));
      } else if (last == i + 1) {
        text.add("  table %d: ditto".formatted(table.table()));
      } else {
        i = last - 1;
        text.add("  tables %d...%d: ditto".formatted(table.table(), tables.get(i).table()));
      }
    }
    return tables.isEmpty() ? "" : "\n" + text;
  }

  private static boolean sameCounters(
      MultipartReply.TableStats one, MultipartReply.TableStats other) {
    return one.active() == other.active()
        && one.lookups() == other.lookups()
        && one.matches() == other.matches();
  }

  private static String port(MultipartReply.PortStats port) {
    MultipartReply.PortCounters received = port.received();
    MultipartReply.PortCounters sent = port.sent();
    Optional<MultipartReply.EthernetErrors> errors = port.ethernet();
    String text =
        "  port %2s: rx pkts=%s, bytes=%s, drop=%s, errs=%s, frame=%s, over=%s, crc=%s\n"
                .formatted(
                    PortNo.toText(port.portNo()),
                    count(received.packets()),
                    count(received.bytes()),
                    count(received.dropped()),
                    count(received.errors()),
                    errors.map(e -> count(e.frame())).orElse("?"),
                    errors.map(e -> count(e.overrun())).orElse("?"),
                    errors.map(e -> count(e.crc())).orElse("?"))
            + "           tx pkts=%s, bytes=%s, drop=%s, errs=%s, coll=%s"
                .formatted(
                    count(sent.packets()),
                    count(sent.bytes()),
                    count(sent.dropped()),
                    count(sent.errors()),
                    errors.map(e -> count(e.collisions())).orElse("?"));
    return port.durationNanos() == MultipartReply.UNKNOWN_DURATION
        ? text
        : text + "\n           duration=" + MessageText.seconds(port.durationNanos()) + "s";
  }

  private static String count(long count) {
    return count == MultipartReply.UNKNOWN_COUNT ? "?" : Long.toUnsignedString(count);
  }

  private static String group(MultipartReply.GroupStats group) {
    StringBuilder text =
        new StringBuilder("group_id=" + Integer.toUnsignedString(group.groupId()) + ",");
    if (group.durationNanos() != MultipartReply.UNKNOWN_DURATION) {
      text.append("duration=").append(MessageText.seconds(group.durationNanos())).append("s,");
    }
    text.append("ref_count=").append(Integer.toUnsignedString(group.flows()));
    text.append(',').append(counter("packet_count=%s,byte_count=%s", group.counter()));
    for (int i = 0; i < group.buckets().size(); i++) {
      MultipartReply.Counter counter = group.buckets().get(i);
      if (counter.packets() != MultipartReply.UNKNOWN_COUNT) {
        text.append(",bucket").append(i).append(':');
        text.append(counter("packet_count=%s,byte_count=%s", counter));
      }
    }
    return text.toString();
  }

  private static String counter(String format, MultipartReply.Counter counter) {
    return format.formatted(
        Long.toUnsignedString(counter.packets()), Long.toUnsignedString(counter.bytes()));
  }

  private static String groupFeatures(MultipartReply.GroupFeatures features) {
    StringBuilder text =
        new StringBuilder(
            "\n Group table:\n    Types:  0x%x\n    Capabilities:  0x%x"
                .formatted(features.types(), features.capabilities()));
    for (int i = 0; i < GROUP_TYPES.length; i++) {
      if ((features.types() >>> i & 1) != 0) {
        text.append(
            "\n    %s group:\n       max_groups=%s\n       actions: %s"
                .formatted(
                    GROUP_TYPES[i],
                    FieldText.hexOrZero(Integer.toUnsignedLong(features.maxGroups().get(i))),
                    actions(features.actions().get(i))));
      }
    }
    return text.toString();
  }

  private static String actions(int set) {
    StringJoiner names = new StringJoiner(" ");
    names.setEmptyValue("<none>");
    for (int action : ACTION_ORDER) {
      if ((set >>> action & 1) != 0) {
        names.add(ACTIONS[action]);
      }
    }
    return names.toString();
  }

  private static String meter(MultipartReply.MeterStats meter) {
    StringBuilder text =
        new StringBuilder(
            "meter:%s flow_count:%s %s duration:%ss bands:"
                .formatted(
                    MeterText.id(meter.meterId()),
                    Integer.toUnsignedString(meter.flows()),
                    counter("packet_in_count:%s byte_in_count:%s", meter.received()),
                    MessageText.seconds(meter.durationNanos())));
    for (int i = 0; i < meter.bands().size(); i++) {
      text.append('\n').append(i).append(": ");
      text.append(counter("packet_count:%s byte_count:%s", meter.bands().get(i)));
    }
    return text.toString();
  }

  /** The names of the bits that are set, and what is left over; {@code 0} for none. */
  static String bits(int bits, String[] names, int known) {
    StringJoiner text = new StringJoiner(" ");
    text.setEmptyValue("0");
    for (int i = 0; i < names.length; i++) {
      if ((bits & known & 1 << i) != 0) {
        text.add(names[i]);
      }
    }
    if ((bits & ~known) != 0) {
      text.add("0x" + Integer.toHexString(bits & ~known));
    }
    return text.toString();
  }
}
