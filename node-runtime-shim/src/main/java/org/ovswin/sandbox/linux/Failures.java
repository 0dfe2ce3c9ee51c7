package org.ovswin.sandbox.linux;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import org.ovswin.sandbox.EndpointException;
import org.ovswin.sandbox.EndpointException.Reason;

/** What a failure of the system means to callers of the port. */
final class Failures {
  private Failures() {}

  /**
   * @param doing the operation and its object, such as {@code attach endpoint a}
   */
  static EndpointException translate(String doing, IOException e) {
    return switch (e) {
      case EndpointException known -> known;
      case NotNetnsException gone -> because(Reason.SANDBOX_MISSING, doing, gone);
      case MissingNetnsException gone -> because(Reason.SANDBOX_MISSING, doing, gone);
      case AccessDeniedException denied -> because(Reason.PERMISSION, doing, denied);
      case ErrnoException refused
          when refused.errno().equals(Errno.EPERM) || refused.errno().equals(Errno.EACCES) ->
          because(Reason.PERMISSION, doing, refused);
      default -> because(Reason.SYSTEM, doing, e);
    };
  }

  private static EndpointException because(Reason reason, String doing, IOException e) {
    return new EndpointException(reason, doing + ": " + e.getMessage(), e);
  }
}
