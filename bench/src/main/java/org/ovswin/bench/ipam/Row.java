package org.ovswin.bench.ipam;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.ovswin.bench.measure.Goal;
import org.ovswin.bench.measure.Measurement;
import org.ovswin.bench.measure.RowResult;

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

  RowResult result(List<Measurement> measurements, List<Goal> goals) {
    return new RowResult(toString(), meaning, measurements, goals);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
