package org.ovswin.bench.ipam;

import java.io.IOException;
import java.util.Locale;

/** One question. */
enum Row {
  ALLOCATION("one durable allocation, one caller, in an empty /16"),
  CALLERS("many callers at once, each allocating again as soon as it has an answer"),
  FULL("one durable allocation in a /16 that is nearly full, beside an empty one"),
  START("a new Java process with the agent's options opens a database of many leases"),
  LOOKUP("release and look-ups beside many leases and beside ten"),
  NODES("many new nodes at once, each to get a block from an etcd of three members");

  private final String meaning;

  Row(String meaning) {
    this.meaning = meaning;
  }

  String meaning() {
    return meaning;
  }

  RowResult measure(Setting setting) throws IOException {
    return switch (this) {
      case ALLOCATION -> OneAllocation.measure(setting);
      case CALLERS -> ManyCallers.measure(setting);
      case FULL -> FullBlock.measure(setting);
      case START -> Start.measure(setting);
      case LOOKUP -> Lookups.measure(setting);
      case NODES -> NodesAtOnce.measure(setting);
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
