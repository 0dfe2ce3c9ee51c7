package org.ovswin.openflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The diff of groups, with a map as the switch. */
final class GroupDiffTest {
  private static final int ROUNDS = 300;

  private static final Group ONE = Group.of(1, Group.Type.ALL, Bucket.of(0, Actions.output(1)));

  @Test
  void applied_toAnyGroups_makesTheDesiredOnes() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      RandomGroups groups = new RandomGroups(seed);
      List<Group> observed = some(groups, random);
      List<Group> desired = some(groups, random);
      GroupDiff.Steps steps = GroupDiff.diff(observed, desired);
      Collection<Group> after = apply(observed, steps);
      assertThat(after).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(desired);
      assertThat(GroupDiff.diff(after, desired).isEmpty()).as("seed %d", seed).isTrue();
    }
  }

  private static List<Group> some(RandomGroups groups, Random random) {
    List<Group> some = new ArrayList<>();
    for (int id = 1; id <= 20; id++) {
      switch (random.nextInt(3)) {
        case 0 -> some.add(groups.group(id));
        case 1 -> some.add(Group.of(id, Group.Type.ALL, Bucket.of(0, Actions.output(id))));
        default -> {}
      }
    }
    return some;
  }

  /** What the switch does: it refuses to add what is there and to modify what is not. */
  private static Collection<Group> apply(List<Group> observed, GroupDiff.Steps steps) {
    Map<Integer, Group> groups = new HashMap<>();
    observed.forEach(group -> groups.put(group.id(), group));
    List<GroupChange> changes = new ArrayList<>(steps.before());
    changes.addAll(steps.after());
    for (GroupChange change : changes) {
      switch (change) {
        case GroupChange.Add(Group group) ->
            assertThat(groups.put(group.id(), group)).as("%s", change).isNull();
        case GroupChange.Modify(Group group) ->
            assertThat(groups.put(group.id(), group)).as("%s", change).isNotNull();
        case GroupChange.Delete(int id) ->
            assertThat(groups.remove(id)).as("%s", change).isNotNull();
        case GroupChange.InsertBuckets _, GroupChange.RemoveBuckets _ ->
            throw new AssertionError(change);
      }
    }
    return groups.values();
  }

  @Test
  void diff_ofMissingWrongAndExtra_addsModifiesAndDeletes() {
    Group changed = Group.of(1, Group.Type.ALL, Bucket.of(0, Actions.output(2)));
    Group missing = Group.of(2, Group.Type.ALL);
    Group extra = Group.of(3, Group.Type.ALL);
    GroupDiff.Steps steps = GroupDiff.diff(List.of(ONE, extra), List.of(changed, missing));
    assertThat(steps.before())
        .containsExactly(new GroupChange.Modify(changed), new GroupChange.Add(missing));
    assertThat(steps.after()).containsExactly(new GroupChange.Delete(3));
  }

  @Test
  void diff_ofTheSame_touchesNothing() {
    assertThat(GroupDiff.diff(List.of(ONE), List.of(ONE)).isEmpty()).isTrue();
  }

  @Test
  void diff_ofFormsThatMeanTheSame_isEmpty() {
    Subfield half = new Subfield(Field.REG0, 16, 16);
    Bucket loaded = Bucket.weighted(0, 1, new Action.Load(half, 5));
    Bucket set = Bucket.weighted(0, 1, Actions.set(Field.REG0, 0x5_0000, 0xffff_0000L));
    MatchField source = MatchField.exact(Field.IPV4_SRC, -1);
    MatchField target = MatchField.exact(Field.IPV4_DST, -1);
    Group one = selecting(loaded, source, target);
    Group other = selecting(set, target, source);
    assertThat(GroupDiff.diff(List.of(one), List.of(other)).isEmpty()).isTrue();
  }

  private static Group selecting(Bucket bucket, MatchField... fields) {
    Group.Selection selection = new Group.Selection("hash", 0, List.of(fields));
    return new Group(1, Group.Type.SELECT, List.of(bucket), Optional.of(selection));
  }

  @Test
  void diff_ofAnotherWayToSelect_modifies() {
    Bucket bucket = Bucket.weighted(0, 1, Actions.output(1));
    Group usual = Group.of(1, Group.Type.SELECT, bucket);
    Group hashed = selecting(bucket);
    assertThat(GroupDiff.diff(List.of(usual), List.of(hashed)).before())
        .containsExactly(new GroupChange.Modify(hashed));
  }

  @Test
  void diff_ofGroupsThatUseOthers_addsTheUsedFirstAndDeletesThemLast() {
    Group first = Group.of(1, Group.Type.ALL, Bucket.of(0, new Action.Group(2)));
    Group second =
        Group.of(
            2,
            Group.Type.FAST_FAILOVER,
            new Bucket(0, 0, PortNo.ANY, 3, List.of(Actions.output(1))));
    Group third = Group.of(3, Group.Type.ALL);
    List<Group> all = List.of(first, second, third);
    assertThat(GroupDiff.diff(List.of(), all).before())
        .containsExactly(
            new GroupChange.Add(third), new GroupChange.Add(second), new GroupChange.Add(first));
    assertThat(GroupDiff.diff(all, List.of()).after())
        .containsExactly(
            new GroupChange.Delete(1), new GroupChange.Delete(2), new GroupChange.Delete(3));
  }

  @Test
  void diff_ofGroupsInACircle_addsEachOnce() {
    Group one = Group.of(1, Group.Type.ALL, Bucket.of(0, new Action.Group(2)));
    Group two = Group.of(2, Group.Type.ALL, Bucket.of(0, new Action.Group(1)));
    assertThat(GroupDiff.diff(List.of(), List.of(one, two)).before()).hasSize(2);
  }

  @Test
  void diff_ofAVeryLongChain_ends() {
    List<Group> chain = new ArrayList<>();
    int length = 50_000;
    for (int id = 1; id <= length; id++) {
      chain.add(Group.of(id, Group.Type.ALL, Bucket.of(0, new Action.Group(id + 1))));
    }
    assertThat(GroupDiff.diff(List.of(), chain).before().getFirst().groupId()).isEqualTo(length);
  }

  @Test
  void diff_ofTwoDesiredGroupsOfOneId_namesThem() {
    Group other = Group.of(1, Group.Type.ALL);
    assertThatThrownBy(() -> GroupDiff.diff(List.of(), List.of(ONE, other)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("actions=output:1 and")
        .hasMessageContaining("group_id=1,type=all");
  }
}
