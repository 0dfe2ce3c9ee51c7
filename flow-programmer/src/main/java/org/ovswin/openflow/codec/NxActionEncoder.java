package org.ovswin.openflow.codec;

import static org.ovswin.openflow.codec.ActionEncoder.finish;
import static org.ovswin.openflow.codec.ActionEncoder.startNx;

import io.netty.buffer.ByteBuf;
import org.ovswin.openflow.Action;
import org.ovswin.openflow.Nat;
import org.ovswin.openflow.Octets;
import org.ovswin.openflow.PortNo;
import org.ovswin.openflow.Subfield;
import org.ovswin.openflow.Version;

/** Writes Nicira's extension actions (OVS lib/ofp-actions.c). */
final class NxActionEncoder {
  private NxActionEncoder() {}

  static void write(ByteBuf out, Version version, Action.Nx action) {
    switch (action) {
      case Action.Resubmit a -> resubmit(out, a);
      case Action.Ct a -> ct(out, version, a);
      case Action.CtClear() -> finish(out, startNx(out, Wire.NX_CT_CLEAR));
      case Action.Controller a -> controller(out, a);
      case Action.Conjunction(int id, int clause, int clauses) -> {
        out.writeLong((long) Wire.EXPERIMENTER << 48 | 16L << 32 | Wire.NICIRA);
        out.writeShort(Wire.NX_CONJUNCTION);
        out.writeShort(clause << 8 | clauses);
        out.writeInt(id);
      }
      case Action.Note(Octets bytes) -> {
        int start = startNx(out, Wire.NX_NOTE);
        ActionEncoder.writeOctets(out, bytes);
        finish(out, start);
      }
      case Action.Clone a -> {
        int start = startNx(out, Wire.NX_CLONE);
        out.writeZero(6);
        ActionEncoder.write(out, version, a.actions());
        finish(out, start);
      }
      case Action.Exit() -> finish(out, startNx(out, Wire.NX_EXIT));
      case Action.OutputTruncated(int port, int maxLen) -> {
        int start = startNx(out, Wire.NX_OUTPUT_TRUNC);
        out.writeShort(PortNo.to16(port));
        out.writeInt(maxLen);
        finish(out, start);
      }
      case Action.Learn a -> LearnCodec.write(out, a);
      case Action.FinTimeout(int idleSeconds, int hardSeconds) -> {
        int start = startNx(out, Wire.NX_FIN_TIMEOUT);
        out.writeShort(idleSeconds);
        out.writeShort(hardSeconds);
        finish(out, start);
      }
      case Action.Sample a -> sample(out, a);
      case Action.Encap(int packetType) -> {
        int start = startNx(out, Wire.NX_ENCAP);
        out.writeZero(2);
        out.writeInt(packetType);
        finish(out, start);
      }
      case Action.Decap(int packetType) -> {
        int start = startNx(out, Wire.NX_DECAP);
        out.writeZero(2);
        out.writeInt(packetType);
        finish(out, start);
      }
      case Action.PopQueue() -> finish(out, startNx(out, Wire.NX_POP_QUEUE));
      case Action.Raw(Octets bytes) -> ActionEncoder.writeOctets(out, bytes);
    }
  }

  /** The shortest of the three forms that says all. */
  private static void sample(ByteBuf out, Action.Sample a) {
    boolean directed = a.direction() != Action.Sample.Direction.UNSAID;
    boolean ofPort = a.samplingPort() != PortNo.ANY;
    int start =
        startNx(out, directed ? Wire.NX_SAMPLE3 : ofPort ? Wire.NX_SAMPLE2 : Wire.NX_SAMPLE);
    out.writeShort(a.probability());
    out.writeInt(a.collectorSetId());
    out.writeInt(a.observationDomainId());
    out.writeInt(a.observationPointId());
    if (directed || ofPort) {
      out.writeShort(PortNo.to16(a.samplingPort()));
      out.writeByte(Wire.indexOf(a.direction()));
      out.writeZero(5);
    }
    finish(out, start);
  }

  private static void resubmit(ByteBuf out, Action.Resubmit a) {
    boolean tracked = a.lookup() == Action.Resubmit.Lookup.ORIGINAL_TUPLE;
    int start = startNx(out, tracked ? Wire.NX_RESUBMIT_TABLE_CT : Wire.NX_RESUBMIT_TABLE);
    out.writeShort(PortNo.to16(a.inPort()));
    out.writeByte(a.table().orElse(Wire.THIS_TABLE));
    finish(out, start);
  }

  /**
   * <pre>
   * flags (16 bits) | zone field or 0 (32) | zone, or its offset and width (16)
   * | table, 0xff for none (8) | zeros (24) | alg (16) | nat and other actions
   * </pre>
   */
  private static void ct(ByteBuf out, Version version, Action.Ct a) {
    int start = startNx(out, Wire.NX_CT);
    out.writeShort(
        (a.flags().contains(Action.Ct.Flag.COMMIT) ? Wire.CT_COMMIT : 0)
            | (a.flags().contains(Action.Ct.Flag.FORCE) ? Wire.CT_FORCE : 0));
    switch (a.zone()) {
      case Action.Ct.Zone.Constant(int zone) -> {
        out.writeInt(0);
        out.writeShort(zone);
      }
      case Action.Ct.Zone.InField(Subfield source) -> {
        FieldCodec.writeHeader(out, source.field().wireNames().getFirst(), source.field());
        out.writeShort(ActionEncoder.offsetAndBits(source));
      }
    }
    out.writeByte(a.table().orElse(Wire.NO_RECIRCULATION));
    out.writeZero(3);
    out.writeShort(a.algPort());
    if (a.nat().isPresent()) { // A lambda would be allocated for every flow.
      nat(out, a.nat().get());
    }
    ActionEncoder.write(out, version, a.exec());
    finish(out, start);
  }

