package org.ovswin.node;

import java.util.Locale;

/**
 * What became of one step.
 *
 * @param step its name
 * @param outcome whether anything had to be changed
 * @param detail what is so now, for people
 */
public record StepReport(String step, Outcome outcome, String detail) {

  /** Whether anything had to be changed. */
  public enum Outcome {
    /** Changed now. */
    DONE,
    /** Was so before. */
    ALREADY,
    /** Stays on purpose; the detail says why. */
    LEFT;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public String toString() {
    return "%-13s %-8s %s".formatted(step, outcome, detail);
  }
}
