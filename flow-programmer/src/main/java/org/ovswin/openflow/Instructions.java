package org.ovswin.openflow;

import java.util.List;

/** The order of instructions among actions, which the switch prescribes (OpenFlow 1.5, 5.5). */
final class Instructions {
  private Instructions() {}

  static void checkOrder(List<Action> actions) {
    int last = 0;
    String previous = "";
    for (Action action : actions) {
      int rank = rank(action);
      boolean repeatable = rank == APPLY || action instanceof Action.RawInstruction;
      if (rank < last || (rank == last && !repeatable)) {
        throw new IllegalArgumentException(
            "%s after %s (expected: actions, clear_actions, write_actions, write_metadata, "
                    .formatted(action.text(), previous)
                + "goto_table, once each)");
      }
      last = rank;
      previous = action.text();
    }
  }

  private static final int APPLY = 1;

  private static int rank(Action action) {
    return switch (action) {
      case Action.Meter _ -> APPLY;
      case Action.ClearActions _ -> 2;
      case Action.WriteActions _ -> 3;
      case Action.WriteMetadata _ -> 4;
      case Action.Goto _ -> 5;
      case Action.RawInstruction _ -> 6;
      case Action.Simple _, Action.OnField _, Action.Nx _, RareAction _ -> APPLY;
    };
  }
}
