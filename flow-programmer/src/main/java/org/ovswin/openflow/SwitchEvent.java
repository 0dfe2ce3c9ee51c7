package org.ovswin.openflow;

/** What a switch tells by itself. */
public sealed interface SwitchEvent extends Message.FromSwitch {
  /**
   * A flow with {@link FlowFlag#SEND_FLOW_REM} is gone (OpenFlow 1.5, 7.4.2).
   *
   * @param reason 0 idle, 1 hard timeout, 2 delete, 3 group deleted, 4 meter deleted, 5 eviction
   * @param durationNanos since it was added, or {@link MultipartReply#UNKNOWN_DURATION}
   * @param idleNanos since its last packet; not known before OpenFlow 1.5
   * @param packets or {@link MultipartReply#UNKNOWN_COUNT}
   * @param bytes or {@link MultipartReply#UNKNOWN_COUNT}
   */
  record FlowRemoved(
      int table,
      int priority,
      long cookie,
      Match match,
      int reason,
      int idleTimeoutSeconds,
      int hardTimeoutSeconds,
      long durationNanos,
      long idleNanos,
      long packets,
      long bytes)
      implements SwitchEvent {}

  /**
   * A packet from the switch in the form that can say more (NXT_PACKET_IN2).
   *
   * @param userdata as the controller action has it
   * @param continuation empty unless the packet waits to be resumed; the switch's own form, as it
   *     came
   */
  record PacketIn2(Message.PacketIn packetIn, Octets userdata, Octets continuation)
      implements SwitchEvent {}

  /**
   * The role of this connection has changed (OpenFlow 1.5, 7.4.4).
   *
   * @param reason 0 another became primary, 1 configuration, 2 experimenter
   * @param generationId or {@link Role#NO_GENERATION}
   */
  record RoleStatus(Role role, int reason, long generationId) implements SwitchEvent {}

  /**
   * Another controller has changed a group or meter (OpenFlow 1.5, 7.4.6).
   *
   * @param requestXid of that controller's request
   */
  record RequestForward(int requestXid, Message.Request request) implements SwitchEvent {
    public RequestForward {
      if (!(request instanceof Message.GroupMod || request instanceof Message.MeterMod)) {
        throw new IllegalArgumentException(
            "forwarded request: %s (expected: a group-mod or meter-mod)".formatted(request));
      }
    }
  }
}
