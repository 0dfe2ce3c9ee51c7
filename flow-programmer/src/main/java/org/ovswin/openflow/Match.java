package org.ovswin.openflow;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a packet must look like for a flow to apply (OpenFlow 1.5, 7.2.3).
 *
 * <p>Immutable and canonical: fields in the order in which the switch writes them, no field twice,
 * none that is wholly wildcarded, wide registers as {@code reg0-15}. So a match that was sent and
 * the one that the switch reports for it are equal.
 */
public final class Match {
  /** Every packet. */
  public static final Match ANY = new Match(List.of(), List.of(), List.of());

  private final List<MatchField> fields;
  private final List<WideField> wide;
  private final List<RawOxm> unknown;

  private Match(List<MatchField> fields, List<WideField> wide, List<RawOxm> unknown) {
    this.fields = fields;
    this.wide = wide;
    this.unknown = unknown;
  }

  public static Builder builder() {
    return new Builder();
  }

  /** The fields in wire order, but for those that are wide. */
  public List<MatchField> fields() {
    return fields;
  }

  /** The wide fields in wire order, in which they come after {@link #fieldsBeforeWide} others. */
  public List<WideField> wide() {
    return wide;
  }

  /** How many fields are written before those that are wide. */
  public int fieldsBeforeWide() {
    int count = 0;
    while (count < fields.size() && fields.get(count).field().compareTo(Field.TUN_METADATA0) < 0) {
      count++;
    }
    return count;
  }

  /** Entries of fields that this model does not know, in the order in which they came. */
  public List<RawOxm> unknown() {
    return unknown;
  }

