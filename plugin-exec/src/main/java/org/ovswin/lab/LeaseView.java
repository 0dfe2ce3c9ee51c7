package org.ovswin.lab;

import java.util.Optional;

/** How a demo or a test sees the leases of the cluster: as the {@code ipam show} command does. */
@FunctionalInterface
public interface LeaseView {
  /**
   * The lease of an address, as text for a message; empty when the address is free.
   *
   * @param node the name of the node whose block holds the address
   * @param address in dotted form
   */
  Optional<String> lease(String node, String address);
}
