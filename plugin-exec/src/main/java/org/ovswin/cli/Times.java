package org.ovswin.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times and durations as people give them. Pure. */
final class Times {
  /** RFC 3339, 5.6, with the letters in upper case. */
  private static final Pattern RFC_3339 =
      Pattern.compile(
          "\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?(Z|[+-]\\d{2}:\\d{2})");

  private static final Pattern WITHOUT_OFFSET =
      Pattern.compile("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?");
  private static final Pattern AMOUNT = Pattern.compile("([1-9]\\d{0,5})(ms|s|m|h|d)");

  private Times() {}

  /**
   * Reads "2026-01-02T03:04:05Z", with any offset, or "-2h", which is so long before {@code now}.
   *
   * @throws IllegalArgumentException for anything else, and for a time that is yet to come
   */
  static Instant past(String text, Instant now) {
    Instant time = time(text, now);
    if (time.isAfter(now)) {
      throw new IllegalArgumentException(
          text + " (expected: a time that has passed; now is " + now + ")");
    }
    return time;
  }

  private static Instant time(String text, Instant now) {
    if (text.startsWith("-") && AMOUNT.matcher(text.substring(1)).matches()) {
      return now.minus(amount(text.substring(1)));
    }
    if (WITHOUT_OFFSET.matcher(text).matches()) {
      throw new IllegalArgumentException(
          text + " (expected: an offset behind it, Z for UTC or for example +02:00)");
    }
    if (!RFC_3339.matcher(text).matches()) {
      throw new IllegalArgumentException(
          quoted(text)
              + " (expected: a time such as 2026-01-02T03:04:05Z, or -2h for two hours ago; units"
              + " are s, m, h, d)");
    }
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(text + " (expected: a time that exists)", e);
    }
  }

  /**
   * Reads "500ms", "2s", "1m".
   *
   * @throws IllegalArgumentException for anything else, and outside the bounds
   */
  static Duration duration(String text, Duration least, Duration most) {
    if (AMOUNT.matcher(text).matches()) {
      Duration duration = amount(text);
      if (duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0) {
        return duration;
      }
    }
    throw new IllegalArgumentException(
        "%s (expected: %s to %s, such as 2s)"
            .formatted(quoted(text), written(least), written(most)));
  }

  /** "10m", "90s", "500ms": the largest unit that fits. */
  static String written(Duration duration) {
    long millis = duration.toMillis();
    if (millis % 1000 != 0) {
      return millis + "ms";
    }
    long seconds = millis / 1000;
    if (seconds % 3600 == 0 && seconds > 0) {
      return seconds / 3600 + "h";
    }
    return seconds % 60 == 0 && seconds > 0 ? seconds / 60 + "m" : seconds + "s";
  }

  private static Duration amount(String text) {
    Matcher matcher = AMOUNT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(text);
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }

  private static String quoted(String text) {
    return '"' + text + '"';
  }
}
