package org.ovswin.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.lab.PodsOnASwitch.ExitKind;
import org.ovswin.lab.PodsOnASwitch.Transport;
import org.ovswin.openflow.Meter;
import org.ovswin.openflow.MeterChange;
import org.ovswin.pipeline.Bandwidth;
import org.ovswin.pipeline.Bandwidth.Rate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bytes that arrive at and from pods whose bandwidth is limited, beside those of pods that are
 * free.
 */
class BandwidthTest {
  private static final Logger LOG = LoggerFactory.getLogger(BandwidthTest.class);
  private static final long LIMIT = 2_000_000;
  private static final Optional<Rate> SLOW = Optional.of(new Rate(LIMIT, LIMIT / 10));

  private static final int FREE = 0;
  private static final int SLOW_SENDER = 1;
  private static final int SLOW_RECEIVER = 2;
  private static final List<Bandwidth> PODS =
      List.of(
          Bandwidth.UNLIMITED,
          new Bandwidth(Optional.empty(), SLOW),
          new Bandwidth(SLOW, Optional.empty()));

  private static final Duration WINDOW = Duration.ofSeconds(1);

  /** The burst of half a megabit comes on top of the rate, once; twice the sum is far from both. */
  private static final long MOST = 2 * (LIMIT + 525_000);

  /** What is free is so many times as fast, on any machine. */
  private static final int FASTER = 3;

  @ParameterizedTest
  @EnumSource(ExitKind.class)
  void bytes_ofLimitedPods_areAsManyAsTheirRateAllows(ExitKind exit) throws Exception {
    try (PodsOnASwitch pods = PodsOnASwitch.start(exit, PODS)) {
      assertThat(pods.reconcile().isNothing()).as("the switch says what it was told").isTrue();
      List<String> wrong = new ArrayList<>();
      for (Transport transport : Transport.values()) {
        for (int family : new int[] {4, 6}) {
          Measurement measure = new Measurement(pods, transport, family);
          long sent = measure.rate(SLOW_SENDER, FREE);
          long received = measure.rate(FREE, SLOW_RECEIVER);
          long freeToSlow = measure.rate(FREE, SLOW_SENDER);
          long slowToFree = measure.rate(SLOW_RECEIVER, FREE);
          boolean limited = sent > 0 && received > 0 && sent < MOST && received < MOST;
          boolean free = freeToSlow > FASTER * sent && slowToFree > FASTER * received;
          String what =
              "%s IPv%d, bit/s: sent %d, received %d; the other way %d, %d"
                  .formatted(transport, family, sent, received, freeToSlow, slowToFree);
          LOG.info("exit={} {}", exit, what);
          if (!limited || !free) {
            wrong.add(what);
          }
        }
      }
      assertThat(wrong).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(ExitKind.class)
  void meters_thatSomebodyElseChanged_limitAgainAfterAReconcile(ExitKind exit) throws Exception {
    try (PodsOnASwitch pods = PodsOnASwitch.start(exit, PODS)) {
      List<Meter> meters = pods.connection().dumpMeters().join();
      assertThat(meters).hasSize(2);
      pods.connection()
          .applyMeters(
              List.of(
                  new MeterChange.Delete(meters.get(0).id()),
                  new MeterChange.Modify(
                      Meter.of(
                          meters.get(1).id(), Meter.KBPS, new Meter.Band.Drop(10_000_000, 0)))))
          .join();

      assertThat(pods.reconcile().meters()).isEqualTo(2);
      assertThat(pods.connection().dumpMeters().join()).containsExactlyInAnyOrderElementsOf(meters);
      Measurement measure = new Measurement(pods, Transport.UDP, 4);
      assertThat(measure.rate(SLOW_SENDER, FREE)).isLessThan(MOST);
      assertThat(measure.rate(FREE, SLOW_RECEIVER)).isLessThan(MOST);
    }
  }

  private record Measurement(PodsOnASwitch pods, Transport transport, int family) {
    long rate(int from, int to) throws Exception {
      IpAddress address = family == 4 ? PodsOnASwitch.ipv4(to) : PodsOnASwitch.ipv6(to);
      return pods.rate(transport, from, to, address, WINDOW);
    }
  }
}
