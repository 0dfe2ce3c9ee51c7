package org.ovswin.openflow.codec;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.ovswin.openflow.Action;
import org.ovswin.openflow.Field;
import org.ovswin.openflow.Nat;
import org.ovswin.openflow.Octets;
import org.ovswin.openflow.PortNo;
import org.ovswin.openflow.Version;

/** Reads those of Nicira's extension actions that have a structure of their own. */
final class NxActionDecoder {
  private NxActionDecoder() {}

  static Optional<Action> read(int subtype, WireReader in, Version version, int depth) {
    return switch (subtype) {
      case Wire.NX_EXIT -> Optional.of(new Action.Exit());
      case Wire.NX_CT_CLEAR -> Optional.of(new Action.CtClear());
      case Wire.NX_CONJUNCTION -> {
        int clause = in.u8();
        int clauses = in.u8();
        yield Optional.of(new Action.Conjunction(in.i32(), clause, clauses));
      }
      case Wire.NX_OUTPUT_TRUNC -> {
        int port = PortNo.from16(in.u16());
        yield Optional.of(new Action.OutputTruncated(port, in.i32()));
      }
      case Wire.NX_CLONE -> {
        in.skip(6);
        yield Optional.of(new Action.Clone(ActionDecoder.read(in, version, depth - 1)));
      }
      case Wire.NX_CONTROLLER -> {
        int maxLen = in.u16();
        int id = in.u16();
        yield Optional.of(
            new Action.Controller(
                in.u8(),
                maxLen,
                id,
                Octets.EMPTY,
                OptionalInt.empty(),
                Action.Controller.Mode.CONTINUE));
      }
      case Wire.NX_LEARN, Wire.NX_LEARN2 -> LearnCodec.read(subtype, in);
      case Wire.NX_FIN_TIMEOUT -> Optional.of(new Action.FinTimeout(in.u16(), in.u16()));
      case Wire.NX_SAMPLE, Wire.NX_SAMPLE2, Wire.NX_SAMPLE3 -> Optional.of(sample(subtype, in));
      case Wire.NX_ENCAP -> encap(in);
      case Wire.NX_DECAP -> {
        in.skip(2);
        yield Optional.of(new Action.Decap(in.i32()));
      }
      case Wire.NX_CONTROLLER2 -> controller2(in);
      case Wire.NX_CT -> ct(in, version, depth);
      default -> RareActionCodec.read(subtype, in);
    };
  }

  private static Action sample(int subtype, WireReader in) {
    int at = in.offset();
    int probability = in.u16();
    int collectors = in.i32();
    int domain = in.i32();
    int point = in.i32();
    int port = subtype == Wire.NX_SAMPLE ? PortNo.ANY : PortNo.from16(in.u16());
    int direction = subtype == Wire.NX_SAMPLE3 ? in.u8() : 0;
    Action.Sample.Direction[] directions = Action.Sample.Direction.values();
    if (direction >= directions.length) {
      throw new MalformedMessageException(
          at, "sample direction: " + direction + " (expected: 0 to 2)");
    }
    return new Action.Sample(probability, collectors, domain, point, port, directions[direction]);
  }

  /** Empty for a header that is made with properties, or of another kind. */
  private static Optional<Action> encap(WireReader in) {
    int headerSize = in.u16();
    int packetType = in.i32();
    if (RareActionCodec.isNsh(packetType) && headerSize == 0) {
      return RareActionCodec.readEncapNsh(in);
    }
    boolean known =
        switch (packetType) {
          case Action.Encap.ETHERNET, Action.Encap.MPLS, Action.Encap.MPLS_MULTICAST -> true;
          default -> false;
        };
    return known && headerSize == 0 && !in.hasMore()
        ? Optional.of(new Action.Encap(packetType))
        : Optional.empty();
  }

  private static Optional<Action> ct(WireReader in, Version version, int depth) {
    int at = in.offset();
    int flagBits = in.u16();
    Set<Action.Ct.Flag> flags = EnumSet.noneOf(Action.Ct.Flag.class);
    if ((flagBits & Wire.CT_COMMIT) != 0) {
      flags.add(Action.Ct.Flag.COMMIT);
    }
    if ((flagBits & Wire.CT_FORCE) != 0) {
      flags.add(Action.Ct.Flag.FORCE);
    }
    if (flagBits >>> 2 != 0) {
      throw new MalformedMessageException(
          at, "ct flags: 0x%x (expected: 0 to 3)".formatted(flagBits));
    }
    Optional<Action.Ct.Zone> zone = zone(in);
    int table = in.u8();
    in.skip(3);
    int alg = in.u16();
    Optional<Nat> nat = Optional.empty();
    List<Action> exec = new ArrayList<>();
    while (in.hasMore()) {
      if (!startsNat(in.copy())) {
        exec.add(ActionDecoder.readOne(in, version, depth - 1));
      } else if (nat.isPresent()) {
        throw in.malformed("ct: nat twice (expected: once)");
      } else {
        WireReader action = in.typedStructure("nat", 16, 8);
        action.skip(10);
        nat = Optional.of(nat(action));
      }
    }
    if (zone.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Action.Ct(
            flags,
            zone.get(),
            table == Wire.NO_RECIRCULATION ? OptionalInt.empty() : OptionalInt.of(table),
            nat,
            exec,
            alg));
  }

