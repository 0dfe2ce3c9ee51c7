package org.ovswin.openflow;

import java.util.List;
import java.util.Optional;

/** A part of the answer to a {@link MultipartRequest} (OpenFlow 1.5, 7.3.5). */
public sealed interface MultipartReply extends Message.FromSwitch {
  /** A time that the switch does not say, in place of nanoseconds. */
  long UNKNOWN_DURATION = -1;

  /** A number that the switch does not count. */
  long UNKNOWN_COUNT = -1;

  /** Whether more parts follow. */
  Message.More more();

  /** Who made the switch, each in at most 255 bytes and the serial number in 31. */
  record Description(
      Message.More more,
      String manufacturer,
      String hardware,
      String software,
      String serialNumber,
      String datapath)
      implements MultipartReply {}

  /**
   * Sums over flows.
   *
   * @param flows 32 bits; -1 where the switch does not say
   */
  record Aggregate(Message.More more, long packets, long bytes, int flows)
      implements MultipartReply {}

  record Tables(Message.More more, List<TableStats> tables) implements MultipartReply {
    public Tables {
      tables = List.copyOf(tables);
    }
  }

  /** How much of a table is used: flows in it, packets looked up, packets that had a flow. */
  record TableStats(int table, int active, long lookups, long matches) {}

  record Ports(Message.More more, List<PortStats> ports) implements MultipartReply {
    public Ports {
      ports = List.copyOf(ports);
    }
  }

  /**
   * The counters of a port, {@link #UNKNOWN_COUNT} where it has none.
   *
   * @param durationNanos since it was added, or {@link #UNKNOWN_DURATION}
   * @param otherProperties what else the switch tells from OpenFlow 1.4 on, as it came
   */
  record PortStats(
      int portNo,
      PortCounters received,
      PortCounters sent,
      Optional<EthernetErrors> ethernet,
      long durationNanos,
      Octets otherProperties) {}

  /** One direction of a port. */
  record PortCounters(long packets, long bytes, long dropped, long errors) {}

  /** What went wrong on the wire; always there before OpenFlow 1.4. */
  record EthernetErrors(long frame, long overrun, long crc, long collisions) {}

  record Groups(Message.More more, List<GroupStats> groups) implements MultipartReply {
    public Groups {
      groups = List.copyOf(groups);
    }
  }

  /**
   * The counters of a group.
   *
   * @param flows how many flows and groups use it
   * @param durationNanos since it was added, or {@link #UNKNOWN_DURATION}
   */
  record GroupStats(
      int groupId, int flows, Counter counter, long durationNanos, List<Counter> buckets) {
    public GroupStats {
      buckets = List.copyOf(buckets);
    }
  }

  /** Packets and bytes. */
  record Counter(long packets, long bytes) {}

  record GroupDescriptions(Message.More more, List<Group> groups) implements MultipartReply {
    public GroupDescriptions {
      groups = List.copyOf(groups);
    }
  }

  /**
   * What groups the switch can have.
   *
   * @param types a bit for each {@link Group.Type}, from 0
   * @param maxGroups by type, 32 bits each
   * @param actions by type, a bit for each action's number in the message's version
   */
  record GroupFeatures(
      Message.More more,
      int types,
      int capabilities,
      List<Integer> maxGroups,
      List<Integer> actions)
      implements MultipartReply {
    public GroupFeatures {
      maxGroups = List.copyOf(maxGroups);
      actions = List.copyOf(actions);
    }
  }

  record Meters(Message.More more, List<MeterStats> meters) implements MultipartReply {
    public Meters {
      meters = List.copyOf(meters);
    }
  }

  /**
   * The counters of a meter.
   *
   * @param flows how many flows use it
   * @param received what it has measured
   * @param durationNanos since it was added
   * @param bands what each band has acted on
   */
  record MeterStats(
      int meterId, int flows, Counter received, long durationNanos, List<Counter> bands) {
    public MeterStats {
      bands = List.copyOf(bands);
    }
  }

  record MeterConfigs(Message.More more, List<Meter> meters) implements MultipartReply {
    public MeterConfigs {
      meters = List.copyOf(meters);
    }
  }

  /**
   * What meters the switch can have.
   *
   * @param maxMeters 32 bits
   * @param bandTypes bit 1 drop, bit 2 DSCP remark
   * @param capabilities as {@link Meter#flags}
   */
  record MeterFeatures(
      Message.More more,
      int maxMeters,
      int bandTypes,
      int capabilities,
      int maxBands,
      int maxColors)
      implements MultipartReply {}
}
