package org.ovswin.openflow.codec;

import java.util.EnumSet;
import java.util.Set;
import org.ovswin.openflow.FlowFlag;

/** The flags of a flow as bits. */
final class FlowFlags {
  private FlowFlags() {}

  static int toBits(Set<FlowFlag> flags) {
    int bits = 0;
    for (FlowFlag flag : flags) {
      bits |= 1 << Wire.indexOf(flag);
    }
    return bits;
  }

  /** Bits without a name are left out. */
  static EnumSet<FlowFlag> ofBits(int bits) {
    EnumSet<FlowFlag> flags = EnumSet.noneOf(FlowFlag.class);
    for (FlowFlag flag : FlowFlag.values()) {
      if ((bits & 1 << Wire.indexOf(flag)) != 0) {
        flags.add(flag);
      }
    }
    return flags;
  }
}
