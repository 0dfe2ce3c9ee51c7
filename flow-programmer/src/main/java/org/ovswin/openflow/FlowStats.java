package org.ovswin.openflow;

/**
 * A flow in the switch and what it has counted.
 *
 * @param durationNanos since it was added
 * @param idleNanos since its last packet, or {@link MultipartReply#UNKNOWN_DURATION}; not known
 *     before OpenFlow 1.5
 */
public record FlowStats(Flow flow, long durationNanos, long idleNanos, long packets, long bytes) {
  /** As a switch tells it before OpenFlow 1.5. */
  public FlowStats(Flow flow, long durationNanos, long packets, long bytes) {
    this(flow, durationNanos, MultipartReply.UNKNOWN_DURATION, packets, bytes);
  }
}
