package org.ovswin.ipam.lease;

import java.util.Optional;

/**
 * What is asked for: everything of a {@link Lease} that the database does not decide itself. The
 * bounds are those of the lease.
 */
public record LeaseRequest(
    Attachment attachment,
    String network,
    Optional<String> podNamespace,
    Optional<String> podName,
    String bootId,
    String intent) {}
