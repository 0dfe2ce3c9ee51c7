package org.ovswin.openflow;

import java.util.OptionalInt;

/** The actions that need few words. */
public final class Actions {
  /** Where the time to live runs out, the table's remaining actions are not done. */
  public static final Action DEC_TTL = new Action.DecTtl();

  public static final Action POP_VLAN = new Action.PopVlan();
  public static final Action CT_CLEAR = new Action.CtClear();
  public static final Action CLEAR_ACTIONS = new Action.ClearActions();
  public static final Action EXIT = new Action.Exit();

  private Actions() {}

  /** To a port. */
  public static Action output(int port) {
    return new Action.Output(port, 0);
  }

  /** To {@link PortNo#IN_PORT}: back out where it came from. */
  public static Action outputInPort() {
    return new Action.Output(PortNo.IN_PORT, 0);
  }

  /** To the port whose number a field holds. */
  public static Action output(Subfield source) {
    return new Action.OutputReg(source, Action.OutputReg.WHOLE_PACKET);
  }

  /** The whole packet to the controllers. */
  public static Action controller() {
    return new Action.Output(PortNo.CONTROLLER, Action.Output.NO_BUFFER);
  }

  /** A whole field of up to 64 bits, in bits 0 to 63 of the value. */
  public static Action set(Field field, long value) {
    return new Action.SetField(MatchField.exact(field, value));
  }

  /** The bits of {@code mask} of a field of up to 64 bits. */
  public static Action set(Field field, long value, long mask) {
    return new Action.SetField(MatchField.masked(field, value, mask));
  }

  /** A whole field of up to 128 bits. */
  public static Action set128(Field field, long high, long low) {
    return new Action.SetField(MatchField.exact128(field, high, low));
  }

  /** A run of bits, as {@code load} does, in the form that every version reports alike. */
  public static Action set(Subfield target, long value) {
    return new Action.Load(target, value).toSetField();
  }

  /** One whole field to another. */
  public static Action move(Field source, Field target) {
    return new Action.Move(Subfield.of(source), Subfield.of(target));
  }

  /** To another table, after which the actions go on. */
  public static Action resubmit(int table) {
    return new Action.Resubmit(
        PortNo.IN_PORT, OptionalInt.of(table), Action.Resubmit.Lookup.HEADERS);
  }

  /** To another table, for good. */
  public static Action gotoTable(int table) {
    return new Action.Goto(table);
  }
}
