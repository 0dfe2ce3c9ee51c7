package org.ovswin.openflow.session;

import java.util.Optional;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.Version;

/**
 * The desired flows as fingerprints, and what a dump has shown of each: a diff that holds 25 bytes
 * a slot, at most three quarters of which are used, instead of the flows. Three passes: {@link #of}
 * over the desired flows, {@link #observe} over the dump, {@link #change} over the desired flows
 * again. {@code FlowDiff} is the same in memory. One thread.
 */
final class FlowIndex {
  /** What a flow of the dump is to the desired ones. */
  enum Observed {
    UNCHANGED,
    DIFFERENT,
    EXTRA
  }

  private static final byte FREE = 0;
  private static final byte MISSING = 1;
  private static final byte UNCHANGED = 2;
  private static final byte DIFFERENT = 3;

  private static final int FIRST_SLOTS = 1 << 10;
  private static final int MAX_SLOTS = 1 << 27;

  private final FlowFingerprint fingerprint;
  private long[] keyHigh = new long[FIRST_SLOTS];
  private long[] keyLow = new long[FIRST_SLOTS];

  /** The fingerprint of the desired content; once found different, that of the observed terms. */
  private long[] content = new long[FIRST_SLOTS];

  private byte[] state = new byte[FIRST_SLOTS];
  private int size;
  private int missing;
  private int different;

  private FlowIndex(Version version) {
    this.fingerprint = new FlowFingerprint(version);
  }

  /**
   * Indexes the desired flows.
   *
   * @param version in which the switch is spoken to
   * @throws IllegalArgumentException two flows have one key, a flow lacks the cookie, or the tables
   *     do not come last first; names the flow
   */
  static FlowIndex of(Iterable<Flow> desired, long cookie, long cookieMask, Version version) {
    FlowIndex index = new FlowIndex(version);
    int table = Integer.MAX_VALUE;
    for (Flow flow : desired) {
      if ((flow.cookie() & cookieMask) != (cookie & cookieMask)) {
        throw new IllegalArgumentException(
            "cookie of %s (expected: 0x%x/0x%x)".formatted(flow, cookie, cookieMask));
      }
      if (flow.table() > table) {
        throw new IllegalArgumentException(
            "%s after table %d (expected: the last table first)".formatted(flow, table));
      }
      table = flow.table();
      if (!index.add(flow)) {
        throw new IllegalArgumentException(
            "two flows of one table, priority and match (expected: one): %s and %s"
                .formatted(index.twin(desired, flow), flow));
      }
    }
    return index;
  }

  private boolean add(Flow flow) {
    if (size >= state.length / 4 * 3) {
      grow();
    }
    fingerprint.take(flow);
    int slot = find(fingerprint.keyHigh(), fingerprint.keyLow());
    if (state[slot] != FREE) {
      return false;
    }
    keyHigh[slot] = fingerprint.keyHigh();
    keyLow[slot] = fingerprint.keyLow();
    content[slot] = fingerprint.content();
    state[slot] = MISSING;
    size++;
    missing++;
    return true;
  }

  /** The first of the desired flows that has the key of this one. */
  private Flow twin(Iterable<Flow> desired, Flow flow) {
    for (Flow candidate : desired) {
      if (candidate.key().equals(flow.key())) {
        return candidate;
      }
    }
    return flow;
  }

  /** The slot of a key, or the free one where it would be. */
  private int find(long high, long low) {
    int mask = state.length - 1;
    int slot = (int) high & mask;
    while (state[slot] != FREE && (keyHigh[slot] != high || keyLow[slot] != low)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    if (state.length >= MAX_SLOTS) {
      throw new IllegalArgumentException("more than " + size + " desired flows");
    }
    long[] oldHigh = keyHigh;
    long[] oldLow = keyLow;
    long[] oldContent = content;
    byte[] oldState = state;
    int slots = state.length * 2;
    state = new byte[slots];
    keyHigh = new long[slots];
    keyLow = new long[slots];
    content = new long[slots];
    for (int i = 0; i < oldState.length; i++) {
      if (oldState[i] != FREE) {
        int slot = find(oldHigh[i], oldLow[i]);
        keyHigh[slot] = oldHigh[i];
        keyLow[slot] = oldLow[i];
        content[slot] = oldContent[i];
        state[slot] = oldState[i];
      }
    }
  }

  /** Notes that the switch has this flow. */
  Observed observe(Flow flow) {
    fingerprint.take(flow);
    int slot = find(fingerprint.keyHigh(), fingerprint.keyLow());
    if (state[slot] == FREE) {
      return Observed.EXTRA;
    }
    // A switch may show a flow twice that was replaced during the dump.
    if (state[slot] == MISSING) {
      missing--;
      if (content[slot] == fingerprint.content()) {
        state[slot] = UNCHANGED;
      } else {
        state[slot] = DIFFERENT;
        content[slot] = fingerprint.terms();
        different++;
      }
    }
    return state[slot] == UNCHANGED ? Observed.UNCHANGED : Observed.DIFFERENT;
  }

  /** Whether the flow is none of the desired ones. */
  boolean isExtra(Flow flow) {
    fingerprint.take(flow);
    return state[find(fingerprint.keyHigh(), fingerprint.keyLow())] == FREE;
  }

  /**
   * What makes the switch have this desired flow; nothing where it has.
   *
   * @throws IllegalArgumentException the flow is none of those that were indexed
   */
  Optional<FlowChange> change(Flow flow) {
    fingerprint.take(flow);
    int slot = find(fingerprint.keyHigh(), fingerprint.keyLow());
    return switch (state[slot]) {
      case UNCHANGED -> Optional.empty();
      case MISSING -> Optional.of(new FlowChange.Add(flow));
      case DIFFERENT ->
          Optional.of(
              content[slot] == fingerprint.terms()
                  ? new FlowChange.ModifyStrict(flow)
                  : new FlowChange.Add(flow));
      default ->
          throw new IllegalArgumentException(
              flow + " (expected: the same desired flows each time)");
    };
  }

  int size() {
    return size;
  }

  /** Desired flows that the switch was not seen to have. */
  int missing() {
    return missing;
  }

  /** Desired flows that the switch has in another form. */
  int different() {
    return different;
  }
}
