package org.ovswin.sandbox;

/** A transport protocol whose ports can be forwarded. */
public enum Protocol {
  TCP(6),
  UDP(17),
  SCTP(132);

  private final int number;

  Protocol(int number) {
    this.number = number;
  }

  /** As in the IP header (IANA's protocol numbers). */
  public int number() {
    return number;
  }
}
