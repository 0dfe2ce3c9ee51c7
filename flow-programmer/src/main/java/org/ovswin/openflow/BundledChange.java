package org.ovswin.openflow;

/** A change that a bundle can hold; Open vSwitch takes no meters there. */
public sealed interface BundledChange permits FlowChange, GroupChange {
  /** The message that makes this change. */
  default Message.Request message() {
    return switch (this) {
      case FlowChange change -> Message.FlowMod.of(change);
      case GroupChange change -> Message.GroupMod.of(change);
    };
  }
}
