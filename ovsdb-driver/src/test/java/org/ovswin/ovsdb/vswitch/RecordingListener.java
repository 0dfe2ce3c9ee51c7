package org.ovswin.ovsdb.vswitch;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what it was told, in order. */
final class RecordingListener implements VswitchListener {

  final List<String> events = new CopyOnWriteArrayList<>();

  @Override
  public void connected(VswitchSnapshot snapshot) {
    events.add("connected");
  }

  @Override
  public void disconnected(String reason) {
    events.add("disconnected: " + reason);
  }

  @Override
  public void changed(VswitchSnapshot snapshot) {
    events.add("changed");
  }
}
