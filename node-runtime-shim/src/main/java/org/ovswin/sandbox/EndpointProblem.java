package org.ovswin.sandbox;

/**
 * One difference between an endpoint as wanted and as observed, in words for a CNI CHECK's error.
 *
 * @param what the thing that differs, such as {@code eth0 mtu}
 * @param observed what is there, such as {@code 1400} or {@code missing}
 * @param expected what should be there
 */
public record EndpointProblem(String what, String observed, String expected) {
  /** The whole sandbox is not there. */
  public static EndpointProblem sandboxMissing(String sandbox) {
    return new EndpointProblem("sandbox " + sandbox, "missing", "a namespace");
  }

  @Override
  public String toString() {
    return "%s: %s (expected: %s)".formatted(what, observed, expected);
  }
}
