package org.ovswin.openflow;

import java.util.List;

/**
 * Which messages a switch sends by itself (OpenFlow 1.5, 7.3.10).
 *
 * @param masks in wire order; what is not named is not sent, or stays as it is in a request from
 *     OpenFlow 1.4 on
 */
public record AsyncConfig(List<Mask> masks) {
  /** The kinds of messages, in wire order from 0; before OpenFlow 1.4 only the first three. */
  public enum Kind {
    PACKET_IN,
    PORT_STATUS,
    FLOW_REMOVED,
    ROLE_STATUS,
    TABLE_STATUS,
    REQUESTFORWARD
  }

  /**
   * The reasons for which a message is sent.
   *
   * @param role {@link Role#SECONDARY}, or {@link Role#PRIMARY} which stands for equal too
   * @param reasons a bit for each reason's number
   */
  public record Mask(Kind kind, Role role, int reasons) {
    public Mask {
      if (role != Role.PRIMARY && role != Role.SECONDARY) {
        throw new IllegalArgumentException("role: " + role + " (expected: PRIMARY or SECONDARY)");
      }
    }
  }

  public AsyncConfig {
    masks = List.copyOf(masks);
  }

  /** The reasons of the last mask for these; 0 where there is none. */
  public int reasons(Kind kind, Role role) {
    int reasons = 0;
    for (Mask mask : masks) {
      if (mask.kind() == kind && mask.role() == role) {
        reasons = mask.reasons();
      }
    }
    return reasons;
  }
}
