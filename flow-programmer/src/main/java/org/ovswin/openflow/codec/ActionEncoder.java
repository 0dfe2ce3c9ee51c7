package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.ovswin.openflow.Action;
import org.ovswin.openflow.Field;
import org.ovswin.openflow.MatchField;
import org.ovswin.openflow.Octets;
import org.ovswin.openflow.PortNo;
import org.ovswin.openflow.RareAction;
import org.ovswin.openflow.Subfield;
import org.ovswin.openflow.Version;

/**
 * Writes actions (OpenFlow 1.5, 7.2.6).
 *
 * <pre>
 * type (16 bits) | length of all of it (16) | arguments | zeros to a multiple of 8 bytes
 * 0xffff         | length                   | 0x2320 (32) | subtype (16) | …   Nicira's extensions
 * </pre>
 */
final class ActionEncoder {
  private ActionEncoder() {}

  static void write(ByteBuf out, Version version, List<Action> actions) {
    for (int i = 0; i < actions.size(); i++) {
      write(out, version, actions.get(i));
    }
  }

  static void write(ByteBuf out, Version version, Action action) {
    switch (action) {
      // The most frequent ones first: asking for a class is far quicker than for an interface.
      case Action.SetField(MatchField value) -> writeSetField(out, version, value);
      case Action.Output output -> writeOutput(out, output);
      case Action.Group(int groupId) -> writeWord(out, Wire.GROUP, groupId);
      case Action.DecTtl() -> writeWord(out, Wire.DEC_NW_TTL, 0);
      case Action.Simple simple -> writeSimple(out, simple);
      case Action.OnField onField -> writeOnField(out, version, onField);
      case Action.Nx nx -> NxActionEncoder.write(out, version, nx);
      case RareAction rare -> RareActionCodec.write(out, version, rare);
      case Action.Meter(int meterId) when version.isAtLeast(Version.V1_5) ->
          writeWord(out, Wire.METER, meterId);
      case Action.Flowing flowing ->
          throw new IllegalArgumentException(
              flowing.text() + ": an instruction (expected: an action)");
    }
  }

  private static void writeSimple(ByteBuf out, Action.Simple action) {
    switch (action) {
      case Action.Output output -> writeOutput(out, output);
      case Action.Group(int groupId) -> writeWord(out, Wire.GROUP, groupId);
      case Action.PushVlan(int etherType) -> writeWord(out, Wire.PUSH_VLAN, etherType << 16);
      case Action.PopVlan() -> writeWord(out, Wire.POP_VLAN, 0);
      case Action.PushMpls(int etherType) -> writeWord(out, Wire.PUSH_MPLS, etherType << 16);
      case Action.PopMpls(int etherType) -> writeWord(out, Wire.POP_MPLS, etherType << 16);
      case Action.SetMplsTtl(int ttl) -> writeWord(out, Wire.SET_MPLS_TTL, ttl << 24);
      case Action.DecMplsTtl() -> writeWord(out, Wire.DEC_MPLS_TTL, 0);
      case Action.SetNwTtl(int ttl) -> writeWord(out, Wire.SET_NW_TTL, ttl << 24);
      case Action.DecTtl() -> writeWord(out, Wire.DEC_NW_TTL, 0);
      case Action.SetQueue(int queueId) -> writeWord(out, Wire.SET_QUEUE, queueId);
    }
  }

  private static void writeOutput(ByteBuf out, Action.Output action) {
    out.writeLong((long) Wire.OUTPUT << 48 | 16L << 32 | (action.port() & 0xffff_ffffL));
    out.writeLong((long) action.maxLen() << 48);
  }

  /** An action of 8 bytes whose arguments are one word. */
  private static void writeWord(ByteBuf out, int type, int word) {
    out.writeLong((long) type << 48 | 8L << 32 | (word & 0xffff_ffffL));
  }

  private static void writeOnField(ByteBuf out, Version version, Action.OnField action) {
    switch (action) {
      case Action.SetField(MatchField value) -> writeSetField(out, version, value);
      case Action.Load load -> {
        // From 1.5 on there is only set_field, and the switch reports a load as one.
        if (version.isAtLeast(Version.V1_5)) {
          writeSetField(out, version, load.toSetField().value());
        } else {
          writeLoad(out, version, load);
        }
      }
      case Action.Move(Subfield source, Subfield target) -> {
        if (version.isAtLeast(Version.V1_5)) {
          writeCopyField(out, version, source, target);
        } else {
          writeRegMove(out, source, target);
        }
      }
      case Action.OutputReg(Subfield source, int maxLen) -> {
        int start = startNx(out, Wire.NX_OUTPUT_REG);
        out.writeShort(offsetAndBits(source));
        FieldCodec.writeHeader(out, source.field().wireNames().getFirst(), source.field());
        out.writeShort(maxLen);
        out.writeZero(6);
        finish(out, start);
      }
      case Action.Push(Subfield source) -> writeStack(out, version, Wire.NX_STACK_PUSH, source);
      case Action.Pop(Subfield target) -> writeStack(out, version, Wire.NX_STACK_POP, target);
      case Action.CheckPacketLarger(int bytes, Subfield target) -> {
        int start = startNx(out, Wire.NX_CHECK_PKT_LARGER);
        out.writeShort(bytes);
        out.writeShort(target.offset());
        FieldCodec.writeHeader(out, target.field().wireName(version), target.field());
        finish(out, start);
      }
    }
  }

