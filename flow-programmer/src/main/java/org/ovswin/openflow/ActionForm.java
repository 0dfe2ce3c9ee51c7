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
      forms.add(canonical(action));
    }
    return forms;
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
    };
  }
}
