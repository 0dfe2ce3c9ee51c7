package org.ovswin.bench.cni;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.ovswin.bench.measure.Goal;
import org.ovswin.bench.measure.Measurement;
import org.ovswin.bench.measure.RowResult;

/** One question. Those that need few pods come first: the pods stay from one to the next. */
enum Row {
  FIRST("pods one after another on an empty node, and away again"),
  TOGETHER("pods added by many callers at a time, and away again"),
  PACKET("pods whose first act, right after ADD has answered, is to send"),
  DENSITY("pods one after another beside those that are there already"),
  AGENT("the agent that has these pods");

  private final String meaning;

  Row(String meaning) {
    this.meaning = meaning;
  }

  RowResult measure(Setting setting) throws IOException {
    return switch (this) {
      case FIRST -> OneByOne.first(setting);
      case TOGETHER -> Together.measure(setting);
      case PACKET -> FirstPacket.measure(setting);
      case DENSITY -> OneByOne.density(setting);
      case AGENT -> AgentCost.measure(setting);
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
