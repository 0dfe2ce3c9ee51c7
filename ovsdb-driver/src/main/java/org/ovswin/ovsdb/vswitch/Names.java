package org.ovswin.ovsdb.vswitch;

/** What a bridge or port may be called. */
final class Names {
  private Names() {}

  /**
   * The schema refuses a slash; ovs-vswitchd makes files named after bridges, so no dots alone
   * either.
   */
  static void require(String what, String name) {
    if (name.isEmpty() || name.indexOf('/') >= 0 || name.equals(".") || name.equals("..")) {
      throw new IllegalArgumentException(
          what + " name: \"" + name + "\" (expected: not empty, no slash, not a dot directory)");
    }
  }
}
