package org.ovswin.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.pipeline.NodeState;

/**
 * Asks the next hop for its MAC through the switch, often until it answers and then now and again:
 * a router that was replaced is followed. The answer comes by the flow that the ARP spoof guard has
 * for it. Used by the reconciler's thread alone.
 */
final class GatewayProbe {
  private static final Duration UNTIL_ANSWERED = Duration.ofMillis(250);
  private static final Duration REFRESH = Duration.ofSeconds(20);

  private final FlowSwitch flowSwitch;
  private Instant next = Instant.MIN;

  GatewayProbe(FlowSwitch flowSwitch) {
    this.flowSwitch = flowSwitch;
  }

  /** When {@link #askIfDue} next does something. */
  Instant nextAsk() {
    return next;
  }

  void answered(Instant now) {
    next = now.plus(REFRESH);
  }

  void askIfDue(NodeState state, Optional<MacAddress> known, Instant now) {
    if (now.isBefore(next) || state.uplink().isEmpty()) {
      return;
    }
    NodeState.Uplink uplink = state.uplink().get();
    next = now.plus(known.isEmpty() ? UNTIL_ANSWERED : REFRESH);
    flowSwitch.send(
        uplink.port(), ArpFrame.request(uplink.mac(), uplink.address(), uplink.gateway()).bytes());
  }
}
