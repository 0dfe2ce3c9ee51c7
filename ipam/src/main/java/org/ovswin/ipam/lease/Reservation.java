package org.ovswin.ipam.lease;

import java.time.Instant;
import org.ovswin.ipam.address.AddressRange;

/**
 * Addresses that are given only to who asks for one of them by address.
 *
 * @param range need not lie in a block that the node has now
 * @param reason for people, 1 to {@value #MAX_REASON_LENGTH} characters
 * @param since when it was made
 */
public record Reservation(AddressRange range, String reason, Instant since) {
  /** The most characters of a reason. */
  public static final int MAX_REASON_LENGTH = 1024;

  public Reservation {
    if (reason.isBlank() || reason.length() > MAX_REASON_LENGTH) {
      throw new IllegalArgumentException(
          "reason: "
              + reason.length()
              + " characters (expected: 1 to "
              + MAX_REASON_LENGTH
              + ", not only blanks)");
    }
  }
}
