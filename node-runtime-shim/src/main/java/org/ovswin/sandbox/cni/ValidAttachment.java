package org.ovswin.sandbox.cni;

import java.util.Comparator;

/**
 * An attachment that a runtime knows, as GC lists them (CNI specification 1.1.0, section 2).
 *
 * @param containerId CNI_CONTAINERID
 * @param ifName CNI_IFNAME
 */
public record ValidAttachment(String containerId, String ifName) {
  static final Comparator<ValidAttachment> ORDER =
      Comparator.comparing(ValidAttachment::containerId).thenComparing(ValidAttachment::ifName);
}