  /**
   * <pre>
   * zeros (16 bits) | flags (16) | which of the following are there (16)
   * | IPv4 min, max (32 each) | IPv6 min, max (128 each) | port min, max (16 each)
   * </pre>
   */
  private static void nat(ByteBuf out, Nat nat) {
    int start = startNx(out, Wire.NX_NAT);
    out.writeZero(2);
    out.writeShort(natFlags(nat));
    int presentAt = out.writerIndex();
    out.writeShort(0);
    int present = nat.addresses().isPresent() ? natAddresses(out, nat.addresses().get()) : 0;
    if (nat.ports().isPresent()) {
      Nat.Ports ports = nat.ports().get();
      present |= Wire.NAT_PROTO_MIN;
      out.writeShort(ports.min());
      if (ports.max() != ports.min()) {
        present |= Wire.NAT_PROTO_MAX;
        out.writeShort(ports.max());
      }
    }
    out.setShort(presentAt, present);
    finish(out, start);
  }

  private static int natAddresses(ByteBuf out, Nat.Addresses range) {
    return switch (range) {
      case Nat.Addresses.Ipv4(int min, int max) -> {
        out.writeInt(min);
        if (max == min) {
          yield Wire.NAT_IPV4_MIN;
        }
        out.writeInt(max);
        yield Wire.NAT_IPV4_MIN | Wire.NAT_IPV4_MAX;
      }
      case Nat.Addresses.Ipv6(long minHigh, long minLow, long maxHigh, long maxLow) -> {
        out.writeLong(minHigh);
        out.writeLong(minLow);
        if (maxHigh == minHigh && maxLow == minLow) {
          yield Wire.NAT_IPV6_MIN;
        }
        out.writeLong(maxHigh);
        out.writeLong(maxLow);
        yield Wire.NAT_IPV6_MIN | Wire.NAT_IPV6_MAX;
      }
    };
  }

  private static int natFlags(Nat nat) {
    int flags =
        switch (nat.kind()) {
          case EXISTING -> 0;
          case SRC -> Wire.NAT_SRC;
          case DST -> Wire.NAT_DST;
        };
    flags |= nat.flags().contains(Nat.Flag.PERSISTENT) ? Wire.NAT_PERSISTENT : 0;
    flags |= nat.flags().contains(Nat.Flag.HASH) ? Wire.NAT_HASH : 0;
    flags |= nat.flags().contains(Nat.Flag.RANDOM) ? Wire.NAT_RANDOM : 0;
    return flags;
  }

  /** The short form where it says all, else the one made of properties. */
  private static void controller(ByteBuf out, Action.Controller a) {
    boolean fits =
        a.userdata().length() == 0
            && a.mode() == Action.Controller.Mode.CONTINUE
            && a.meterId().isEmpty();
    if (fits) {
      int start = startNx(out, Wire.NX_CONTROLLER);
      out.writeShort(a.maxLen());
      out.writeShort(a.controllerId());
      out.writeByte(a.reason());
      out.writeZero(1);
      finish(out, start);
      return;
    }
    int start = startNx(out, Wire.NX_CONTROLLER2);
    out.writeZero(6);
    if (a.maxLen() != Action.Output.NO_BUFFER) {
      property(out, Wire.CONTROLLER2_MAX_LEN, a.maxLen());
    }
    if (a.controllerId() != 0) {
      property(out, Wire.CONTROLLER2_ID, a.controllerId());
    }
    if (a.reason() != Action.Controller.REASON_ACTION) {
      out.writeShort(Wire.CONTROLLER2_REASON);
      out.writeShort(5);
      out.writeByte(a.reason());
      out.writeZero(3);
    }
    if (a.userdata().length() != 0) {
      int propertyStart = out.writerIndex();
      out.writeShort(Wire.CONTROLLER2_USERDATA);
      out.writeShort(4 + a.userdata().length());
      ActionEncoder.writeOctets(out, a.userdata());
      out.writeZero(propertyStart - out.writerIndex() & 7);
    }
    if (a.mode() == Action.Controller.Mode.PAUSE) {
      out.writeShort(Wire.CONTROLLER2_PAUSE);
      out.writeShort(4);
      out.writeZero(4);
    }
    a.meterId()
        .ifPresent(
            id -> {
              out.writeShort(Wire.CONTROLLER2_METER);
              out.writeShort(8);
              out.writeInt(id);
            });
    finish(out, start);
  }

  /** A property whose value has 16 bits. */
  private static void property(ByteBuf out, int type, int value) {
    out.writeShort(type);
    out.writeShort(8);
    out.writeShort(value);
    out.writeZero(2);
  }
}
