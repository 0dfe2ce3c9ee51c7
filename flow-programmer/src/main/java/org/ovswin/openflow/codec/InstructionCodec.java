package org.ovswin.openflow.codec;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.ovswin.openflow.Action;
import org.ovswin.openflow.Octets;
import org.ovswin.openflow.Version;

/**
 * Instructions (OpenFlow 1.5, 7.2.5), which the model keeps among the actions.
 *
 * <pre>
 * type (16 bits) | length of all of it (16) | arguments
 * </pre>
 */
final class InstructionCodec {
  private InstructionCodec() {}

  static void write(ByteBuf out, Version version, List<Action> actions) {
    int applyStart = -1;
    boolean meterIsAction = version.isAtLeast(Version.V1_5);
    for (int i = 0; i < actions.size() && !meterIsAction; i++) {
      if (actions.get(i) instanceof Action.Meter(int meterId)) {
        out.writeLong(header(Wire.INSTRUCTION_METER, 8) | (meterId & 0xffff_ffffL));
      }
    }
    for (int i = 0; i < actions.size(); i++) {
      Action action = actions.get(i);
      if (!isInstruction(action, meterIsAction)) {
        if (applyStart < 0) {
          applyStart = out.writerIndex();
          out.writeLong(header(Wire.INSTRUCTION_APPLY_ACTIONS, 0));
        }
        ActionEncoder.write(out, version, action);
        continue;
      }
      applyStart = closeApply(out, applyStart);
      writeInstruction(out, version, (Action.Flowing) action);
    }
    closeApply(out, applyStart);
  }

  /** Asks for the classes rather than for {@link Action.Flowing}, which takes far longer. */
  private static boolean isInstruction(Action action, boolean meterIsAction) {
    return action instanceof Action.Goto
        || (action instanceof Action.Meter && !meterIsAction)
        || action instanceof Action.WriteMetadata
        || action instanceof Action.WriteActions
        || action instanceof Action.ClearActions
        || action instanceof Action.RawInstruction;
  }

  private static int closeApply(ByteBuf out, int applyStart) {
    if (applyStart >= 0) {
      out.setShort(applyStart + 2, out.writerIndex() - applyStart);
    }
    return -1;
  }

  private static void writeInstruction(ByteBuf out, Version version, Action.Flowing action) {
    switch (action) {
      case Action.Meter _ -> {} // Written first, before the actions.
      case Action.ClearActions() -> out.writeLong(header(Wire.INSTRUCTION_CLEAR_ACTIONS, 8));
      case Action.WriteActions(List<Action> actions) -> {
        int start = out.writerIndex();
        out.writeLong(header(Wire.INSTRUCTION_WRITE_ACTIONS, 0));
        ActionEncoder.write(out, version, actions);
        out.setShort(start + 2, out.writerIndex() - start);
      }
      case Action.WriteMetadata(long value, long mask) -> {
        out.writeLong(header(Wire.INSTRUCTION_WRITE_METADATA, 24));
        out.writeLong(value);
        out.writeLong(mask);
      }
      case Action.Goto(int table) ->
          out.writeLong(header(Wire.INSTRUCTION_GOTO_TABLE, 8) | (long) table << 24);
      case Action.RawInstruction(Octets bytes) -> ActionEncoder.writeOctets(out, bytes);
    }
  }

  /** The header in the upper half of eight bytes. */
  private static long header(int type, int length) {
    return (long) type << 48 | (long) length << 32;
  }

  /** All that is left of a message, in the order of the model: meter, actions, and so on. */
  static List<Action> read(WireReader in, Version version) {
    List<Action> meters = new ArrayList<>(0);
    List<Action> applied = new ArrayList<>();
    List<Action> cleared = new ArrayList<>(0);
    List<Action> written = new ArrayList<>(0);
    List<Action> metadata = new ArrayList<>(0);
    List<Action> last = new ArrayList<>(1);
    List<Action> unknown = new ArrayList<>(0);
    int seen = 0;
    while (in.hasMore()) {
      int at = in.offset();
      WireReader instruction = in.typedStructure("instruction", 8, 8);
      WireReader whole = instruction.copy();
      int type = instruction.u16();
      instruction.skip(2);
      if (type <= Wire.INSTRUCTION_METER) {
        if ((seen & 1 << type) != 0) {
          throw new MalformedMessageException(
              at, "instruction " + type + ": twice (expected: once)");
        }
        seen |= 1 << type;
      }
      switch (type) {
        case Wire.INSTRUCTION_GOTO_TABLE -> {
          last.add(new Action.Goto(instruction.u8()));
          expectLeft(instruction, 3);
        }
        case Wire.INSTRUCTION_WRITE_METADATA -> {
          instruction.skip(4);
          metadata.add(new Action.WriteMetadata(instruction.i64(), instruction.i64()));
          expectLeft(instruction, 0);
        }
        case Wire.INSTRUCTION_WRITE_ACTIONS -> {
          instruction.skip(4);
          written.add(new Action.WriteActions(ActionDecoder.read(instruction, version)));
        }
        case Wire.INSTRUCTION_APPLY_ACTIONS -> {
          instruction.skip(4);
          applied.addAll(ActionDecoder.read(instruction, version));
        }
        case Wire.INSTRUCTION_CLEAR_ACTIONS -> {
          cleared.add(new Action.ClearActions());
          expectLeft(instruction, 4);
        }
        case Wire.INSTRUCTION_METER -> {
          meters.add(new Action.Meter(instruction.i32()));
          expectLeft(instruction, 0);
        }
        default -> unknown.add(new Action.RawInstruction(whole.rest()));
      }
    }
    meters.addAll(applied);
    meters.addAll(cleared);
    meters.addAll(written);
    meters.addAll(metadata);
    meters.addAll(last);
    meters.addAll(unknown);
    return meters;
  }

  private static void expectLeft(WireReader in, int bytes) {
    if (in.remaining() != bytes) {
      throw in.malformed(
          "%d bytes left of the instruction (expected: %d)".formatted(in.remaining(), bytes));
    }
  }
}
