package org.ovswin.agent;

import java.util.Optional;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.MacAddress;

/**
 * The MACs of the next hops behind the uplink, one a family; empty until it has answered.
 *
 * @param ipv4 as ARP told it
 * @param ipv6 as neighbour discovery told it; stays empty where the uplink has no IPv6 address
 */
record NextHops(Optional<MacAddress> ipv4, Optional<MacAddress> ipv6) {
  static final NextHops UNKNOWN = new NextHops(Optional.empty(), Optional.empty());

  Optional<MacAddress> of(Family family) {
    return switch (family) {
      case IPV4 -> ipv4;
      case IPV6 -> ipv6;
    };
  }

  NextHops with(Family family, MacAddress mac) {
    return switch (family) {
      case IPV4 -> new NextHops(Optional.of(mac), ipv6);
      case IPV6 -> new NextHops(ipv4, Optional.of(mac));
    };
  }

  /** Whether all have answered that this way out asks. */
  boolean areKnown(AgentConfig.Exit exit) {
    return switch (exit) {
      case AgentConfig.GatewayConfig _ -> true;
      case AgentConfig.UplinkConfig uplink ->
          ipv4.isPresent() && (ipv6.isPresent() || uplink.ipv6().isEmpty());
    };
  }
}
