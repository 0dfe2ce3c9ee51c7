package org.ovswin.openflow.codec;

import static org.ovswin.openflow.codec.ActionEncoder.finish;
import static org.ovswin.openflow.codec.ActionEncoder.startNx;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.ovswin.openflow.Action;
import org.ovswin.openflow.Field;
import org.ovswin.openflow.Octets;
import org.ovswin.openflow.PortNo;
import org.ovswin.openflow.RareAction;
import org.ovswin.openflow.Subfield;
import org.ovswin.openflow.Version;
import org.ovswin.openflow.WideField;

/** Nicira's rarer extension actions (OVS lib/ofp-actions.c). */
final class RareActionCodec {
  private static final int PACKET_TYPE_NSH = 0x0001_894f;
  private static final int PROPERTY_CLASS_NSH = 4;
  private static final int PROPERTY_MD_TYPE = 1;
  private static final int PROPERTY_TLV = 2;

  /** The OXM header of an OpenFlow port, which is all that a bundle's members can be. */
  private static final int MEMBER_TYPE_PORT = 2;

  private RareActionCodec() {}

  static void write(ByteBuf out, Version version, RareAction action) {
    switch (action) {
      case RareAction.Multipath a -> multipath(out, a);
      case RareAction.Bundle a -> bundle(out, a);
      case RareAction.DeleteField(Field field) -> {
        int start = startNx(out, Wire.NX_DELETE_FIELD);
        FieldCodec.writeHeader(out, field.wireNames().getFirst(), field);
        out.writeZero(24 - (out.writerIndex() - start));
        finish(out, start);
      }
      case RareAction.SetTunnelMetadata(WideField value) -> {
        boolean standard = value.mask().isEmpty() || version.isAtLeast(Version.V1_5);
        setField(out, version, value, standard ? startSetField(out) : startLoad(out));
      }
      case RareAction.LoadTunnelMetadata(WideField value) -> {
        boolean standard = version.isAtLeast(Version.V1_5);
        setField(out, version, value, standard ? startSetField(out) : startLoad(out));
      }
      case RareAction.DecTtlFor(List<Integer> ids) -> {
        int start = startNx(out, Wire.NX_DEC_TTL_CNT_IDS);
        out.writeShort(ids.size());
        out.writeZero(4);
        ids.forEach(out::writeShort);
        finish(out, start);
      }
      case RareAction.DecNshTtl() -> finish(out, startNx(out, Wire.NX_DEC_NSH_TTL));
      case RareAction.EncapNsh a -> encapNsh(out, a);
      case RareAction.DebugRecirc() -> finish(out, startNx(out, Wire.NX_DEBUG_RECIRC));
      case RareAction.DebugSlow() -> finish(out, startNx(out, Wire.NX_DEBUG_SLOW));
    }
  }

  private static int startSetField(ByteBuf out) {
    out.writeInt(Wire.SET_FIELD << 16);
    return out.writerIndex() - 4;
  }

  private static int startLoad(ByteBuf out) {
    return startNx(out, Wire.NX_REG_LOAD2);
  }

  private static void setField(ByteBuf out, Version version, WideField value, int start) {
    FieldCodec.writeWide(out, version, value);
    finish(out, start);
  }

  /**
   * <pre>
   * fields (16 bits) | basis (16) | zeros (16) | algorithm (16) | links - 1 (16) | argument (32)
   * | zeros (16) | target's offset and width (16) | target's header (32)
   * </pre>
   */
  private static void multipath(ByteBuf out, RareAction.Multipath a) {
    int start = startNx(out, Wire.NX_MULTIPATH);
    out.writeShort(Wire.indexOf(a.fields()));
    out.writeShort(a.basis());
    out.writeZero(2);
    out.writeShort(Wire.indexOf(a.algorithm()));
    out.writeShort(a.links() - 1);
    out.writeInt(a.argument());
    out.writeZero(2);
    writeTarget(out, a.target());
    finish(out, start);
  }

  /** There is no room for an experimenter's id. */
  private static void writeTarget(ByteBuf out, Subfield target) {
    if (target.field().wireNames().getFirst().hasExperimenter()) {
      throw new IllegalArgumentException(target + ": a field of an experimenter (expected: none)");
    }
    out.writeShort(ActionEncoder.offsetAndBits(target));
    FieldCodec.writeHeader(out, target.field().wireNames().getFirst(), target.field());
  }

  /**
   * <pre>
   * algorithm (16 bits) | fields (16) | basis (16) | member type (32) | members (16)
   * | target's offset and width or 0 (16) | target's header or 0 (32) | zeros (32)
   * | a port a member (16)
   * </pre>
   */
  private static void bundle(ByteBuf out, RareAction.Bundle a) {
    int start = startNx(out, a.target().isPresent() ? Wire.NX_BUNDLE_LOAD : Wire.NX_BUNDLE);
    out.writeShort(Wire.indexOf(a.algorithm()));
    out.writeShort(Wire.indexOf(a.fields()));
    out.writeShort(a.basis());
    out.writeInt(MEMBER_TYPE_PORT);
    out.writeShort(a.members().size());
    a.target().ifPresentOrElse(target -> writeTarget(out, target), () -> out.writeZero(6));
    out.writeZero(4);
    a.members().forEach(port -> out.writeShort(PortNo.to16(port)));
    finish(out, start);
  }

