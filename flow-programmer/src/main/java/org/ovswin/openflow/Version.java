package org.ovswin.openflow;

import java.util.Optional;

/** The protocol versions that are spoken here, the oldest first. */
public enum Version {
  V1_3(4),
  V1_4(5),
  V1_5(6);

  private final int wire;

  Version(int wire) {
    this.wire = wire;
  }

  /** The first byte of every message. */
  public int wire() {
    return wire;
  }

  public boolean isAtLeast(Version other) {
    return wire >= other.wire;
  }

  /** The version of a message's first byte, empty for one that is not spoken here. */
  public static Optional<Version> ofWire(int wire) {
    return switch (wire) {
      case 4 -> Optional.of(V1_3);
      case 5 -> Optional.of(V1_4);
      case 6 -> Optional.of(V1_5);
      default -> Optional.empty();
    };
  }

  /** {@code 1.5}. */
  @Override
  public String toString() {
    return "1." + (wire - 1);
  }
}
