package org.ovswin.openflow;

/** The answer to a {@link ControlRequest}. */
public sealed interface ControlReply extends Message.FromSwitch {
  /**
   * The role of this connection.
   *
   * @param generationId the highest so far, or {@link Role#NO_GENERATION}
   */
  record RoleReply(Role role, long generationId) implements ControlReply {}

  record AsyncReply(AsyncConfig config) implements ControlReply {}
}
