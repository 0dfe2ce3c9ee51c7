package org.ovswin.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TimesTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  @ParameterizedTest
  @CsvSource({
    "2026-01-02T03:04:05Z, 2026-01-02T03:04:05Z",
    "2026-01-02T03:04:04.123456789Z, 2026-01-02T03:04:04.123456789Z",
    "2026-01-02T05:04:05+02:00, 2026-01-02T03:04:05Z",
    "2026-01-01T22:04:05-05:00, 2026-01-02T03:04:05Z",
    "-30s, 2026-01-02T03:03:35Z",
    "-5m, 2026-01-02T02:59:05Z",
    "-2h, 2026-01-02T01:04:05Z",
    "-7d, 2025-12-26T03:04:05Z"
  })
  void past_isReadInBothForms(String text, Instant expected) {
    assertThat(Times.past(text, NOW)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "*",
        "now",
        "yesterday",
        "2h",
        "-2",
        "-0h",
        "-02h",
        "--2h",
        "-2 h",
        "-2w",
        "-1h30m",
        "-1000000s",
        "1767323045",
        "2026-01-02",
        "2026-01-02 03:04:05Z",
        "2026-01-02T03:04Z",
        "2026-1-2T03:04:05Z",
        "2026-01-02T03:04:05z",
        "2026-01-02T03:04:05.Z",
        "+2h"
      })
  void past_inAnotherForm_isRefusedWithBothForms(String text) {
    assertThatThrownBy(() -> Times.past(text, NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "\"%s\" (expected: a time such as 2026-01-02T03:04:05Z, or -2h for two hours ago; units"
                    .formatted(text)
                + " are s, m, h, d)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2026-01-02T03:04:05 | 2026-01-02T03:04:05 (expected: an offset behind it, Z for UTC or for"
            + " example +02:00)",
        "2026-02-30T03:04:05Z | 2026-02-30T03:04:05Z (expected: a time that exists)",
        "2026-01-02T25:04:05Z | 2026-01-02T25:04:05Z (expected: a time that exists)",
        "2026-01-02T03:04:06Z | 2026-01-02T03:04:06Z (expected: a time that has passed; now is"
            + " 2026-01-02T03:04:05Z)"
      })
  void past_thatCannotBe_isRefusedWithTheReason(String text, String message) {
    assertThatThrownBy(() -> Times.past(text, NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource({"500ms, 500", "2s, 2000", "1m, 60000", "1h, 3600000"})
  void duration_isReadWithItsUnit(String text, long millis) {
    assertThat(Times.duration(text, Duration.ofMillis(100), Duration.ofHours(1)))
        .isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "2", "s", "0s", "-2s", "2 s", "2S", "1.5s", "99ms", "61m", "2h", "*"})
  void duration_otherwise_isRefusedWithItsBounds(String text) {
    assertThatThrownBy(() -> Times.duration(text, Duration.ofMillis(100), Duration.ofHours(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("\"" + text + "\" (expected: 100ms to 1h, such as 2s)");
  }

  @ParameterizedTest
  @CsvSource({"PT0S, 0s", "PT0.1S, 100ms", "PT90S, 90s", "PT10M, 10m", "PT2H, 2h", "PT61M, 61m"})
  void written_hasTheLargestUnitThatFits(Duration duration, String text) {
    assertThat(Times.written(duration)).isEqualTo(text);
  }
}
