package org.ovswin.bench.flows;

/** Ways to put flows into a switch, which are compared with each other. */
enum Way {
  /** What the switch takes at best: encoded before, written by a plain loop, and one barrier. */
  LIMIT("limit", 100_000),
  /** The same messages as one bundle. */
  LIMIT_BUNDLE("limit-bundle", 100_000),
  /** From {@code Flow} objects, by {@code SwitchConnection.apply}: one bundle, checked. */
  OURS("ours", 60_000),
  /** From {@code Flow} objects, by {@code SwitchConnection.load}: several connections. */
  OURS_LOAD("ours-load", 60_000),
  /** {@code ovs-ofctl --no-names --bundle add-flows} of a file. */
  OFCTL_BUNDLE("ofctl-bundle", 40_000),
  /** {@code ovs-ofctl --no-names add-flows} of a file. */
  OFCTL("ofctl", 8_000);

  private final String text;
  private final double guess;

  Way(String text, double guess) {
    this.text = text;
    this.guess = guess;
  }

  /** Flows per second, to plan with until it was measured. */
  double guess() {
    return guess;
  }

  /** Whether it is this program that is measured. */
  boolean isOurs() {
    return this == OURS || this == OURS_LOAD;
  }

  @Override
  public String toString() {
    return text;
  }
}
