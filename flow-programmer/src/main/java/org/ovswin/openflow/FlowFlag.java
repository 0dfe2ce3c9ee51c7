package org.ovswin.openflow;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What the switch does besides with a flow (OpenFlow 1.5, 7.3.4.1), in bit order from 0. */
public enum FlowFlag {
  /** Tell the controllers when it goes. */
  SEND_FLOW_REM,
  /** Refuse it where it overlaps another of equal priority. */
  CHECK_OVERLAP,
  RESET_COUNTS,
  NO_PACKET_COUNTS,
  NO_BYTE_COUNTS;

  /** There are so few sets of flags that all flows share them. */
  private static final List<Set<FlowFlag>> BY_BITS = everySet();

  /** The flags of these bits; bits without a name are left out. */
  public static Set<FlowFlag> ofBits(int bits) {
    return BY_BITS.get(bits & (BY_BITS.size() - 1));
  }

  /** The inverse of {@link #ofBits}. */
  public static int toBits(Set<FlowFlag> flags) {
    if (flags.isEmpty()) {
      return 0;
    }
    int bits = 0;
    bits |= flags.contains(SEND_FLOW_REM) ? 1 : 0;
    bits |= flags.contains(CHECK_OVERLAP) ? 2 : 0;
    bits |= flags.contains(RESET_COUNTS) ? 4 : 0;
    bits |= flags.contains(NO_PACKET_COUNTS) ? 8 : 0;
    bits |= flags.contains(NO_BYTE_COUNTS) ? 16 : 0;
    return bits;
  }

  /** These flags as a set that cannot be changed and is in bit order. */
  static Set<FlowFlag> copyOf(Set<FlowFlag> flags) {
    return ofBits(toBits(flags));
  }

  private static List<Set<FlowFlag>> everySet() {
    FlowFlag[] flags = values();
    List<Set<FlowFlag>> sets = new ArrayList<>();
    for (int bits = 0; bits < 1 << flags.length; bits++) {
      EnumSet<FlowFlag> set = EnumSet.noneOf(FlowFlag.class);
      for (int i = 0; i < flags.length; i++) {
        if ((bits & 1 << i) != 0) {
          set.add(flags[i]);
        }
      }
      sets.add(Collections.unmodifiableSet(set));
    }
    return List.copyOf(sets);
  }
}
