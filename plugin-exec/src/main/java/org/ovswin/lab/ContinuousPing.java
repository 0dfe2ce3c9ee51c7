package org.ovswin.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;

/**
 * A ping that goes on while a test does something to the cluster, to count what that lost.
 *
 * <pre>
 *   try (ContinuousPing ping = probes.pingEvery(Duration.ofMillis(10), a.host(), b.address())) {
 *     node.restartAgent();
 *     assertThat(ping.stop().lost()).isZero();
 *   }
 * </pre>
 *
 * <p>Counts by the sequence numbers of the answers, from the first to one that came after {@link
 * #stop} was called: a request that is on its way when the ping ends is not mistaken for a loss.
 */
public final class ContinuousPing implements AutoCloseable {
  private static final Duration ANSWER_BOUND = Duration.ofSeconds(5);

  private final Process process;
  private final String what;
  private final BitSet answered = new BitSet();

  private ContinuousPing(Process process, String what) {
    this.process = process;
    this.what = what;
  }

  /** Returns when the first answer is there. */
  static ContinuousPing start(Shell shell, Host from, String to, Duration interval) {
    String seconds = String.format(Locale.ROOT, "%.3f", interval.toNanos() / 1e9);
    ProcessBuilder builder =
        shell.in(from.netns()).builder(List.of("ping", "-n", "-i", seconds, to));
    ContinuousPing ping =
        new ContinuousPing(
            Shell.start(builder.redirectErrorStream(true), "ping"),
            "ping from %s to %s".formatted(from, to));
    Thread.ofPlatform().daemon().name("ping").start(ping::read);
    try {
      ping.awaitAnswerAfter(-1);
      return ping;
    } catch (RuntimeException e) {
      ping.close();
      throw e;
    }
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher answer = Ping.ANSWER.matcher(line);
        if (answer.find()) {
          synchronized (answered) {
            answered.set(Integer.parseInt(answer.group(1)));
          }
        }
      }
    } catch (IOException e) {
      // Killed by close: what was answered is counted.
    }
  }

  /** The highest sequence number so far; -1 before the first answer. */
  private int last() {
    synchronized (answered) {
      return answered.length() - 1;
    }
  }

  private void awaitAnswerAfter(int sequence) {
    if (!Await.until(ANSWER_BOUND, () -> last() > sequence)) {
      throw new LabException(
          "%s: no answer within %d s after icmp_seq %d (expected: one)"
              .formatted(what, ANSWER_BOUND.toSeconds(), sequence));
    }
  }

  /**
   * Waits for one more answer, ends the ping and returns its counts.
   *
   * @throws LabException when no more answer comes
   */
  public Ping stop() {
    awaitAnswerAfter(last());
    close();
    synchronized (answered) {
      int first = answered.nextSetBit(0);
      return new Ping(answered.length() - first, answered.cardinality(), "");
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
