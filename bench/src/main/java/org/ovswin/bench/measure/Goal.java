package org.ovswin.bench.measure;

/**
 * A number to reach, and whether this run reached it: its median decides.
 *
 * @param what the value is, e.g. {@code ours / fdatasync}
 * @param unit empty for a ratio or a count
 */
public record Goal(String what, String unit, Spread measured, Sense sense, double bound) {
  public enum Sense {
    AT_LEAST(">="),
    AT_MOST("<=");

    private final String sign;

    Sense(String sign) {
      this.sign = sign;
    }
  }

  public static Goal atLeast(double bound, String what, Spread measured) {
    return new Goal(what, "", measured, Sense.AT_LEAST, bound);
  }

  public static Goal atMost(double bound, String what, Spread measured) {
    return atMost(bound, what, "", measured);
  }

  public static Goal atMost(double bound, String what, String unit, Spread measured) {
    return new Goal(what, unit, measured, Sense.AT_MOST, bound);
  }

  public boolean isReached() {
    return switch (sense) {
      case AT_LEAST -> measured.median() >= bound;
      case AT_MOST -> measured.median() <= bound;
    };
  }

  /** For people, e.g. {@code >= 20}. */
  public String boundText() {
    String number = bound == Math.rint(bound) ? "%.0f".formatted(bound) : String.valueOf(bound);
    return "%s %s %s".formatted(sense.sign, number, unit).strip();
  }
}
