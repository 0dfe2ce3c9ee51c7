package org.ovswin.cni;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.ovswin.ipam.address.IpAddress;

/**
 * One entry of the capability {@code portMappings}: what reaches the host's port goes to the
 * container's.
 *
 * @param hostPort 1 to 65535
 * @param containerPort 1 to 65535
 * @param protocol the transport
 * @param hostIp the host's address it is limited to; absent means all. {@code 0.0.0.0} and {@code
 *     ::} mean all of their family: ask {@link #appliesTo}
 */
public record PortMapping(
    int hostPort, int containerPort, Protocol protocol, Optional<IpAddress> hostIp) {

  /** A transport whose ports can be mapped. */
  public enum Protocol {
    TCP,
    UDP,
    SCTP;

    /** As in the configuration: lower case. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public PortMapping {
    requirePort("hostPort", hostPort);
    requirePort("containerPort", containerPort);
  }

  private static void requirePort(String name, int port) {
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException(name + ": " + port + " (expected: 1 to 65535)");
    }
  }

  /** Whether traffic to this address of the host is meant. */
  public boolean appliesTo(IpAddress hostAddress) {
    return hostIp.isEmpty()
        || hostIp.get().equals(hostAddress)
        || (isUnspecified(hostIp.get()) && hostIp.get().bitLength() == hostAddress.bitLength());
  }

  private static boolean isUnspecified(IpAddress address) {
    return Arrays.equals(address.bytes(), new byte[address.bitLength() / Byte.SIZE]);
  }

  /** Whether some packet could be meant by both. */
  boolean overlaps(PortMapping other) {
    return hostPort == other.hostPort
        && protocol == other.protocol
        && (hostIp.isEmpty()
            || other.hostIp.isEmpty()
            || appliesTo(other.hostIp.get())
            || other.appliesTo(hostIp.get()));
  }
}
