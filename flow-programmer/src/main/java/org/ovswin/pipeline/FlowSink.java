package org.ovswin.pipeline;

import java.util.function.Consumer;
import org.ovswin.openflow.Action;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.Match;

/** Takes the flows of one table for one object, and gives them its number and cookie. */
final class FlowSink {
  private final TableId table;
  private final long cookie;
  private final Consumer<Flow> flows;

  FlowSink(TableId table, long cookie, Consumer<Flow> flows) {
    this.table = table;
    this.cookie = cookie;
    this.flows = flows;
  }

  /**
   * One flow entry; no action means that the packet is dropped.
   *
   * @param priority the higher wins
   */
  void flow(int priority, Match.Builder match, Action... actions) {
    flows.accept(Flow.of(table.number(), priority, cookie, match.build(), actions));
  }
}
