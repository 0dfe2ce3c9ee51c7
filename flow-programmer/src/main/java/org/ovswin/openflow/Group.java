package org.ovswin.openflow;

import java.util.List;
import java.util.Optional;

/**
 * A group of action lists (OpenFlow 1.5, 5.10). Its identity is {@link #id}.
 *
 * @param id unsigned, 0 to {@link #MAX_ID}
 * @param selection how a select group chooses; empty for the switch's own way, the only one before
 *     OpenFlow 1.5
 */
public record Group(int id, Type type, List<Bucket> buckets, Optional<Selection> selection) {
  /** The highest id, as an unsigned number. */
  public static final int MAX_ID = 0xffff_ff00;

  /** In place of an id: every group. */
  public static final int ALL = 0xffff_fffc;

  /** In place of an id: no group, or any. */
  public static final int ANY = 0xffff_ffff;

  /** In wire order, from 0. */
  public enum Type {
    /** Every bucket, each with an own copy of the packet. */
    ALL,
    /** One bucket, chosen by weight. */
    SELECT,
    /** Its only bucket. */
    INDIRECT,
    /** The first bucket that is live. */
    FAST_FAILOVER
  }

  /**
   * How a select group chooses a bucket (Netronome's extension, OVS group-selection-method-property
   * documentation).
   *
   * @param method {@code hash} or {@code dp_hash}; at most 15 bytes of ASCII
   * @param param the method's, 64 bits
   * @param fields the fields that are hashed, with the bits that count in the value; of {@code
   *     hash} only, empty for the switch's choice
   */
  public record Selection(String method, long param, List<MatchField> fields) {
    private static final int MAX_METHOD_BYTES = 15;

    public Selection {
      if (method.isEmpty()
          || method.length() > MAX_METHOD_BYTES
          || method.chars().anyMatch(c -> c <= ' ' || c > '~')) {
        throw new IllegalArgumentException(
            "selection_method: '%s' (expected: 1 to %d bytes of ASCII)"
                .formatted(method, MAX_METHOD_BYTES));
      }
      fields = List.copyOf(fields);
      if (!fields.isEmpty() && !method.equals("hash")) {
        throw new IllegalArgumentException(
            "selection_method: %s with fields (expected: hash)".formatted(method));
      }
    }
  }

  public Group {
    if (Integer.compareUnsigned(id, MAX_ID) > 0) {
      throw new IllegalArgumentException(
          "group_id: %s (expected: 0 to %s)"
              .formatted(Integer.toUnsignedString(id), Integer.toUnsignedString(MAX_ID)));
    }
    buckets = List.copyOf(buckets);
    GroupRules.check(Message.GroupMod.Command.ADD, type, id, Bucket.ALL, buckets, selection);
  }

  /** A group in which the switch chooses its own way. */
  public Group(int id, Type type, List<Bucket> buckets) {
    this(id, type, buckets, Optional.empty());
  }

  /** As above, for buckets that are written out. */
  public static Group of(int id, Type type, Bucket... buckets) {
    return new Group(id, type, List.of(buckets));
  }

  /** As {@code ovs-ofctl -O OpenFlow15 dump-groups} shows it. */
  @Override
  public String toString() {
    return GroupText.format(this);
  }
}
