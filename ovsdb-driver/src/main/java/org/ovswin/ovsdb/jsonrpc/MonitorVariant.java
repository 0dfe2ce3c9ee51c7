package org.ovswin.ovsdb.jsonrpc;

import java.util.Optional;

/** The three generations of monitoring, best first. */
enum MonitorVariant {
  /** ovsdb-server(7), 4.1.15: differences, and after a reconnect only what was missed. */
  COND_SINCE("monitor_cond_since", "update3"),
  /** ovsdb-server(7), 4.1.12: differences. */
  COND("monitor_cond", "update2"),
  /** RFC 7047, 4.1.5: whole values. */
  PLAIN("monitor", "update");

  private final String method;
  private final String notification;

  MonitorVariant(String method, String notification) {
    this.method = method;
    this.notification = notification;
  }

  /** What to call. */
  String method() {
    return method;
  }

  /** What the server then sends. */
  String notification() {
    return notification;
  }

  /** What to try when the server does not know this one. */
  Optional<MonitorVariant> next() {
    return switch (this) {
      case COND_SINCE -> Optional.of(COND);
      case COND -> Optional.of(PLAIN);
      case PLAIN -> Optional.empty();
    };
  }
}