  public Optional<MatchField> get(Field field) {
    for (MatchField f : fields) {
      if (f.field() == field) {
        return Optional.of(f);
      }
    }
    return Optional.empty();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Match match
        && fields.equals(match.fields)
        && wide.equals(match.wide)
        && unknown.equals(match.unknown);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * fields.hashCode() + wide.hashCode()) + unknown.hashCode();
  }

  /** As {@code ovs-ofctl dump-flows} shows it, e.g. {@code ip,in_port=3,nw_dst=10.244.1.0/24}. */
  @Override
  public String toString() {
    return MatchText.format(this);
  }

  /** Collects fields in any order; a field set twice keeps the later value. */
  public static final class Builder {
    private static final long CT_STATE_BITS = 0xff;
    private static final int VLAN_PRESENT = 0x1000;

    // In wire order. A match has few fields, and they mostly come in this order.
    private final List<MatchField> fields = new ArrayList<>();
    private final List<WideField> wide = new ArrayList<>(0);
    private final List<RawOxm> unknown = new ArrayList<>(0);

    private Builder() {}

    /** The whole field equals a value of up to 64 bits. */
    public Builder field(Field field, long value) {
      return field(MatchField.exact(field, value));
    }

    /** The bits of {@code mask} equal those of {@code value}. */
    public Builder field(Field field, long value, long mask) {
      return field(MatchField.masked(field, value, mask));
    }

    /** The whole field equals a value of up to 128 bits, e.g. an IPv6 address. */
    public Builder field128(Field field, long high, long low) {
      return field(MatchField.exact128(field, high, low));
    }

    /** A masked field of up to 128 bits. */
    public Builder field128(Field field, long high, long low, long maskHigh, long maskLow) {
      return field(new MatchField(field, high & maskHigh, low & maskLow, maskHigh, maskLow));
    }

    /** A field of any width, in the form that the switch reports it in. */
    public Builder field(MatchField f) {
      Field field = f.field();
      if (Field.WIDE_REGISTERS.contains(field)) {
        putHalves(2 * Field.WIDE_REGISTERS.indexOf(field), f.low(), f.maskLow());
      } else if (Field.WIDEST_REGISTERS.contains(field)) {
        int first = 4 * Field.WIDEST_REGISTERS.indexOf(field);
        putHalves(first, f.high(), f.maskHigh());
        putHalves(first + 2, f.low(), f.maskLow());
      } else {
        switch (field) {
          case NXM_IN_PORT -> put(MatchField.exact(Field.IN_PORT, PortNo.from16((int) f.low())));
          case IP_TOS -> put(MatchField.exact(Field.IP_DSCP, f.low() >>> 2));
          case VLAN_TCI -> putVlanTci(f);
          // The switch keeps eight bits of connection state and reports them masked.
          case CT_STATE ->
              put(MatchField.masked(field, f.low() & CT_STATE_BITS, f.maskLow() & CT_STATE_BITS));
          default -> put(f);
        }
      }
      return this;
    }

    /** A tunnel option. */
    public Builder wide(WideField f) {
      wide.removeIf(other -> other.field() == f.field());
      wide.add(f);
      wide.sort(Comparator.comparing(WideField::field));
      return this;
    }

    /** An entry of a field that the model does not know. */
    public Builder unknown(RawOxm oxm) {
      unknown.add(oxm);
      return this;
    }

    /** The port on which the packet came, e.g. 3 or {@link PortNo#LOCAL}. */
    public Builder inPort(int port) {
      return field(Field.IN_PORT, Integer.toUnsignedLong(port));
    }

    /** E.g. 0x0800 for IPv4, 0x0806 for ARP, 0x86dd for IPv6. */
    public Builder ethType(int type) {
      return field(Field.ETH_TYPE, type);
    }

    /** The 48 bits of the address in the low bits of a long. */
    public Builder ethSrc(long address) {
      return field(Field.ETH_SRC, address);
    }

    /** The 48 bits of the address in the low bits of a long. */
    public Builder ethDst(long address) {
      return field(Field.ETH_DST, address);
    }

    public Builder ipv4Src(int address) {
      return field(Field.IPV4_SRC, Integer.toUnsignedLong(address));
    }

    public Builder ipv4Src(int address, int mask) {
      return field(Field.IPV4_SRC, Integer.toUnsignedLong(address), Integer.toUnsignedLong(mask));
    }

    public Builder ipv4Dst(int address) {
      return field(Field.IPV4_DST, Integer.toUnsignedLong(address));
    }

    public Builder ipv4Dst(int address, int mask) {
      return field(Field.IPV4_DST, Integer.toUnsignedLong(address), Integer.toUnsignedLong(mask));
    }

    public Builder ipProto(int protocol) {
      return field(Field.IP_PROTO, protocol);
    }

    /** Register {@code index}, all 32 bits. */
    public Builder reg(int index, int value) {
      return field(Field.reg(index), Integer.toUnsignedLong(value));
    }

    /** The bits of {@code mask} of register {@code index}. */
    public Builder reg(int index, int value, int mask) {
      return field(Field.reg(index), Integer.toUnsignedLong(value), Integer.toUnsignedLong(mask));
    }

    /** A tagged packet of this VLAN, 0 to 4095. */
    public Builder vlan(int vid) {
      return field(Field.VLAN_VID, vid | VLAN_PRESENT);
    }

    /**
     * The match, checked as the switch would.
     *
     * @throws IllegalArgumentException a field lacks its {@link Prerequisite}; says which
     */
    public Match build() {
      Match match = buildAsReceived();
      for (MatchField f : match.fields) {
        Prerequisite prerequisite = f.field().prerequisite();
        if (!prerequisite.holdsIn(match)) {
          throw new IllegalArgumentException(
              "%s without its prerequisite (expected: %s)"
                  .formatted(f, prerequisite.expectation()));
        }
      }
      return match;
    }

    /**
     * The match without the check: what a switch sends is taken as it is. A packet-in, for example,
     * carries metadata without the headers that it depends on.
     */
    public Match buildAsReceived() {
      if (fields.isEmpty() && wide.isEmpty() && unknown.isEmpty()) {
        return ANY;
      }
      return new Match(List.copyOf(fields), List.copyOf(wide), List.copyOf(unknown));
    }

    private void put(MatchField f) {
      int at = fields.size();
      while (at > 0 && fields.get(at - 1).field().compareTo(f.field()) >= 0) {
        at--;
      }
      if (at < fields.size() && fields.get(at).field() == f.field()) {
        fields.remove(at);
      }
      if (!f.isAny()) {
        fields.add(at, f);
      }
    }

    private void putHalves(int firstRegister, long value, long mask) {
      put(MatchField.masked(Field.reg(firstRegister), value >>> 32, mask >>> 32));
      put(
          MatchField.masked(
              Field.reg(firstRegister + 1), value & 0xffff_ffffL, mask & 0xffff_ffffL));
    }

    private void putVlanTci(MatchField f) {
      put(MatchField.masked(Field.VLAN_VID, f.low() & 0x1fff, f.maskLow() & 0x1fff));
      if (f.maskLow() >>> 13 == 7) {
        put(MatchField.exact(Field.VLAN_PCP, f.low() >>> 13));
      }
    }
  }
}
