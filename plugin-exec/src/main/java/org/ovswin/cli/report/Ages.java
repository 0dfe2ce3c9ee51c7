package org.ovswin.cli.report;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** How people tell the time that has passed, or will have. */
public final class Ages {
  private Ages() {}

  /** "now", "3s ago", "5m ago", "7h ago", "12d ago", or "in 5m" for what is to come. */
  public static String ago(Instant then, Instant now) {
    Duration passed = Duration.between(then, now);
    if (passed.abs().compareTo(Duration.ofSeconds(1)) < 0) {
      return "now";
    }
    return passed.isNegative() ? "in " + length(passed.negated()) : length(passed) + " ago";
  }

  /** To the second, RFC 3339. */
  static String absolute(Instant then) {
    return then.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static String length(Duration duration) {
    if (duration.toDays() > 0) {
      return duration.toDays() + "d";
    }
    if (duration.toHours() > 0) {
      return duration.toHours() + "h";
    }
    if (duration.toMinutes() > 0) {
      return duration.toMinutes() + "m";
    }
    return duration.toSeconds() + "s";
  }
}