  /**
   * A set_field with a mask came with 1.5. Before it, Nicira's reg_load sets one run of bits, and
   * reg_load2 all at once, but the switch writes that only where the header has no room for the
   * field.
   */
  private static void writeSetField(ByteBuf out, Version version, MatchField value) {
    boolean exact = value.isExact();
    int bytes = value.field().bytes();
    if (exact && bytes <= 8 && !FieldCodec.hasExperimenter(version, value.field())) {
      // Header, entry and padding are 16 bytes.
      int header = FieldCodec.header(version, value.field());
      out.writeLong((long) Wire.SET_FIELD << 48 | 16L << 32 | (header & 0xffff_ffffL));
      out.writeLong(value.low() << (64 - 8 * bytes));
      return;
    }
    int start;
    if (exact || version.isAtLeast(Version.V1_5)) {
      start = out.writerIndex();
      out.writeInt(Wire.SET_FIELD << 16);
    } else if (value.field().wireNames().getFirst().hasExperimenter()) {
      start = startNx(out, Wire.NX_REG_LOAD2);
    } else {
      writeLoads(out, value);
      return;
    }
    FieldCodec.writeField(out, version, value);
    finish(out, start);
  }

  /** A reg_load for each run of bits, the lowest first. */
  private static void writeLoads(ByteBuf out, MatchField value) {
    for (int offset = value.runAt(0); offset >= 0; ) {
      int bits = value.runLength(offset);
      writeRegLoad(out, value.field(), offset, bits, value.bitsAt(offset, bits));
      offset = value.runAt(offset + bits);
    }
  }

  private static void writeRegLoad(ByteBuf out, Field field, int offset, int bits, long value) {
    int start = startNx(out, Wire.NX_REG_LOAD);
    out.writeShort(offset << 6 | (bits - 1));
    FieldCodec.writeHeader(out, field.wireNames().getFirst(), field);
    out.writeLong(value);
    finish(out, start);
  }

  private static void writeLoad(ByteBuf out, Version version, Action.Load load) {
    Subfield target = load.target();
    if (target.field().wireNames().getFirst().hasExperimenter()) {
      writeSetField(out, version, load.toSetField().value());
      return;
    }
    writeRegLoad(out, target.field(), target.offset(), target.bits(), load.value());
  }

  private static void writeRegMove(ByteBuf out, Subfield source, Subfield target) {
    int start = startNx(out, Wire.NX_REG_MOVE);
    out.writeShort(source.bits());
    out.writeShort(source.offset());
    out.writeShort(target.offset());
    FieldCodec.writeHeader(out, source.field().wireNames().getFirst(), source.field());
    FieldCodec.writeHeader(out, target.field().wireNames().getFirst(), target.field());
    finish(out, start);
  }

  private static void writeCopyField(
      ByteBuf out, Version version, Subfield source, Subfield target) {
    int start = out.writerIndex();
    out.writeShort(Wire.COPY_FIELD);
    out.writeShort(0);
    out.writeShort(source.bits());
    out.writeShort(source.offset());
    out.writeShort(target.offset());
    out.writeZero(2);
    FieldCodec.writeHeader(out, source.field().wireName(version), source.field());
    FieldCodec.writeHeader(out, target.field().wireName(version), target.field());
    finish(out, start);
  }

  private static void writeStack(ByteBuf out, Version version, int subtype, Subfield subfield) {
    int start = startNx(out, subtype);
    out.writeShort(subfield.offset());
    FieldCodec.writeHeader(out, subfield.field().wireName(version), subfield.field());
    out.writeShort(subfield.bits());
    finish(out, start);
  }

  /** Offset in the upper 10 bits, width less one in the lower 6 (OVS, nxm_encode_ofs_nbits). */
  static int offsetAndBits(Subfield subfield) {
    return subfield.offset() << 6 | (subfield.bits() - 1);
  }

  /** The header of a Nicira action, whose length {@link #finish} fills in. */
  static int startNx(ByteBuf out, int subtype) {
    int start = out.writerIndex();
    out.writeLong((long) Wire.EXPERIMENTER << 48 | Wire.NICIRA);
    out.writeShort(subtype);
    return start;
  }

  /** Pads to a multiple of 8 bytes and fills in the length. */
  static void finish(ByteBuf out, int start) {
    writeZeros(out, start - out.writerIndex() & 7);
    out.setShort(start + 2, out.writerIndex() - start);
  }

  /** Up to 7 bytes of zero. */
  static void writeZeros(ByteBuf out, int count) {
    if ((count & 4) != 0) {
      out.writeInt(0);
    }
    if ((count & 2) != 0) {
      out.writeShort(0);
    }
    if ((count & 1) != 0) {
      out.writeByte(0);
    }
  }

  static void writeOctets(ByteBuf out, Octets octets) {
    out.writeBytes(octets.asByteBuffer());
  }

  static int port16(int port) {
    return PortNo.to16(port);
  }
}
