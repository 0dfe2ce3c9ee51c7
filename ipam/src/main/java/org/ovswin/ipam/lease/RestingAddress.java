package org.ovswin.ipam.lease;

import org.ovswin.ipam.address.IpAddress;

/** An address that no lease holds and that is not given before the others. */
public record RestingAddress(IpAddress address, Reason reason) {
  /** Why. */
  public enum Reason {
    /** Released lately. */
    COOLING,
    /** Kept for the sticky pod that had it. */
    REMEMBERED
  }
}
