package org.ovswin.ipam.lease;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;

/**
 * Addresses given to one attachment.
 *
 * @param attachment who holds them
 * @param addresses one, or one of each family, IPv4 first; no two leases share one
 * @param network the name of the CNI network
 * @param podNamespace of the pod, where the runtime told
 * @param podName of the pod, where the runtime told
 * @param bootId the boot of the node in which they were given; leases of an earlier boot whose
 *     sandbox is gone are leftovers
 * @param since when they were given
 * @param phase whether teardown is under way
 * @param intent JSON text that the agent keeps beside the lease (network namespace, host ports);
 *     opaque here, at most {@value #MAX_INTENT_LENGTH} characters
 */
public record Lease(
    Attachment attachment,
    List<IpAddress> addresses,
    String network,
    Optional<String> podNamespace,
    Optional<String> podName,
    String bootId,
    Instant since,
    Phase phase,
    String intent) {

  /** The most characters of an intent. */
  public static final int MAX_INTENT_LENGTH = 128 * 1024;

  /** Where a lease is in its life. Released leases are not in the database. */
  public enum Phase {
    /** In use, or about to be. */
    HELD,
    /** Teardown is under way. The address is still nobody else's: packets may still reach it. */
    WITHDRAWN
  }

  public Lease {
    addresses = List.copyOf(addresses);
    boolean isOneOfEach =
        addresses.size() == 2
            && Family.of(addresses.get(0)) == Family.IPV4
            && Family.of(addresses.get(1)) == Family.IPV6;
    if (addresses.size() != 1 && !isOneOfEach) {
      throw new IllegalArgumentException(
          "addresses: " + addresses + " (expected: one, or one IPv4 and one IPv6)");
    }
    Attachment.requireShort("network", network);
    podNamespace.ifPresent(value -> Attachment.requireShort("podNamespace", value));
    podName.ifPresent(value -> Attachment.requireShort("podName", value));
    Attachment.requireShort("bootId", bootId);
    if (intent.length() > MAX_INTENT_LENGTH) {
      throw new IllegalArgumentException(
          "intent: "
              + intent.length()
              + " characters (expected: at most "
              + MAX_INTENT_LENGTH
              + ")");
    }
  }

  /** The address of this family. */
  public Optional<IpAddress> address(Family family) {
    return addresses.stream().filter(address -> Family.of(address) == family).findFirst();
  }

  /** Who holds it, for messages: the pod where the runtime told, and the attachment. */
  public String holder() {
    return podName
        .map(name -> "pod " + podNamespace.map(space -> space + "/").orElse("") + name + ", ")
        .orElse("")
        .concat("container " + attachment);
  }
}
