package org.ovswin.sandbox.linux;

import java.io.IOException;
import java.util.Optional;

/** The kernel refused a call. The message says what was asked, the errno and the kernel's words. */
public final class ErrnoException extends IOException {
  private final Errno errno;
  private final String kernelMessage;

  /**
   * @param asked what the kernel was asked to do, with the values: {@code create veth a with peer
   *     b}
   * @param kernelMessage the extended acknowledgement's text, if the kernel sent one
   */
  ErrnoException(String asked, Errno errno, Optional<String> kernelMessage) {
    super(asked + ": " + errno + kernelMessage.map(text -> " (" + text + ")").orElse(""));
    this.errno = errno;
    this.kernelMessage = kernelMessage.orElse("");
  }

  public Errno errno() {
    return errno;
  }

  /** The text of the kernel's extended acknowledgement (NLMSGERR_ATTR_MSG). */
  public Optional<String> kernelMessage() {
    return kernelMessage.isEmpty() ? Optional.empty() : Optional.of(kernelMessage);
  }
}
