package org.ovswin.openflow;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Nicira's extensions that few flows use. */
public sealed interface RareAction extends Action {
  /** What of a packet decides over its way; in wire order, from 0. */
  enum HashFields {
    ETH_SRC,
    SYMMETRIC_L4,
    SYMMETRIC_L3L4,
    SYMMETRIC_L3L4_UDP,
    NW_SRC,
    NW_DST,
    SYMMETRIC_L3;

    /** As {@code ovs-ofctl} writes it. */
    String text() {
      return this == SYMMETRIC_L3L4_UDP ? "symmetric_l3l4+udp" : FieldText.lower(this);
    }
  }

  /**
   * Hashes the packet to the number of one of several links, and writes it to a field.
   *
   * @param basis 16 bits that the hash begins with
   * @param links how many there are, 1 to 65536
   * @param argument 32 bits; what it means depends on the algorithm
   */
  record Multipath(
      HashFields fields, int basis, LinkChoice algorithm, int links, int argument, Subfield target)
      implements RareAction {
    /** In wire order, from 0. */
    public enum LinkChoice {
      MODULO_N,
      HASH_THRESHOLD,
      HRW,
      ITER_HASH
    }

    public Multipath {
      boolean fits = target.bits() >= 16 || links <= 1 << target.bits();
      if (links < 1 || links > 0x10000 || !fits) {
        throw new IllegalArgumentException(
            "multipath: %d links to %s (expected: 1 to 65536, as the field can hold)"
                .formatted(links, target));
      }
    }
  }

  /**
   * Chooses one of several ports that is up.
   *
   * @param basis 16 bits that the hash begins with
   * @param members ports, of which there may be {@value #MAX_MEMBERS}
   * @param target where the port's number goes; empty to send the packet there
   */
  record Bundle(
      HashFields fields,
      int basis,
      MemberChoice algorithm,
      List<Integer> members,
      Optional<Subfield> target)
      implements RareAction {
    public static final int MAX_MEMBERS = 2048;

    /** In wire order, from 0. */
    public enum MemberChoice {
      ACTIVE_BACKUP,
      HRW
    }

    public Bundle {
      members = List.copyOf(members);
      if (members.size() > MAX_MEMBERS) {
        throw new IllegalArgumentException(
            "bundle: %d members (expected: at most %d)".formatted(members.size(), MAX_MEMBERS));
      }
    }
  }

  /** Takes a tunnel option from the packet. */
  record DeleteField(Field field) implements RareAction {}

  /** Sets a tunnel option, or the bits of it that its mask covers. */
  record SetTunnelMetadata(WideField value) implements RareAction {}

  /**
   * The older form of {@link SetTunnelMetadata}, for all of the option. It is shown as {@code
   * set_field}, and is one from OpenFlow 1.5 on.
   */
  record LoadTunnelMetadata(WideField value) implements RareAction {
    public LoadTunnelMetadata {
      if (value.mask().isPresent()) {
        throw new IllegalArgumentException("load: " + value + " (expected: no mask)");
      }
    }
  }

  /** As {@link Action.DecTtl}; where it runs out, the packet goes to these controllers. */
  record DecTtlFor(List<Integer> controllerIds) implements RareAction {
    public DecTtlFor {
      controllerIds = List.copyOf(controllerIds);
    }
  }

  record DecNshTtl() implements RareAction {}

  /**
   * A new outermost network service header (RFC 8300).
   *
   * @param mdType 1 or 2; empty where it is not said
   */
  record EncapNsh(OptionalInt mdType, List<Tlv> tlvs) implements RareAction {
    /** Metadata of variable length, whose class has 16 bits and whose type has 8. */
    public record Tlv(int tlvClass, int type, Octets value) {
      private static final int MAX_BYTES = 0xf0;

      public Tlv {
        if (value.length() > MAX_BYTES) {
          throw new IllegalArgumentException(
              "encap(nsh): tlv of %d bytes (expected: at most %d)"
                  .formatted(value.length(), MAX_BYTES));
        }
      }
    }

    public EncapNsh {
      tlvs = List.copyOf(tlvs);
    }
  }

  /** Lets the packet begin again in the datapath; only a switch under test takes it. */
  record DebugRecirc() implements RareAction {}

  /** Keeps the packet out of the fast path; only a switch under test takes it. */
  record DebugSlow() implements RareAction {}
}
