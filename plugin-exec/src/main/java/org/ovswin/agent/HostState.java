package org.ovswin.agent;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.sandbox.PortForward;

/**
 * What the host's own stack has of what pods need, where it is their gateway. Where flows lead out
 * of the node, pods need nothing of it.
 */
sealed interface HostState {
  /** Whether a pod with addresses of these blocks, and with these forwards, has what it needs. */
  boolean serves(List<IpPrefix> blocks, List<PortForward> forwards);

  /** Whether nothing leads to a pod with these forwards any more, and nothing is going to. */
  boolean isWithout(List<PortForward> forwards);

  /** Why the host cannot do its part, where it said so. */
  Optional<String> problem();

  /** Flows do it all. */
  record NotNeeded() implements HostState {
    @Override
    public boolean serves(List<IpPrefix> blocks, List<PortForward> forwards) {
      return true;
    }

    @Override
    public boolean isWithout(List<PortForward> forwards) {
      return true;
    }

    @Override
    public Optional<String> problem() {
      return Optional.empty();
    }
  }

  /**
   * The host is the gateway.
   *
   * @param gateways the blocks whose gateway the bridge's local port is
   * @param nat the address translation
   * @param problem why the last try for it failed
   */
  record Gateway(Set<IpPrefix> gateways, HostNatState nat, Optional<String> problem)
      implements HostState {
    public Gateway {
      gateways = Set.copyOf(gateways);
    }

    @Override
    public boolean serves(List<IpPrefix> blocks, List<PortForward> forwards) {
      return gateways.containsAll(blocks) && nat.serves(blocks, forwards);
    }

    @Override
    public boolean isWithout(List<PortForward> forwards) {
      return nat.isWithout(forwards);
    }
  }
}
