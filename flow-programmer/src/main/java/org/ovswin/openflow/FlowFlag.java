package org.ovswin.openflow;

/** What the switch does besides with a flow (OpenFlow 1.5, 7.3.4.1), in bit order from 0. */
public enum FlowFlag {
  /** Tell the controllers when it goes. */
  SEND_FLOW_REM,
  /** Refuse it where it overlaps another of equal priority. */
  CHECK_OVERLAP,
  RESET_COUNTS,
  NO_PACKET_COUNTS,
  NO_BYTE_COUNTS
}
