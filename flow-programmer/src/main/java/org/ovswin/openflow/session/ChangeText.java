package org.ovswin.openflow.session;

import java.util.Optional;
import org.ovswin.openflow.BundledChange;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.GroupChange;
import org.ovswin.openflow.MeterChange;
import org.ovswin.openflow.session.SessionException.ChangesRefused.Refusal;

/** Changes as a refusal tells them. */
final class ChangeText {
  private ChangeText() {}

  static Refusal refusal(BundledChange change, String reason) {
    return switch (change) {
      case FlowChange flow -> new Refusal(text(flow), Optional.of(flow.flow()), reason);
      case GroupChange group -> new Refusal(text(group), Optional.empty(), reason);
    };
  }

  static Refusal refusal(MeterChange change, String reason) {
    String text =
        switch (change) {
          case MeterChange.Add add -> "add " + add.meter();
          case MeterChange.Modify modify -> "modify " + modify.meter();
          case MeterChange.Delete(int id) -> "delete meter " + Integer.toUnsignedString(id);
        };
    return new Refusal(text, Optional.empty(), reason);
  }

  private static String text(FlowChange change) {
    return switch (change) {
      case FlowChange.Add add -> "add " + add.flow();
      case FlowChange.ModifyStrict modify -> "modify " + modify.flow();
      case FlowChange.DeleteStrict delete -> "delete " + delete.flow();
    };
  }

  private static String text(GroupChange change) {
    return switch (change) {
      case GroupChange.Add add -> "add " + add.group();
      case GroupChange.Modify modify -> "modify " + modify.group();
      case GroupChange.Delete(int id) -> "delete group " + Integer.toUnsignedString(id);
      case GroupChange.InsertBuckets insert -> "insert buckets " + insert;
      case GroupChange.RemoveBuckets remove -> "remove buckets " + remove;
    };
  }
}
