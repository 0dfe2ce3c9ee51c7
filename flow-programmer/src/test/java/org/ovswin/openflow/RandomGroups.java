package org.ovswin.openflow;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Groups and meters that a switch accepts, made from a seed: every type, with buckets that do what
 * random flows do. The same seed makes the same ones.
 */
public final class RandomGroups {
  private static final int MOST_BUCKETS = 6;

  private final Random random;
  private final RandomFlows flows;

  public RandomGroups(long seed) {
    this.random = new Random(seed);
    this.flows = new RandomFlows(seed);
  }

  /** That many groups with the ids from 1 on. */
  public List<Group> groups(int count) {
    List<Group> groups = new ArrayList<>();
    for (int id = 1; id <= count; id++) {
      groups.add(group(id));
    }
    return groups;
  }

  /** A group with this id; bucket ids are positions, so that every version can say them. */
  public Group group(int id) {
    return group(id, List.of(Group.Type.values()).get(random.nextInt(4)), Optional.empty());
  }

  /** A select group with a way to select, as only OpenFlow 1.5 can say. */
  public Group selecting(int id) {
    boolean hash = random.nextBoolean();
    List<MatchField> fields = new ArrayList<>();
    if (hash && random.nextBoolean()) {
      fields.add(MatchField.exact(Field.IPV4_SRC, 0xffffff00L));
    }
    if (hash && random.nextBoolean()) {
      fields.add(MatchField.exact(Field.IP_PROTO, 0xff));
      fields.add(MatchField.exact(Field.ETH_DST, 0xffff_ffff_ffffL));
    }
    Group.Selection selection =
        new Group.Selection(hash ? "hash" : "dp_hash", random.nextInt(3), fields);
    return group(id, Group.Type.SELECT, Optional.of(selection));
  }

  private Group group(int id, Group.Type type, Optional<Group.Selection> selection) {
    int count = type == Group.Type.INDIRECT ? 1 : random.nextInt(MOST_BUCKETS);
    List<Bucket> buckets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      buckets.add(bucket(i, type));
    }
    return new Group(id, type, buckets, selection);
  }

  private Bucket bucket(int id, Group.Type type) {
    boolean mayWatch = type == Group.Type.SELECT || type == Group.Type.FAST_FAILOVER;
    boolean watchesGroup = mayWatch && random.nextInt(4) == 0;
    boolean watchesPort =
        (type == Group.Type.FAST_FAILOVER && !watchesGroup) || (mayWatch && random.nextBoolean());
    List<Action> actions =
        flows.next().actions().stream().filter(RandomGroups::fitsInBucket).toList();
    return new Bucket(
        id,
        type == Group.Type.SELECT ? random.nextInt(200) : 0,
        watchesPort ? 1 + random.nextInt(9) : PortNo.ANY,
        watchesGroup ? 1 + random.nextInt(9) : Group.ANY,
        actions);
  }

  /** A bucket holds actions, not instructions; the rest needs a match that a bucket lacks. */
  private static boolean fitsInBucket(Action action) {
    return switch (action) {
      case Action.Output _, Action.SetField _, Action.Move _, Action.Resubmit _ -> true;
      case Action.CtClear _, Action.Note _, Action.OutputTruncated _ -> true;
      default -> false;
    };
  }

  /** A meter with this id. */
  public Meter meter(int id) {
    int flags = random.nextBoolean() ? Meter.KBPS : Meter.PKTPS;
    flags |= random.nextBoolean() ? Meter.BURST : 0;
    flags |= random.nextBoolean() ? Meter.STATS : 0;
    List<Meter.Band> bands = new ArrayList<>();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      long rate = random.nextInt(1, 100_000);
      long burst = (flags & Meter.BURST) != 0 ? random.nextInt(1, 100_000) : 0;
      bands.add(
          random.nextBoolean()
              ? new Meter.Band.Drop(rate, burst)
              : new Meter.Band.DscpRemark(rate, burst, random.nextInt(256)));
    }
    return new Meter(id, flags, bands);
  }
}
