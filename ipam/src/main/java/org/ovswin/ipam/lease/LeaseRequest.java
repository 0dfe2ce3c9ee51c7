package org.ovswin.ipam.lease;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpAddress;

/**
 * What is asked for: everything of a {@link Lease} that the database does not decide itself. The
 * bounds are those of the lease.
 *
 * @param families of which one address each is wanted, all or nothing; not empty
 * @param requested addresses that are wanted and no others, at most one a family; a family without
 *     one gets any
 * @param stickiness STICKY only with the pod's namespace and name
 */
public record LeaseRequest(
    Attachment attachment,
    String network,
    Optional<String> podNamespace,
    Optional<String> podName,
    String bootId,
    String intent,
    Set<Family> families,
    List<IpAddress> requested,
    Stickiness stickiness) {

  public LeaseRequest {
    families = Set.copyOf(families);
    requested = List.copyOf(requested);
    if (families.isEmpty()) {
      throw new IllegalArgumentException("families: none (expected: IPv4, IPv6 or both)");
    }
    if (stickiness == Stickiness.STICKY && (podNamespace.isEmpty() || podName.isEmpty())) {
      throw new IllegalArgumentException(
          "stickiness: STICKY without a pod (expected: a pod's namespace and name)");
    }
  }
}
