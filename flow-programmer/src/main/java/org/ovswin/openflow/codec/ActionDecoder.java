package org.ovswin.openflow.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.ovswin.openflow.Action;
import org.ovswin.openflow.Field;
import org.ovswin.openflow.PortNo;
import org.ovswin.openflow.RareAction;
import org.ovswin.openflow.Subfield;
import org.ovswin.openflow.Version;
import org.ovswin.openflow.WideField;

/**
 * Reads actions. One of a type, or on a field, that the model does not know becomes {@link
 * Action.Raw}; one of a known type whose length or arguments cannot be is malformed.
 */
final class ActionDecoder {
  private static final int MAX_DEPTH = 16;

  private ActionDecoder() {}

  /** All actions up to the reader's end. */
  static List<Action> read(WireReader in, Version version) {
    return read(in, version, MAX_DEPTH);
  }

  /**
   * As above, within other actions.
   *
   * @param depth how much deeper actions may nest; the stack is the bound otherwise
   */
  static List<Action> read(WireReader in, Version version, int depth) {
    List<Action> actions = new ArrayList<>();
    while (in.hasMore()) {
      actions.add(readOne(in, version, depth));
    }
    return actions;
  }

  /** The next action. */
  static Action readOne(WireReader in, Version version, int depth) {
    if (depth == 0) {
      throw in.malformed("actions nested deeper than " + MAX_DEPTH);
    }
    int at = in.offset();
    WireReader action = in.typedStructure("action", 8, 8);
    WireReader whole = action.copy();
    try {
      return readKnown(action, version, depth).orElseGet(() -> new Action.Raw(whole.rest()));
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException(at, String.valueOf(e.getMessage()));
    }
  }

  private static Optional<Action> readKnown(WireReader in, Version version, int depth) {
    int type = in.u16();
    in.skip(2);
    return switch (type) {
      case Wire.OUTPUT -> {
        int port = in.i32();
        yield Optional.of(new Action.Output(port, in.u16()));
      }
      case Wire.GROUP -> Optional.of(new Action.Group(in.i32()));
      case Wire.PUSH_VLAN -> Optional.of(new Action.PushVlan(in.u16()));
      case Wire.POP_VLAN -> Optional.of(new Action.PopVlan());
      case Wire.PUSH_MPLS -> Optional.of(new Action.PushMpls(in.u16()));
      case Wire.POP_MPLS -> Optional.of(new Action.PopMpls(in.u16()));
      case Wire.SET_MPLS_TTL -> Optional.of(new Action.SetMplsTtl(in.u8()));
      case Wire.DEC_MPLS_TTL -> Optional.of(new Action.DecMplsTtl());
      case Wire.SET_NW_TTL -> Optional.of(new Action.SetNwTtl(in.u8()));
      case Wire.DEC_NW_TTL -> Optional.of(new Action.DecTtl());
      case Wire.SET_QUEUE -> Optional.of(new Action.SetQueue(in.i32()));
      case Wire.SET_FIELD -> setField(in);
      case Wire.COPY_FIELD -> copyField(in);
      case Wire.METER -> {
        if (!version.isAtLeast(Version.V1_5)) {
          yield Optional.empty();
        }
        yield Optional.of(new Action.Meter(in.i32()));
      }
      case Wire.EXPERIMENTER ->
          in.i32() == Wire.NICIRA ? readNicira(in, version, depth) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Optional<Action> setField(WireReader in) {
    Optional<Action> wide = FieldCodec.readWide(in.copy()).map(RareAction.SetTunnelMetadata::new);
    return wide.or(() -> FieldCodec.readField(in).map(Action.SetField::new));
  }

  private static Optional<Action> copyField(WireReader in) {
    int bits = in.u16();
    int sourceOffset = in.u16();
    int targetOffset = in.u16();
    in.skip(2);
    return move(in, bits, sourceOffset, targetOffset);
  }

  private static Optional<Action> move(
      WireReader in, int bits, int sourceOffset, int targetOffset) {
    Optional<Field> source = FieldCodec.readHeader(in);
    Optional<Field> target = FieldCodec.readHeader(in);
    if (source.isEmpty() || target.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Action.Move(
            new Subfield(source.get(), sourceOffset, bits),
            new Subfield(target.get(), targetOffset, bits)));
  }

  private static Optional<Action> readNicira(WireReader in, Version version, int depth) {
    int subtype = in.u16();
    return switch (subtype) {
      case Wire.NX_RESUBMIT ->
          Optional.of(
              new Action.Resubmit(
                  PortNo.from16(in.u16()), OptionalInt.empty(), Action.Resubmit.Lookup.HEADERS));
      case Wire.NX_RESUBMIT_TABLE -> resubmit(in, Action.Resubmit.Lookup.HEADERS);
      case Wire.NX_RESUBMIT_TABLE_CT -> resubmit(in, Action.Resubmit.Lookup.ORIGINAL_TUPLE);
      case Wire.NX_POP_QUEUE -> Optional.of(new Action.PopQueue());
      case Wire.NX_REG_MOVE -> {
        int bits = in.u16();
        int sourceOffset = in.u16();
        int targetOffset = in.u16();
        yield move(in, bits, sourceOffset, targetOffset);
      }
      case Wire.NX_REG_LOAD -> {
        int offsetAndBits = in.u16();
        Optional<Field> field = FieldCodec.readHeader(in);
        long value = in.i64();
        yield field
            .filter(f -> !f.isWide())
            .map(f -> new Action.Load(subfield(f, offsetAndBits), value));
      }
      case Wire.NX_REG_LOAD2 -> {
        Optional<WideField> whole = FieldCodec.readWide(in.copy()).filter(f -> f.mask().isEmpty());
        yield whole.isPresent() ? whole.map(RareAction.LoadTunnelMetadata::new) : setField(in);
      }
      case Wire.NX_NOTE -> Optional.of(new Action.Note(in.rest()));
      case Wire.NX_OUTPUT_REG -> {
        int offsetAndBits = in.u16();
        Optional<Field> field = FieldCodec.readHeader(in);
        int maxLen = in.u16();
        yield field.map(f -> new Action.OutputReg(subfield(f, offsetAndBits), maxLen));
      }
      case Wire.NX_STACK_PUSH -> stack(in).map(Action.Push::new);
      case Wire.NX_STACK_POP -> stack(in).map(Action.Pop::new);
      case Wire.NX_CHECK_PKT_LARGER -> {
        int bytes = in.u16();
        int offset = in.u16();
        yield FieldCodec.readHeader(in)
            .map(f -> new Action.CheckPacketLarger(bytes, new Subfield(f, offset, 1)));
      }
      default -> NxActionDecoder.read(subtype, in, version, depth);
    };
  }

  private static Optional<Action> resubmit(WireReader in, Action.Resubmit.Lookup lookup) {
    int port = PortNo.from16(in.u16());
    int table = in.u8();
    return Optional.of(
        new Action.Resubmit(
            port, table == Wire.THIS_TABLE ? OptionalInt.empty() : OptionalInt.of(table), lookup));
  }

  private static Optional<Subfield> stack(WireReader in) {
    int offset = in.u16();
    Optional<Field> field = FieldCodec.readHeader(in);
    int bits = in.u16();
    return field.map(f -> new Subfield(f, offset, bits));
  }

  /** The inverse of {@link ActionEncoder#offsetAndBits}. */
  static Subfield subfield(Field field, int offsetAndBits) {
    return new Subfield(field, offsetAndBits >>> 6, (offsetAndBits & 0x3f) + 1);
  }
}
