package org.ovswin.openflow;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Groups that send to other groups, after those. */
final class GroupOrder {
  private GroupOrder() {}

  /**
   * The groups in an order in which each comes after those that it uses. Groups that use each other
   * in a circle come in any order.
   */
  static List<Group> usedFirst(Map<Integer, Group> groups) {
    List<Group> order = new ArrayList<>(groups.size());
    Set<Integer> entered = new HashSet<>();
    Set<Integer> placed = new HashSet<>();
    Deque<Group> path = new ArrayDeque<>();
    for (Group root : groups.values()) {
      path.push(root);
      while (!path.isEmpty()) {
        Group group = path.element();
        if (!entered.add(group.id())) {
          path.pop();
          if (placed.add(group.id())) {
            order.add(group);
          }
          continue;
        }
        for (int id : used(group)) {
          Group next = groups.get(id);
          if (next != null && !entered.contains(id)) {
            path.push(next);
          }
        }
      }
    }
    return order;
  }

  private static Set<Integer> used(Group group) {
    Set<Integer> ids = new HashSet<>();
    for (Bucket bucket : group.buckets()) {
      ids.add(bucket.watchGroup());
      addUsed(bucket.actions(), ids);
    }
    return ids;
  }

  private static void addUsed(Collection<Action> actions, Set<Integer> ids) {
    for (Action action : actions) {
      switch (action) {
        case Action.Group(int id) -> ids.add(id);
        case Action.Clone(List<Action> cloned) -> addUsed(cloned, ids);
        default -> {} // Nothing else leads to a group from within a bucket.
      }
    }
  }
}
