package org.ovswin.openflow;

/** A step from the meters that a switch has to those that it should have. */
public sealed interface MeterChange {
  /** Which meter, or {@link Meter#ALL} where every meter is deleted. */
  int meterId();

  /** Adds the meter; one with the same id must not be there. */
  record Add(Meter meter) implements MeterChange {
    @Override
    public int meterId() {
      return meter.id();
    }
  }

  /** Replaces the bands of the meter with this id, which must be there; flows that use it stay. */
  record Modify(Meter meter) implements MeterChange {
    @Override
    public int meterId() {
      return meter.id();
    }
  }

  /** Deletes the meter, and with it every flow that uses it. */
  record Delete(int meterId) implements MeterChange {}

  /** The message that makes this change. */
  default Message.MeterMod message() {
    return Message.MeterMod.of(this);
  }
}
