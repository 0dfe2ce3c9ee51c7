package org.ovswin.openflow;

/** A step from the flows that a switch has to those that it should have. */
public sealed interface FlowChange extends BundledChange {
  /** The flow that is added, rewritten or deleted. */
  Flow flow();

  /** Adds the flow; one with the same key is replaced, its counters and cookie too. */
  record Add(Flow flow) implements FlowChange {}

  /** Replaces the actions of the flow with this key and keeps its counters; adds none. */
  record ModifyStrict(Flow flow) implements FlowChange {}

  /** Deletes the flow with this key, whatever its actions. */
  record DeleteStrict(Flow flow) implements FlowChange {}
}
