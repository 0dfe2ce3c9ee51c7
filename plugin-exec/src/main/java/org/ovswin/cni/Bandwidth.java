package org.ovswin.cni;

import java.util.List;

/**
 * The capability {@code bandwidth} (CNI conventions): how much traffic a container may have. As
 * there, "ingress" is towards the container. A rate of 0 is no limit, and its burst is 0 as well.
 *
 * @param ingressRate to the container, bits a second
 * @param ingressBurst what may come at once beyond the rate, bits
 * @param egressRate from the container, bits a second
 * @param egressBurst what may leave at once beyond the rate, bits
 */
public record Bandwidth(long ingressRate, long ingressBurst, long egressRate, long egressBurst) {
  /** Nobody limits it. */
  public static final Bandwidth UNLIMITED = new Bandwidth(0, 0, 0, 0);

  /**
   * As the reference plugin: 4 GiB - 2 and 7 bits, which is more than the MaxUint32 of runtimes.
   */
  static final long MAX_BURST_BITS = 8 * 0xffff_ffffL - 1;

  private static final List<String> SUBNETS = List.of("unshapedSubnets", "shapedSubnets");

  public Bandwidth {
    requirePair("ingress", ingressRate, ingressBurst);
    requirePair("egress", egressRate, egressBurst);
  }

  private static void requirePair(String direction, long rate, long burst) {
    if (rate < 0 || burst < 0 || burst > MAX_BURST_BITS || (rate == 0) != (burst == 0)) {
      throw new IllegalArgumentException(
          "%sRate: %d, %sBurst: %d (expected: both 0, or both above, the burst up to %d bits)"
              .formatted(direction, rate, direction, burst, MAX_BURST_BITS));
    }
  }

  /**
   * Reads the capability's object. As in the reference plugin, a rate and its burst come together:
   * a burst that we made up would be one that nobody asked for.
   *
   * @throws CniException 7 for a value that is no number of bits, or one of a pair without the
   *     other; 2 for limits that hold for some subnets only
   */
  static Bandwidth read(ConfigNode bandwidth) throws CniException {
    for (String key : SUBNETS) {
      List<ConfigNode> subnets = bandwidth.elements(key);
      if (!subnets.isEmpty()) {
        throw subnets.getFirst().unsupported("no subnets: a limit holds for all traffic");
      }
    }
    long ingressRate = bits(bandwidth, "ingressRate", Long.MAX_VALUE);
    long ingressBurst = bits(bandwidth, "ingressBurst", MAX_BURST_BITS);
    requirePair(bandwidth, "ingress", ingressRate, ingressBurst);
    long egressRate = bits(bandwidth, "egressRate", Long.MAX_VALUE);
    long egressBurst = bits(bandwidth, "egressBurst", MAX_BURST_BITS);
    requirePair(bandwidth, "egress", egressRate, egressBurst);
    return new Bandwidth(ingressRate, ingressBurst, egressRate, egressBurst);
  }

  private static long bits(ConfigNode bandwidth, String key, long max) throws CniException {
    return bandwidth.integer(key, 0, max).orElse(0L);
  }

  private static void requirePair(ConfigNode bandwidth, String direction, long rate, long burst)
      throws CniException {
    if (rate != 0 && burst == 0) {
      throw bandwidth.missing(
          direction + "Burst", "bits above 0, as there is " + direction + "Rate: " + rate);
    }
    if (rate == 0 && burst != 0) {
      throw bandwidth.missing(
          direction + "Rate",
          "bits a second above 0, as there is " + direction + "Burst: " + burst);
    }
  }
}
