package org.ovswin.cni;

import java.time.Instant;
import java.util.Set;

/**
 * One GC (since 1.1.0).
 *
 * @param cniVersion the version of the configuration
 * @param network the configuration's {@code name}
 * @param validAttachments {@code cni.dev/valid-attachments}: everything else of this network goes
 * @param deadline when the answer is of no use any more
 */
public record GcRequest(
    CniVersion cniVersion, String network, Set<Attachment> validAttachments, Instant deadline) {

  public GcRequest {
    validAttachments = Set.copyOf(validAttachments);
  }
}
