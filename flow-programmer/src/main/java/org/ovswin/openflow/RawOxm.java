package org.ovswin.openflow;

/**
 * A match entry whose field this model does not know, kept as it came.
 *
 * @param header class (16 bits), number (7), has-mask (1) and payload length in bytes (8)
 * @param payload what follows the header, experimenter id included; as long as the header says
 */
public record RawOxm(int header, Octets payload) {
  public RawOxm {
    if ((header & 0xff) != payload.length()) {
      throw new IllegalArgumentException(
          "payload: %d bytes (expected: %d, as the header says)"
              .formatted(payload.length(), header & 0xff));
    }
  }

  @Override
  public String toString() {
    return "oxm(0x%08x)=%s".formatted(header, payload.toHex());
  }
}
