package org.ovswin.openflow;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The steps from the flows that a switch has to those that it should have.
 *
 * <p>Flows that are right are not touched: their packets and counters go on. The order is make
 * before break: what is new is added from the last table to the first, so that no packet is sent to
 * a table that is not ready, and only then what is too much is deleted, from the first table to the
 * last. Within a table, an exception comes before its rule and outlives it.
 */
public final class FlowDiff {
  private static final Comparator<FlowChange> FIRST_TABLE_FIRST =
      Comparator.<FlowChange>comparingInt(change -> change.flow().table())
          .thenComparingInt(change -> change.flow().priority());

  private FlowDiff() {}

  /**
   * The changes that make {@code observed} into {@code desired}; none where they mean the same.
   *
   * @param observed all flows of ours that the switch has, e.g. a dump by {@link Cookie#MASK};
   *     those that are not desired are deleted
   * @throws IllegalArgumentException two desired flows have the same table, priority and match;
   *     says which
   */
  public static List<FlowChange> diff(Collection<Flow> observed, Collection<Flow> desired) {
    Map<Flow.Key, Flow> wanted = byKey(desired);
    Map<Flow.Key, Flow> there = HashMap.newHashMap(observed.size());
    observed.forEach(flow -> there.put(flow.key(), flow));

    List<FlowChange> changes = new ArrayList<>();
    wanted.forEach(
        (key, flow) -> {
          Flow present = there.get(key);
          if (present == null) {
            changes.add(new FlowChange.Add(flow));
          } else if (!sameTerms(present, flow)) {
            changes.add(new FlowChange.Add(flow));
          } else if (!sameActions(present, flow)) {
            changes.add(new FlowChange.ModifyStrict(flow));
          }
        });
    changes.sort(FIRST_TABLE_FIRST.reversed());

    List<FlowChange> deletes = new ArrayList<>();
    there.forEach(
        (key, flow) -> {
          if (!wanted.containsKey(key)) {
            deletes.add(new FlowChange.DeleteStrict(flow));
          }
        });
    deletes.sort(FIRST_TABLE_FIRST);
    changes.addAll(deletes);
    return changes;
  }

  /** Whether two flows of one key do the same to a packet and are counted and kept alike. */
  public static boolean same(Flow one, Flow other) {
    return sameTerms(one, other) && sameActions(one, other);
  }

  /** The one form of all flows that are the {@link #same}. */
  public static Flow canonical(Flow flow) {
    List<Action> actions = ActionForm.canonical(flow.actions());
    Set<FlowFlag> flags = lasting(flow.flags());
    if (actions.equals(flow.actions()) && flags.equals(flow.flags())) {
      return flow;
    }
    return new Flow(
        flow.table(),
        flow.priority(),
        flow.cookie(),
        flow.match(),
        actions,
        flow.idleTimeoutSeconds(),
        flow.hardTimeoutSeconds(),
        flags,
        flow.importance());
  }

  private static Map<Flow.Key, Flow> byKey(Collection<Flow> desired) {
    Map<Flow.Key, Flow> wanted = LinkedHashMap.newLinkedHashMap(desired.size());
    for (Flow flow : desired) {
      Flow twin = wanted.put(flow.key(), flow);
      if (twin != null) {
        throw new IllegalArgumentException(
            "two flows of one table, priority and match (expected: one): %s and %s"
                .formatted(twin, flow));
      }
    }
    return wanted;
  }

  private static boolean sameActions(Flow one, Flow other) {
    return one.actions().equals(other.actions())
        || ActionForm.canonical(one.actions()).equals(ActionForm.canonical(other.actions()));
  }

  private static boolean sameTerms(Flow one, Flow other) {
    return one.cookie() == other.cookie()
        && one.idleTimeoutSeconds() == other.idleTimeoutSeconds()
        && one.hardTimeoutSeconds() == other.hardTimeoutSeconds()
        && one.importance() == other.importance()
        && lasting(one.flags()).equals(lasting(other.flags()));
  }

  /** The flags that the switch keeps; the others only say how a flow is added. */
  private static Set<FlowFlag> lasting(Set<FlowFlag> flags) {
    EnumSet<FlowFlag> kept = EnumSet.noneOf(FlowFlag.class);
    kept.addAll(flags);
    kept.remove(FlowFlag.CHECK_OVERLAP);
    kept.remove(FlowFlag.RESET_COUNTS);
    return kept;
  }
}
