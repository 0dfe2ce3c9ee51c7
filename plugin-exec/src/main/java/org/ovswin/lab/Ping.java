package org.ovswin.lab;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code ping} of iputils counted.
 *
 * @param sent echo requests sent
 * @param received answers, duplicates not counted
 * @param averageMillis the mean round trip in milliseconds, empty without an answer
 */
public record Ping(int sent, int received, String averageMillis) {
  private static final Pattern COUNTS =
      Pattern.compile("(\\d+) packets transmitted, (\\d+) received");
  private static final Pattern TIMES = Pattern.compile("= [0-9.]+/([0-9.]+)/");

  /** Sends {@code count} echo requests, 50 ms apart, and waits 2 s at most for the last answer. */
  static Ping run(Shell shell, Host from, String to, int count) {
    Shell.Outcome outcome =
        shell.in(from.netns()).outcome("ping", "-n", "-c", "" + count, "-i", "0.05", "-W", "2", to);
    return parse(outcome.text());
  }

  static Ping parse(String output) {
    Matcher counts = COUNTS.matcher(output);
    if (!counts.find()) {
      throw new LabException("no packet sent: %s (expected: counts)".formatted(output.strip()));
    }
    Matcher times = TIMES.matcher(output);
    return new Ping(
        Integer.parseInt(counts.group(1)),
        Integer.parseInt(counts.group(2)),
        times.find() ? times.group(1) : "");
  }

  public int lost() {
    return sent - received;
  }
}
