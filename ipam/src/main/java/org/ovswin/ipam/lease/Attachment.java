package org.ovswin.ipam.lease;

/**
 * What an address is given to: one interface of one container (CNI specification 1.1.0, section 2,
 * "attachment": CNI_CONTAINERID and CNI_IFNAME).
 *
 * @param containerId not empty, at most {@value #MAX_LENGTH} characters
 * @param ifName not empty, at most {@value #MAX_LENGTH} characters
 */
public record Attachment(String containerId, String ifName) {
  /** The most characters in either part; real ones have 64 and 15. */
  public static final int MAX_LENGTH = 1024;

  public Attachment {
    requireShort("containerId", containerId);
    requireShort("ifName", ifName);
  }

  static void requireShort(String field, String value) {
    if (value.isEmpty() || value.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          field + ": " + value.length() + " characters (expected: 1 to " + MAX_LENGTH + ")");
    }
  }

  @Override
  public String toString() {
    return containerId + "/" + ifName;
  }
}
