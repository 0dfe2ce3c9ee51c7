package org.ovswin.openflow;

import java.util.Set;

/** A flow as {@code ovs-ofctl --no-stats --no-names dump-flows} writes it. */
final class FlowText {
  private FlowText() {}

  static String format(Flow flow) {
    StringBuilder text = new StringBuilder();
    if (flow.cookie() != 0) {
      text.append("cookie=0x").append(Long.toHexString(flow.cookie())).append(", ");
    }
    if (flow.table() != 0) {
      text.append("table=").append(flow.table()).append(", ");
    }
    if (flow.idleTimeoutSeconds() != 0) {
      text.append("idle_timeout=").append(flow.idleTimeoutSeconds()).append(", ");
    }
    if (flow.hardTimeoutSeconds() != 0) {
      text.append("hard_timeout=").append(flow.hardTimeoutSeconds()).append(", ");
    }
    text.append(flags(flow.flags()));
    if (flow.importance() != 0) {
      text.append("importance=").append(flow.importance()).append(", ");
    }
    String match = matchWithPriority(flow.priority(), flow.match());
    if (!match.isEmpty()) {
      text.append(match).append(' ');
    }
    return text.append("actions=").append(ActionText.format(flow.actions())).toString();
  }

  /** {@code priority=100,ip}; the default priority is not shown. */
  static String matchWithPriority(int priority, Match match) {
    if (priority == Flow.DEFAULT_PRIORITY) {
      return match.toString();
    }
    String fields = match.toString();
    return "priority=" + priority + (fields.isEmpty() ? "" : "," + fields);
  }

  /** Each flag followed by a space. */
  static String flags(Set<FlowFlag> flags) {
    StringBuilder text = new StringBuilder();
    flags.forEach(flag -> text.append(FieldText.lower(flag)).append(' '));
    return text.toString();
  }
}
