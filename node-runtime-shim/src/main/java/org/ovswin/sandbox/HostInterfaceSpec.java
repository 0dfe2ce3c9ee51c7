package org.ovswin.sandbox;

import java.util.List;
import java.util.Optional;

/**
 * What an interface of the host itself, such as the bridge's local port, shall have. Addresses and
 * routes that are there beyond these stay.
 *
 * @param name the interface
 * @param mtu bytes
 * @param addresses to be on this interface
 * @param routes to lead out of this interface, in the order in which they are added
 * @param addressesMoveFrom the interface that must not have these addresses: the uplink that was
 *     taken into the bridge
 * @param forwarding present if the host is the gateway of what is behind this interface
 */
public record HostInterfaceSpec(
    String name,
    int mtu,
    List<InetPrefix> addresses,
    List<Route> routes,
    Optional<String> addressesMoveFrom,
    Optional<Forwarding> forwarding) {
  /** Of an interface for the host's own traffic only. */
  public HostInterfaceSpec(
      String name,
      int mtu,
      List<InetPrefix> addresses,
      List<Route> routes,
      Optional<String> addressesMoveFrom) {
    this(name, mtu, addresses, routes, addressesMoveFrom, Optional.empty());
  }

  public HostInterfaceSpec {
    addresses = List.copyOf(addresses);
    routes = List.copyOf(routes);
    if (mtu < 68 || mtu > 65535) {
      throw new IllegalArgumentException("mtu: %d (expected: 68 to 65535)".formatted(mtu));
    }
    if (addressesMoveFrom.isPresent() && addressesMoveFrom.get().equals(name)) {
      throw new IllegalArgumentException(
          "addressesMoveFrom: %s (expected: another interface)".formatted(name));
    }
  }
}
