package org.ovswin.ipam.lease;

import java.time.Instant;
import java.util.Optional;
import org.ovswin.ipam.address.Ipv4Address;

/**
 * One address given to one attachment.
 *
 * @param attachment who holds it
 * @param address the address; no two leases of a block share it
 * @param network the name of the CNI network
 * @param podNamespace of the pod, where the runtime told
 * @param podName of the pod, where the runtime told
 * @param bootId the boot of the node in which it was given; leases of an earlier boot whose sandbox
 *     is gone are leftovers
 * @param since when it was given
 * @param phase whether teardown is under way
 * @param intent JSON text that the agent keeps beside the lease (network namespace, host ports);
 *     opaque here, at most {@value #MAX_INTENT_LENGTH} characters
 */
public record Lease(
    Attachment attachment,
    Ipv4Address address,
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

  /** The same lease with its teardown under way. */
  Lease withdrawn() {
    return new Lease(
        attachment,
        address,
        network,
        podNamespace,
        podName,
        bootId,
        since,
        Phase.WITHDRAWN,
        intent);
  }
}
