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
    text.append(terms(flow));
    String match = matchWithPriority(flow.priority(), flow.match());
    if (!match.isEmpty()) {
      text.append(match).append(' ');
    }
    return text.append("actions=").append(ActionText.format(flow.actions())).toString();
  }

  /** Timeouts, flags and importance, each followed by a space. */
  static String terms(Flow flow) {
    StringBuilder text = new StringBuilder();
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
    return text.toString();
  }

  /** As {@code ovs-ofctl ofp-print} shows the message's contents. */
  static String format(Message.FlowMod mod) {
    StringBuilder text =
        new StringBuilder(
            switch (mod.command()) {
              case ADD -> "ADD";
              case MODIFY -> "MOD";
              case MODIFY_STRICT -> "MOD_STRICT";
              case DELETE -> "DEL";
              case DELETE_STRICT -> "DEL_STRICT";
            });
    if (mod.table() != 0) {
      text.append(" table:").append(mod.table());
    }
    text.append(' ');
    String match = matchWithPriority(mod.priority(), mod.match());
    if (!match.isEmpty()) {
      text.append(match).append(' ');
    }
    boolean delete =
        mod.command() == Message.FlowMod.Command.DELETE
            || mod.command() == Message.FlowMod.Command.DELETE_STRICT;
    if (mod.cookie() != 0 && mod.cookie() != -1L && mod.cookieMask() == 0 && !delete) {
      text.append("cookie:0x").append(Long.toHexString(mod.cookie())).append(' ');
    }
    if (mod.cookieMask() != 0) {
      text.append("cookie:0x%x/0x%x ".formatted(mod.cookie(), mod.cookieMask()));
    }
    appendUnlessZero(text, "idle:", mod.idleTimeoutSeconds());
    appendUnlessZero(text, "hard:", mod.hardTimeoutSeconds());
    appendUnlessZero(text, "importance:", mod.importance());
    if (mod.bufferId() != Message.NO_BUFFER) {
      text.append("buf:0x").append(Integer.toHexString(mod.bufferId())).append(' ');
    }
    if (mod.outPort() != PortNo.ANY) {
      text.append("out_port:").append(PortNo.toText(mod.outPort())).append(' ');
    }
    text.append(flags(mod.flags()));
    return text.append("actions=").append(ActionText.format(mod.actions())).toString();
  }

  private static void appendUnlessZero(StringBuilder text, String name, int value) {
    if (value != 0) {
      text.append(name).append(value).append(' ');
    }
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
