package org.ovswin.openflow;

/** Whether a match on a field may leave bits out. */
public enum Masking {
  /** Only the whole value matches. */
  FIXED,
  /** Any set of bits may be matched. */
  MASKED
}
