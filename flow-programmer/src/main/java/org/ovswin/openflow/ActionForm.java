package org.ovswin.openflow;

import java.util.ArrayList;
import java.util.List;

/**
 * The one form of actions that mean the same: what was sent and what the switch reports for it
 * differ in form with the OpenFlow version (a {@code load} comes back as {@code set_field} from 1.5
 * on), and a comparison must not see that.
 */
final class ActionForm {
  private ActionForm() {}

  static List<Action> canonical(List<Action> actions) {
    List<Action> forms = new ArrayList<>(actions.size());
    for (Action action : actions) {
      switch (action) {
        case Action.SetField(MatchField value) when !value.isExact() -> addRuns(forms, value);
        case Action.Load load when !load.toSetField().value().isExact() ->
            addRuns(forms, load.toSetField().value());
        default -> forms.add(canonical(action));
      }
    }
    return forms;
  }

  /** Before 1.5, each run of bits is an action. */
  private static void addRuns(List<Action> forms, MatchField value) {
    for (int offset = value.runAt(0); offset >= 0; ) {
      int bits = value.runLength(offset);
      long run = value.bitsAt(offset, bits);
      forms.add(new Action.Load(new Subfield(value.field(), offset, bits), run).toSetField());
      offset = value.runAt(offset + bits);
    }
  }

  private static Action canonical(Action action) {
    return switch (action) {
      case Action.Load load -> load.toSetField();
      case Action.WriteActions(List<Action> actions) -> new Action.WriteActions(canonical(actions));
      case Action.Clone(List<Action> actions) -> new Action.Clone(canonical(actions));
      case Action.Ct ct ->
          new Action.Ct(
              ct.flags(), ct.zone(), ct.table(), ct.nat(), canonical(ct.exec()), ct.algPort());
      case Action.Simple same -> same;
      case Action.OnField same -> same;
      case Action.Flowing same -> same;
      case Action.Nx same -> same;
      case RareAction.LoadTunnelMetadata(WideField value) ->
          new RareAction.SetTunnelMetadata(value);
      case RareAction same -> same;
    };
  }
}
