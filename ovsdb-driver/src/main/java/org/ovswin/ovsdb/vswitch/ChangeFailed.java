package org.ovswin.ovsdb.vswitch;

import java.util.Optional;
import org.ovswin.ovsdb.jsonrpc.OvsdbException;

/** A change could not be made, and so none of its transaction was. */
public final class ChangeFailed extends OvsdbException {
  private final transient Optional<VswitchChange> change;

  ChangeFailed(Optional<VswitchChange> change, String reason) {
    super(change.map(c -> c + ": ").orElse("") + reason);
    this.change = change;
  }

  /** The change that failed; empty when only all together failed, at the commit. */
  public Optional<VswitchChange> change() {
    return change;
  }
}
