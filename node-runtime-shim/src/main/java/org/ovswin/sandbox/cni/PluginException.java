package org.ovswin.sandbox.cni;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A plugin did not do what it was asked to. */
public abstract sealed class PluginException extends IOException {
  private final String type;

  private PluginException(String type, String message) {
    super(message);
    this.type = type;
  }

  /** The plugin, as its configuration calls it. */
  public String type() {
    return type;
  }

  /** The plugin answered with an error (CNI specification 1.1.0, section 5, "Error"). */
  public static final class Refused extends PluginException {
    private final int code;
    private final String msg;
    private final String details;

    Refused(String type, String command, int code, String msg, String details) {
      super(
          type,
          "%s %s: code %d: %s%s"
              .formatted(type, command, code, msg, details.isEmpty() ? "" : "; " + details));
      this.code = code;
      this.msg = msg;
      this.details = details;
    }

    /** 1 to 99 of the specification, 100 and above the plugin's own. */
    public int code() {
      return code;
    }

    public String msg() {
      return msg;
    }

    /** Empty if the plugin gave none. */
    public String details() {
      return details;
    }
  }

  /** No executable of that name is in the directories of CNI_PATH. */
  public static final class NotFound extends PluginException {
    NotFound(String type, List<Path> path) {
      super(
          type,
          "plugin %s: not found (expected: an executable in one of %s)".formatted(type, path));
    }
  }

  /** The plugin was killed because the deadline passed. */
  public static final class TimedOut extends PluginException {
    TimedOut(String type, String command, Duration deadline, String stderr) {
      super(
          type,
          "%s %s: no answer within %d ms, killed%s"
              .formatted(type, command, deadline.toMillis(), quoted("; stderr", stderr)));
    }
  }

  /** What the plugin printed is neither a result nor an error, or too much. */
  public static final class Unreadable extends PluginException {
    Unreadable(String type, String command, int status, String why, String stdout, String stderr) {
      super(
          type,
          "%s %s: exit status %d, %s%s%s"
              .formatted(
                  type,
                  command,
                  status,
                  why,
                  quoted("; stdout", stdout),
                  quoted("; stderr", stderr)));
    }
  }

  private static String quoted(String label, String text) {
    return text.isBlank() ? "" : "%s: %s".formatted(label, text.strip());
  }
}
