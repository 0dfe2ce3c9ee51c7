package org.ovswin.openflow;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Address translation within {@link Action.Ct} (ovs-actions(7), "ct … nat").
 *
 * @param kind what is rewritten; {@link Kind#EXISTING} does what the connection committed
 * @param addresses empty to keep the address, or for {@link Kind#EXISTING}
 * @param ports empty to let the switch choose where it must
 */
public record Nat(
    Kind kind, Optional<Addresses> addresses, Optional<Ports> ports, Set<Flag> flags) {
  /** Which side of the connection's first packet is rewritten. */
  public enum Kind {
    EXISTING,
    SRC,
    DST
  }

  /** How an address and port of the ranges are chosen; in text order. */
  public enum Flag {
    PERSISTENT,
    HASH,
    RANDOM
  }

  /** From {@code min} to {@code max}, both included. */
  public sealed interface Addresses {
    /** 32-bit addresses in an {@code int}. */
    record Ipv4(int min, int max) implements Addresses {
      public Ipv4 {
        if (Integer.compareUnsigned(min, max) > 0) {
          throw new IllegalArgumentException(
              "nat: %s-%s (expected: ascending)"
                  .formatted(
                      FieldText.ipv4(Integer.toUnsignedLong(min)),
                      FieldText.ipv4(Integer.toUnsignedLong(max))));
        }
      }
    }

    /** 128-bit addresses in two {@code long}. */
    record Ipv6(long minHigh, long minLow, long maxHigh, long maxLow) implements Addresses {}
  }

  /** From {@code min} to {@code max}, both included. */
  public record Ports(int min, int max) {
    public Ports {
      if (min < 0 || min > max || max > 0xffff) {
        throw new IllegalArgumentException(
            "nat ports: %d-%d (expected: ascending, 0 to 65535)".formatted(min, max));
      }
    }
  }

  public Nat {
    EnumSet<Flag> ordered = EnumSet.noneOf(Flag.class);
    ordered.addAll(flags);
    flags = Collections.unmodifiableSet(ordered);
    if (ports.isPresent() && addresses.isEmpty()) {
      throw new IllegalArgumentException("nat: ports without addresses (expected: both)");
    }
    if (kind == Kind.EXISTING && (addresses.isPresent() || !flags.isEmpty())) {
      throw new IllegalArgumentException("nat: a range without src or dst (expected: one)");
    }
  }

  /** {@code nat}: as committed before, also for replies. */
  public static Nat existing() {
    return new Nat(Kind.EXISTING, Optional.empty(), Optional.empty(), Set.of());
  }

  /** {@code nat(src=address)}. */
  public static Nat src(int address) {
    return single(Kind.SRC, address, Optional.empty());
  }

  /** {@code nat(src=address:min-max)}. */
  public static Nat src(int address, Ports ports) {
    return single(Kind.SRC, address, Optional.of(ports));
  }

  /** {@code nat(dst=address)}. */
  public static Nat dst(int address) {
    return single(Kind.DST, address, Optional.empty());
  }

  /** {@code nat(dst=address:port)}. */
  public static Nat dst(int address, int port) {
    return single(Kind.DST, address, Optional.of(new Ports(port, port)));
  }

  /** {@code nat(src=[address])}, of 128 bits. */
  public static Nat src(long high, long low) {
    return single(Kind.SRC, high, low, Optional.empty());
  }

  /** {@code nat(dst=[address]:port)}, of 128 bits. */
  public static Nat dst(long high, long low, int port) {
    return single(Kind.DST, high, low, Optional.of(new Ports(port, port)));
  }

  private static Nat single(Kind kind, long high, long low, Optional<Ports> ports) {
    return new Nat(kind, Optional.of(new Addresses.Ipv6(high, low, high, low)), ports, Set.of());
  }

  private static Nat single(Kind kind, int address, Optional<Ports> ports) {
    return new Nat(kind, Optional.of(new Addresses.Ipv4(address, address)), ports, Set.of());
  }

  @Override
  public String toString() {
    return ActionText.nat(this);
  }
}
