package org.ovswin.openflow;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The steps from the groups that a switch has to those that it should have.
 *
 * <p>Groups that are right are not touched: their counters go on. One that has changed is modified
 * in place, so that flows that use it stay.
 *
 * <p>Make before break: {@link Steps#before} belongs before the changes of the flows, because a
 * flow on a group that is not there is refused, and {@link Steps#after} after them, because
 * deleting a group deletes the flows that still use it. Among groups the same holds: one that sends
 * to another is added after it, and deleted before it.
 */
public final class GroupDiff {
  private GroupDiff() {}

  /**
   * The changes, each list in the order in which it is to be sent.
   *
   * @param before adds and modifications: before the flows that use them
   * @param after deletes: after the flows that used them
   */
  public record Steps(List<GroupChange> before, List<GroupChange> after) {
    public Steps {
      before = List.copyOf(before);
      after = List.copyOf(after);
    }

    public boolean isEmpty() {
      return before.isEmpty() && after.isEmpty();
    }
  }

  /**
   * The changes that make {@code observed} into {@code desired}; none where they mean the same.
   *
   * @param observed all groups that the switch has and that may be deleted; groups have no cookie,
   *     so whose they are must be known by their ids
   * @throws IllegalArgumentException two desired groups have the same id; says which
   */
  public static Steps diff(Collection<Group> observed, Collection<Group> desired) {
    Map<Integer, Group> wanted = byId(desired);
    Map<Integer, Group> there = LinkedHashMap.newLinkedHashMap(observed.size());
    observed.forEach(group -> there.put(group.id(), group));

    List<GroupChange> before = new ArrayList<>();
    for (Group group : GroupOrder.usedFirst(wanted)) {
      Optional<Group> present = Optional.ofNullable(there.get(group.id()));
      if (present.isEmpty()) {
        before.add(new GroupChange.Add(group));
      } else if (!same(present.get(), group)) {
        before.add(new GroupChange.Modify(group));
      }
    }
    List<GroupChange> after = new ArrayList<>();
    for (Group group : GroupOrder.usedFirst(there).reversed()) {
      if (!wanted.containsKey(group.id())) {
        after.add(new GroupChange.Delete(group.id()));
      }
    }
    return new Steps(before, after);
  }

  /** Whether two groups of one id do the same to a packet, and buckets are counted alike. */
  public static boolean same(Group one, Group other) {
    return one.type() == other.type()
        && selection(one).equals(selection(other))
        && buckets(one).equals(buckets(other));
  }

  private static Map<Integer, Group> byId(Collection<Group> desired) {
    Map<Integer, Group> wanted = LinkedHashMap.newLinkedHashMap(desired.size());
    for (Group group : desired) {
      Group twin = wanted.put(group.id(), group);
      if (twin != null) {
        throw new IllegalArgumentException(
            "two groups of one id (expected: one): %s and %s".formatted(twin, group));
      }
    }
    return wanted;
  }

  /** What decides how a bucket is chosen; the order of hashed fields does not. */
  private record Choice(String method, long param, Set<MatchField> fields) {}

  private static Optional<Choice> selection(Group group) {
    return group.selection().map(s -> new Choice(s.method(), s.param(), new HashSet<>(s.fields())));
  }

  /** The buckets with their actions in the form in which the switch reports them. */
  private static List<Bucket> buckets(Group group) {
    return group.buckets().stream()
        .map(
            bucket ->
                new Bucket(
                    bucket.bucketId(),
                    bucket.weight(),
                    bucket.watchPort(),
                    bucket.watchGroup(),
                    ActionForm.canonical(bucket.actions())))
        .toList();
  }
}
