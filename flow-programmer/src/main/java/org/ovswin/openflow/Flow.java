package org.ovswin.openflow;

import java.util.List;
import java.util.Set;

/**
 * One flow entry (OpenFlow 1.5, 5.2). Its identity is {@link #key}: table, priority and match.
 *
 * @param table 0 to 254
 * @param priority 0 to 65535; the highest that matches wins
 * @param cookie 64 bits, opaque to the switch; see {@link Cookie}
 * @param actions empty to drop
 * @param idleTimeoutSeconds 0 for none
 * @param hardTimeoutSeconds 0 for none
 */
public record Flow(
    int table,
    int priority,
    long cookie,
    Match match,
    List<Action> actions,
    int idleTimeoutSeconds,
    int hardTimeoutSeconds,
    Set<FlowFlag> flags,
    int importance) {
  /** The priority that {@code ovs-ofctl} does not show. */
  public static final int DEFAULT_PRIORITY = 0x8000;

  private static final int MAX_TABLE = 254;

  public Flow {
    check("table", table, MAX_TABLE);
    check("priority", priority, 0xffff);
    check("idle_timeout", idleTimeoutSeconds, 0xffff);
    check("hard_timeout", hardTimeoutSeconds, 0xffff);
    check("importance", importance, 0xffff);
    actions = List.copyOf(actions);
    Instructions.checkOrder(actions);
    flags = FlowFlag.copyOf(flags);
  }

  /** A flow that stays until it is deleted. */
  public Flow(int table, int priority, long cookie, Match match, List<Action> actions) {
    this(table, priority, cookie, match, actions, 0, 0, Set.of(), 0);
  }

  /** As above, for actions that are written out. */
  public static Flow of(int table, int priority, long cookie, Match match, Action... actions) {
    return new Flow(table, priority, cookie, match, List.of(actions));
  }

  /** The same flow with timeouts in seconds, 0 for none. */
  public Flow withTimeouts(int idleSeconds, int hardSeconds) {
    return new Flow(
        table, priority, cookie, match, actions, idleSeconds, hardSeconds, flags, importance);
  }

  /** What tells this entry from all others in the switch. */
  public record Key(int table, int priority, Match match) {}

  public Key key() {
    return new Key(table, priority, match);
  }

  /**
   * As {@code ovs-ofctl --no-stats --no-names dump-flows} shows it: {@code table=6,
   * priority=100,ip,nw_dst=10.244.1.5 actions=output:5}.
   */
  @Override
  public String toString() {
    return FlowText.format(this);
  }

  private static void check(String name, int value, int max) {
    if (value < 0 || value > max) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 0 to " + max + ")");
    }
  }
}
