package org.ovswin.agent.admin;

/** Whether {@code ipam.gc} does what it finds. */
public enum GcMode {
  /** Only says what it would reclaim, and why. */
  DRY_RUN,
  RECLAIM
}
