package org.ovswin.openflow;

/** A question whose answer may come in parts (OpenFlow 1.5, 7.3.5). */
public sealed interface MultipartRequest extends Message.Request {
  /** Who made the switch. */
  record Description() implements MultipartRequest {}

  /** The sums over the flows that a {@link Message.FlowStatsRequest} would list. */
  record Aggregate(int table, int outPort, int outGroup, long cookie, long cookieMask, Match match)
      implements MultipartRequest {}

  /** The counters of the flow tables. */
  record Tables() implements MultipartRequest {}

  /**
   * The counters of ports.
   *
   * @param port or {@link PortNo#ANY} for all
   */
  record Ports(int port) implements MultipartRequest {}

  /**
   * The counters of groups.
   *
   * @param groupId or {@link Group#ALL}
   */
  record Groups(int groupId) implements MultipartRequest {}

  /**
   * The groups themselves.
   *
   * @param groupId or {@link Group#ALL}, the only one before OpenFlow 1.5
   */
  record GroupDescriptions(int groupId) implements MultipartRequest {}

  /** What groups the switch can have. */
  record GroupFeatures() implements MultipartRequest {}

  /**
   * The counters of meters.
   *
   * @param meterId or {@link Meter#ALL}
   */
  record Meters(int meterId) implements MultipartRequest {}

  /**
   * The meters themselves.
   *
   * @param meterId or {@link Meter#ALL}
   */
  record MeterConfigs(int meterId) implements MultipartRequest {}

  /** What meters the switch can have. */
  record MeterFeatures() implements MultipartRequest {}
}
