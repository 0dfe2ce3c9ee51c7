package org.ovswin.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ovswin.openflow.Meter;
import org.ovswin.openflow.Meter.Band;
import org.ovswin.pipeline.Bandwidth.Rate;
import org.ovswin.pipeline.NodeState.Pod;

/**
 * The meters of pods whose bandwidth is limited: one for each direction that is. Only such pods
 * need a switch that has meters at all.
 */
final class Meters {
  /** The upper bits of our meters' ids, so that nobody else's is taken for ours. */
  private static final int OURS = 0x6f << 24;

  private static final int OURS_MASK = 0xff << 24;

  private static final int BITS_PER_KILOBIT = 1000;
  private static final long MAX_KILOBITS = 0xffff_ffffL;

  /**
   * The largest IP packet, which segmentation offload makes common: a bucket that cannot hold one
   * would never let it pass.
   */
  private static final long LARGEST_PACKET_BITS = 65_535 * 8;

  private Meters() {}

  static boolean isOurs(int id) {
    return (id & OURS_MASK) == OURS;
  }

  static List<Meter> of(Pod pod) {
    List<Meter> meters = new ArrayList<>();
    pod.bandwidth().toPod().ifPresent(rate -> meters.add(meter(idToPod(pod), rate)));
    pod.bandwidth().fromPod().ifPresent(rate -> meters.add(meter(idFromPod(pod), rate)));
    return meters;
  }

  /** The meter of what the pod receives, if that is limited. */
  static Optional<Integer> toPod(Pod pod) {
    return pod.bandwidth().toPod().map(_ -> idToPod(pod));
  }

  /** The meter of what the pod sends, if that is limited. */
  static Optional<Integer> fromPod(Pod pod) {
    return pod.bandwidth().fromPod().map(_ -> idFromPod(pod));
  }

  private static int idToPod(Pod pod) {
    return OURS | pod.port() << 1;
  }

  private static int idFromPod(Pod pod) {
    return OURS | pod.port() << 1 | 1;
  }

  private static Meter meter(int id, Rate rate) {
    return Meter.of(
        id,
        Meter.KBPS | Meter.BURST | Meter.STATS,
        new Band.Drop(
            kilobits(rate.bitsPerSecond()),
            kilobits(Math.max(rate.burstBits(), LARGEST_PACKET_BITS))));
  }

  /** At least 1, and at most what the message can say, which is more than any link has. */
  private static long kilobits(long bits) {
    return Math.clamp((bits - 1) / BITS_PER_KILOBIT + 1, 1, MAX_KILOBITS);
  }
}
