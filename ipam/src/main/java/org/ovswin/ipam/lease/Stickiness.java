package org.ovswin.ipam.lease;

/** Whether the addresses of a pod are kept for its next life. */
public enum Stickiness {
  /** They are anybody's once they have cooled down. */
  NONE,
  /**
   * A pod of the same namespace and name gets them again, as long as its block is not so full that
   * somebody else needed them.
   */
  STICKY
}
