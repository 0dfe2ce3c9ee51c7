package org.ovswin.agent;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.lease.LeaseOptions;
import org.ovswin.ipam.lease.Stickiness;

/**
 * The section {@code ipam}: how addresses are given on this node.
 *
 * @param coolDown how long an address rests before it is given again, while there are others
 * @param reserved given only to pods that ask for one of them by address
 * @param sticky which pods get their last address again
 * @param reclaimAfter how long a pod's sandbox has to be gone without a DEL before its addresses
 *     are taken back
 */
public record IpamConfig(
    Duration coolDown, List<AddressRange> reserved, Sticky sticky, Duration reclaimAfter) {
  private static final Duration SHORTEST_RECLAIM = Duration.ofSeconds(4);
  private static final Duration LONGEST_RECLAIM = Duration.ofDays(1);
  private static final Duration LONGEST_COOL_DOWN = Duration.ofHours(1);

  /** The defaults. */
  public static final IpamConfig DEFAULT =
      new IpamConfig(
          LeaseOptions.DEFAULT_COOL_DOWN, List.of(), Sticky.STATEFULSET, Duration.ofMinutes(1));

  public IpamConfig {
    reserved = List.copyOf(reserved);
    Fields.require(
        coolDown.compareTo(LONGEST_COOL_DOWN) <= 0,
        "ipam.coolDown",
        DurationText.of(coolDown),
        "at most " + DurationText.of(LONGEST_COOL_DOWN));
    Fields.require(
        reclaimAfter.compareTo(SHORTEST_RECLAIM) >= 0
            && reclaimAfter.compareTo(LONGEST_RECLAIM) <= 0,
        "ipam.reclaimAfter",
        DurationText.of(reclaimAfter),
        DurationText.of(SHORTEST_RECLAIM) + " to " + DurationText.of(LONGEST_RECLAIM));
    for (int i = 0; i < reserved.size(); i++) {
      for (AddressRange earlier : reserved.subList(0, i)) {
        Fields.require(
            !earlier.overlaps(reserved.get(i)),
            "ipam.reserved",
            reserved.get(i),
            "apart from " + earlier);
      }
    }
  }

  @JsonCreator
  static IpamConfig of(
      @JsonProperty("coolDown") @Nullable Duration coolDown,
      @JsonProperty("reserved") @Nullable List<@Nullable AddressRange> reserved,
      @JsonProperty("sticky") @Nullable Sticky sticky,
      @JsonProperty("reclaimAfter") @Nullable Duration reclaimAfter) {
    return new IpamConfig(
        coolDown == null ? DEFAULT.coolDown : coolDown,
        reserved == null
            ? List.of()
            : reserved.stream().map(range -> Fields.present("ipam.reserved", range)).toList(),
        sticky == null ? DEFAULT.sticky : sticky,
        reclaimAfter == null ? DEFAULT.reclaimAfter : reclaimAfter);
  }

  /** Which pods get their last address again. */
  public enum Sticky {
    /** Those that are named as a StatefulSet names them. */
    STATEFULSET,
    NEVER;

    /** {@code -} and an ordinal as Kubernetes writes it; sets have far fewer than 10,000 pods. */
    private static final Pattern ORDINAL = Pattern.compile(".+-(0|[1-9][0-9]{0,3})");

    @JsonCreator
    static Sticky parse(String text) {
      for (Sticky value : values()) {
        if (value.toString().equals(text)) {
          return value;
        }
      }
      throw new Fields.InvalidValue("ipam.sticky: " + text + " (expected: statefulset or never)");
    }

    @Override
    public String toString() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }

    /** Whether this pod gets its last address again. */
    Stickiness of(Optional<String> podName) {
      return this == STATEFULSET
              && podName.filter(name -> ORDINAL.matcher(name).matches()).isPresent()
          ? Stickiness.STICKY
          : Stickiness.NONE;
    }
  }
}
