package org.ovswin.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PingTest {
  @Test
  void parse_allAnswered_losesNone() {
    String output = answer(1) + answer(2) + answer(3) + counts(3, 3);
    assertThat(Ping.parse(output, 3)).isEqualTo(new Ping(3, 3, "0.049"));
  }

  @Test
  void parse_answersLate_requestsStillOnTheirWayAreNoLoss() {
    String output = answer(1) + answer(2) + answer(3) + counts(9, 3);
    assertThat(Ping.parse(output, 3).lost()).isZero();
  }

  @Test
  void parse_oneOfThemLost_isCounted() {
    String output = answer(1) + answer(3) + answer(4) + counts(5, 3);
    assertThat(Ping.parse(output, 3).lost()).isEqualTo(1);
  }

  @Test
  void parse_deadlineOver_allUnansweredAreLost() {
    assertThat(Ping.parse(answer(1) + counts(90, 1), 3).lost()).isEqualTo(89);
    assertThat(Ping.parse(counts(20, 0), 3)).isEqualTo(new Ping(20, 0, ""));
  }

  @Test
  void parse_duplicate_isNoAnswerMore() {
    String output = answer(1) + answer(1) + answer(2) + counts(3, 2);
    assertThat(Ping.parse(output, 3)).isEqualTo(new Ping(3, 2, "0.049"));
  }

  @Test
  void parse_unreachable_saysWhatPingSaid() {
    assertThatThrownBy(() -> Ping.parse("ping: connect: Network is unreachable\n", 3))
        .hasMessage("no packet sent: ping: connect: Network is unreachable (expected: counts)");
  }

  private static String answer(int sequence) {
    return "64 bytes from 10.244.0.2: icmp_seq=" + sequence + " ttl=64 time=0.045 ms\n";
  }

  private static String counts(int sent, int received) {
    return """
    --- 10.244.0.2 ping statistics ---
    %d packets transmitted, %d received, 0%% packet loss, time 112ms
    %s\
    """
        .formatted(
            sent,
            received,
            received == 0 ? "" : "rtt min/avg/max/mdev = 0.045/0.049/0.053/0.003 ms\n");
  }
}
