package org.ovswin.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.Ipv6Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.pipeline.NodeState;

/**
 * Asks the next hop of each family for its MAC through the switch, often until it answers and then
 * now and again: a router that was replaced is followed. The answers come by the flows that the
 * spoof guards of ARP and neighbour discovery have for them. Used by the reconciler's thread alone.
 */
final class GatewayProbe {
  private static final Duration UNTIL_ANSWERED = Duration.ofMillis(250);
  private static final Duration REFRESH = Duration.ofSeconds(20);

  private final FlowSwitch flowSwitch;

  /** Of the families that have been asked. */
  private final Map<Family, Instant> next = new EnumMap<>(Family.class);

  GatewayProbe(FlowSwitch flowSwitch) {
    this.flowSwitch = flowSwitch;
  }

  /** When {@link #askIfDue} next does something. */
  Instant nextAsk() {
    return next.isEmpty() ? Instant.MIN : Collections.min(next.values());
  }

  void answered(Family family, Instant now) {
    next.put(family, now.plus(REFRESH));
  }

  void askIfDue(NodeState state, NextHops known, Instant now) {
    if (state.uplink().isEmpty()) {
      return;
    }
    NodeState.Uplink uplink = state.uplink().get();
    for (NodeState.Link link : uplink.links()) {
      Family family = Family.of(link.address());
      if (!now.isBefore(next.getOrDefault(family, Instant.MIN))) {
        next.put(family, now.plus(known.of(family).isEmpty() ? UNTIL_ANSWERED : REFRESH));
        flowSwitch.send(uplink.port(), question(uplink.mac(), link));
      }
    }
  }

  private static byte[] question(MacAddress mac, NodeState.Link link) {
    return switch (link.address()) {
      case Ipv4Address own -> ArpFrame.request(mac, own, (Ipv4Address) link.gateway()).bytes();
      case Ipv6Address own ->
          NeighborFrame.solicitation(mac, own, (Ipv6Address) link.gateway()).solicitation();
    };
  }
}