  /**
   * <pre>
   * zeros (16 bits) | packet type (32) | properties, each padded to a multiple of 8 bytes:
   *   class 4 (16) | 1 (8) | length 5 (8) | MD type (8)
   *   class 4 (16) | 2 (8) | length, padding too (8) | TLV class (16) | type (8) | bytes (8) | value
   * </pre>
   */
  private static void encapNsh(ByteBuf out, RareAction.EncapNsh a) {
    int start = startNx(out, Wire.NX_ENCAP);
    out.writeZero(2);
    out.writeInt(PACKET_TYPE_NSH);
    if (a.mdType().isPresent()) {
      out.writeShort(PROPERTY_CLASS_NSH);
      out.writeShort(PROPERTY_MD_TYPE << 8 | 5);
      out.writeInt(a.mdType().getAsInt() << 24);
    }
    for (RareAction.EncapNsh.Tlv tlv : a.tlvs()) {
      int bytes = tlv.value().length();
      out.writeShort(PROPERTY_CLASS_NSH);
      out.writeShort(PROPERTY_TLV << 8 | (8 + ((bytes + 7) & ~7)));
      out.writeShort(tlv.tlvClass());
      out.writeShort(tlv.type() << 8 | bytes);
      ActionEncoder.writeOctets(out, tlv.value());
      ActionEncoder.writeZeros(out, -bytes & 7);
    }
    finish(out, start);
  }

  /** Empty for a subtype, or an argument, that the model does not know. */
  static Optional<Action> read(int subtype, WireReader in) {
    return switch (subtype) {
      case Wire.NX_MULTIPATH -> readMultipath(in);
      case Wire.NX_BUNDLE, Wire.NX_BUNDLE_LOAD -> readBundle(subtype, in);
      case Wire.NX_DELETE_FIELD ->
          FieldCodec.readHeader(in).filter(Field::isWide).map(RareAction.DeleteField::new);
      case Wire.NX_DEC_TTL_CNT_IDS -> {
        int count = in.u16();
        in.skip(4);
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          ids.add(in.u16());
        }
        yield Optional.of(new RareAction.DecTtlFor(ids));
      }
      case Wire.NX_DEC_NSH_TTL -> Optional.of(new RareAction.DecNshTtl());
      case Wire.NX_DEBUG_RECIRC -> Optional.of(new RareAction.DebugRecirc());
      case Wire.NX_DEBUG_SLOW -> Optional.of(new RareAction.DebugSlow());
      default -> Optional.empty();
    };
  }

  private static Optional<Action> readMultipath(WireReader in) {
    int fields = in.u16();
    int basis = in.u16();
    in.skip(2);
    int algorithm = in.u16();
    int links = in.u16() + 1;
    int argument = in.i32();
    in.skip(2);
    int offsetAndBits = in.u16();
    Optional<Field> target = FieldCodec.readHeader(in);
    RareAction.HashFields[] allFields = RareAction.HashFields.values();
    RareAction.Multipath.LinkChoice[] algorithms = RareAction.Multipath.LinkChoice.values();
    if (target.isEmpty() || fields >= allFields.length || algorithm >= algorithms.length) {
      return Optional.empty();
    }
    return Optional.of(
        new RareAction.Multipath(
            allFields[fields],
            basis,
            algorithms[algorithm],
            links,
            argument,
            ActionDecoder.subfield(target.get(), offsetAndBits)));
  }

  private static Optional<Action> readBundle(int subtype, WireReader in) {
    int algorithm = in.u16();
    int fields = in.u16();
    int basis = in.u16();
    int memberType = in.i32();
    int count = in.u16();
    int offsetAndBits = in.u16();
    Optional<Subfield> target = Optional.empty();
    boolean known = memberType == MEMBER_TYPE_PORT;
    if (subtype == Wire.NX_BUNDLE_LOAD) {
      target = FieldCodec.readHeader(in).map(f -> ActionDecoder.subfield(f, offsetAndBits));
      known &= target.isPresent();
    } else {
      in.skip(4);
    }
    in.skip(4);
    List<Integer> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      members.add(PortNo.from16(in.u16()));
    }
    RareAction.HashFields[] allFields = RareAction.HashFields.values();
    RareAction.Bundle.MemberChoice[] algorithms = RareAction.Bundle.MemberChoice.values();
    if (!known || fields >= allFields.length || algorithm >= algorithms.length) {
      return Optional.empty();
    }
    return Optional.of(
        new RareAction.Bundle(allFields[fields], basis, algorithms[algorithm], members, target));
  }

  /** The properties of a network service header; empty where one of them is not known. */
  static Optional<Action> readEncapNsh(WireReader in) {
    OptionalInt mdType = OptionalInt.empty();
    List<RareAction.EncapNsh.Tlv> tlvs = new ArrayList<>();
    while (in.hasMore()) {
      int propertyClass = in.u16();
      int type = in.u8();
      int length = in.u8();
      if (length < 5) {
        throw in.malformed("encap property length: " + length + " (expected: at least 5)");
      }
      WireReader property = in.sub(length - 4);
      in.skip(-length & 7);
      if (propertyClass == PROPERTY_CLASS_NSH && type == PROPERTY_MD_TYPE && tlvs.isEmpty()) {
        mdType = OptionalInt.of(property.u8());
      } else if (propertyClass == PROPERTY_CLASS_NSH && type == PROPERTY_TLV) {
        int tlvClass = property.u16();
        int tlvType = property.u8();
        Octets value = property.octets(property.u8());
        tlvs.add(new RareAction.EncapNsh.Tlv(tlvClass, tlvType, value));
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(new RareAction.EncapNsh(mdType, tlvs));
  }

  /** Whether an encap makes a network service header. */
  static boolean isNsh(int packetType) {
    return packetType == PACKET_TYPE_NSH;
  }
}