  /** A constant where no field is named; empty for a field that the model does not know. */
  private static Optional<Action.Ct.Zone> zone(WireReader in) {
    WireReader ahead = in.copy();
    if (ahead.i32() == 0) {
      in.skip(4);
      return Optional.of(new Action.Ct.Zone.Constant(in.u16()));
    }
    Optional<Field> field = FieldCodec.readHeader(in);
    int offsetAndBits = in.u16();
    return field.map(f -> new Action.Ct.Zone.InField(ActionDecoder.subfield(f, offsetAndBits)));
  }

  private static boolean startsNat(WireReader in) {
    if (in.remaining() < 10 || in.u16() != Wire.EXPERIMENTER) {
      return false;
    }
    in.skip(2);
    return in.i32() == Wire.NICIRA && in.u16() == Wire.NX_NAT;
  }

  private static Nat nat(WireReader in) {
    int at = in.offset();
    in.skip(2);
    int bits = in.u16();
    int present = in.u16();
    Nat.Kind kind =
        switch (bits & (Wire.NAT_SRC | Wire.NAT_DST)) {
          case 0 -> Nat.Kind.EXISTING;
          case Wire.NAT_SRC -> Nat.Kind.SRC;
          case Wire.NAT_DST -> Nat.Kind.DST;
          default ->
              throw new MalformedMessageException(at, "nat: src and dst (expected: one of them)");
        };
    Set<Nat.Flag> flags = EnumSet.noneOf(Nat.Flag.class);
    if ((bits & Wire.NAT_PERSISTENT) != 0) {
      flags.add(Nat.Flag.PERSISTENT);
    }
    if ((bits & Wire.NAT_HASH) != 0) {
      flags.add(Nat.Flag.HASH);
    }
    if ((bits & Wire.NAT_RANDOM) != 0) {
      flags.add(Nat.Flag.RANDOM);
    }
    if (bits >>> 5 != 0 || present >>> 6 != 0) {
      throw new MalformedMessageException(
          at,
          "nat flags 0x%x, ranges 0x%x (expected: 0 to 0x1f, 0 to 0x3f)".formatted(bits, present));
    }
    Optional<Nat.Addresses> addresses = natAddresses(in, at, present);
    Optional<Nat.Ports> ports = Optional.empty();
    if ((present & Wire.NAT_PROTO_MIN) != 0) {
      int min = in.u16();
      ports = Optional.of(new Nat.Ports(min, (present & Wire.NAT_PROTO_MAX) != 0 ? in.u16() : min));
    } else if ((present & Wire.NAT_PROTO_MAX) != 0) {
      throw new MalformedMessageException(at, "nat: a last port without a first");
    }
    return new Nat(kind, addresses, ports, flags);
  }

  private static Optional<Nat.Addresses> natAddresses(WireReader in, int at, int present) {
    int v4 = present & (Wire.NAT_IPV4_MIN | Wire.NAT_IPV4_MAX);
    int v6 = present & (Wire.NAT_IPV6_MIN | Wire.NAT_IPV6_MAX);
    if ((v4 != 0 && v6 != 0) || v4 == Wire.NAT_IPV4_MAX || v6 == Wire.NAT_IPV6_MAX) {
      throw new MalformedMessageException(
          at, "nat ranges: 0x%x (expected: one family, with a first address)".formatted(present));
    }
    if (v4 != 0) {
      int min = in.i32();
      return Optional.of(new Nat.Addresses.Ipv4(min, v4 == Wire.NAT_IPV4_MIN ? min : in.i32()));
    }
    if (v6 != 0) {
      long minHigh = in.i64();
      long minLow = in.i64();
      boolean single = v6 == Wire.NAT_IPV6_MIN;
      return Optional.of(
          new Nat.Addresses.Ipv6(
              minHigh, minLow, single ? minHigh : in.i64(), single ? minLow : in.i64()));
    }
    return Optional.empty();
  }

  private static Optional<Action> controller2(WireReader in) {
    in.skip(6);
    int reason = Action.Controller.REASON_ACTION;
    int maxLen = Action.Output.NO_BUFFER;
    int id = 0;
    Octets userdata = Octets.EMPTY;
    OptionalInt meter = OptionalInt.empty();
    Action.Controller.Mode mode = Action.Controller.Mode.CONTINUE;
    while (in.hasMore()) {
      WireReader property = in.paddedProperty();
      int type = property.u16();
      property.skip(2);
      switch (type) {
        case Wire.CONTROLLER2_MAX_LEN -> maxLen = property.u16();
        case Wire.CONTROLLER2_ID -> id = property.u16();
        case Wire.CONTROLLER2_REASON -> reason = property.u8();
        case Wire.CONTROLLER2_USERDATA -> userdata = property.rest();
        case Wire.CONTROLLER2_PAUSE -> mode = Action.Controller.Mode.PAUSE;
        case Wire.CONTROLLER2_METER -> meter = OptionalInt.of(property.i32());
        default -> {
          return Optional.empty();
        }
      }
    }
    return Optional.of(new Action.Controller(reason, maxLen, id, userdata, meter, mode));
  }
}
