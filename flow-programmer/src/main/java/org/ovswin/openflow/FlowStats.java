package org.ovswin.openflow;

/**
 * A flow in the switch and what it has counted.
 *
 * @param durationNanos since it was added
 */
public record FlowStats(Flow flow, long durationNanos, long packets, long bytes) {}
