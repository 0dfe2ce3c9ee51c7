package org.ovswin.openflow;

/** What a controller may do on its connection (OpenFlow 1.5, 6.3.6), in wire order from 0. */
public enum Role {
  /** In a request only: leaves the role as it is, to ask for it. */
  NO_CHANGE,
  /** Everything; the role of a new connection. */
  EQUAL,
  /** Everything, and all other primary connections become secondary. */
  PRIMARY,
  /** May look but not touch. */
  SECONDARY;

  /** In place of a generation id: none. */
  public static final long NO_GENERATION = -1;
}
