package org.ovswin.ovsdb.vswitch;

/**
 * Told what happens to a {@link Vswitch}: on one thread, in order. It must not block. Updates that
 * arrive while it is busy come together as one: the latest snapshot wins.
 */
public interface VswitchListener {

  /** The replica is complete, first or again after {@link #disconnected}. */
  void connected(VswitchSnapshot snapshot);

  /** The connection went or could not be made; told once until the next {@link #connected}. */
  void disconnected(String reason);

  /** Rows changed. */
  void changed(VswitchSnapshot snapshot);
}
