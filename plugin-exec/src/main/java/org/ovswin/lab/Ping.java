package org.ovswin.lab;

import java.time.Duration;
import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code ping} of iputils counted.
 *
 * @param sent echo requests sent; not those after the last answer if all that were wanted came
 * @param received answers, duplicates not counted
 * @param averageMillis the mean round trip in milliseconds, empty without an answer
 */
public record Ping(int sent, int received, String averageMillis) {
  static final Pattern ANSWER = Pattern.compile("bytes from .*icmp_seq=(\\d+)");
  private static final Pattern TRANSMITTED = Pattern.compile("(\\d+) packets transmitted");
  private static final Pattern TIMES = Pattern.compile("= [0-9.]+/([0-9.]+)/");

  /**
   * Sends echo requests 50 ms apart until {@code count} are answered or the time is over.
   *
   * <p>With a deadline, not a number of requests alone: {@code ping} would wait no more than two
   * round trips for the last answers then, which on a busy machine are late, not lost.
   */
  static Ping run(Shell shell, Host from, String to, int count, Duration deadline) {
    String[] words = {
      "ping",
      "-n",
      "-c",
      String.valueOf(count),
      "-i",
      "0.05",
      "-w",
      String.valueOf(deadline.toSeconds()),
      to
    };
    return parse(shell.in(from.netns()).outcome(words).text(), count);
  }

  /** Counts by sequence numbers: a request that was on its way at the end is no loss. */
  static Ping parse(String output, int count) {
    Matcher transmitted = TRANSMITTED.matcher(output);
    if (!transmitted.find()) {
      throw new LabException("no packet sent: %s (expected: counts)".formatted(output.strip()));
    }
    BitSet answered = new BitSet();
    output
        .lines()
        .map(ANSWER::matcher)
        .filter(Matcher::find)
        .forEach(answer -> answered.set(Integer.parseInt(answer.group(1))));
    int sent =
        answered.cardinality() >= count
            ? answered.length() - 1
            : Integer.parseInt(transmitted.group(1));
    Matcher times = TIMES.matcher(output);
    return new Ping(sent, answered.cardinality(), times.find() ? times.group(1) : "");
  }

  public int lost() {
    return sent - received;
  }
}
