package org.ovswin.agent;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.sandbox.HostNatSpec;
import org.ovswin.sandbox.InetPrefix;
import org.ovswin.sandbox.PortForward;

/**
 * What is known of the host's address translation, as {@link SwitchFlows} is of the switch.
 *
 * @param settled what the host had when it answered last; empty before the first answer and after a
 *     failure
 * @param coming what it is being brought to, of which it may have anything by now
 */
record HostNatState(Optional<Target> settled, Optional<Target> coming) {

  /** Nothing is known. */
  static final HostNatState UNKNOWN = new HostNatState(Optional.empty(), Optional.empty());

  /**
   * What the host shall have.
   *
   * @param spec its rules
   * @param ended forwards of pods on their way out, of whose connections nothing is remembered
   */
  record Target(HostNatSpec spec, Set<PortForward> ended) {
    Target {
      ended = Set.copyOf(ended);
    }

    private boolean hasNoneOf(List<PortForward> forwards) {
      return forwards.stream().noneMatch(spec.forwards()::contains) && ended.containsAll(forwards);
    }

    private boolean hasAll(List<IpPrefix> blocks, List<PortForward> forwards) {
      return spec.forwards().containsAll(forwards)
          && blocks.stream().map(HostNatState::inet).allMatch(spec.blocks()::contains);
    }
  }

  /** Whether a pod with addresses of these blocks, and with these forwards, has what it needs. */
  boolean serves(List<IpPrefix> blocks, List<PortForward> forwards) {
    return settled.filter(now -> now.hasAll(blocks, forwards)).isPresent()
        && coming.filter(next -> !next.hasAll(blocks, forwards)).isEmpty();
  }

  /** Whether nothing leads to the pod with these forwards any more, and nothing is going to. */
  boolean isWithout(List<PortForward> forwards) {
    return forwards.isEmpty()
        || (settled.filter(now -> now.hasNoneOf(forwards)).isPresent()
            && coming.filter(next -> !next.hasNoneOf(forwards)).isEmpty());
  }

  static InetPrefix inet(IpPrefix prefix) {
    return InetPrefix.parse(prefix.toString());
  }
}
