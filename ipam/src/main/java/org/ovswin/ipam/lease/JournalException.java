package org.ovswin.ipam.lease;

import java.io.IOException;

/**
 * The lease directory cannot be used as it is, and nothing in it was changed: a damaged journal,
 * one of a newer version, a lock held elsewhere, another user's. The message says what to do.
 */
public final class JournalException extends IOException {

  /** What is wrong, for {@link LeaseCheck}. */
  enum Cause {
    /** The file does not begin like one of ours. */
    NOT_OURS,
    /** A later program wrote it. */
    FROM_THE_FUTURE,
    /** A checksum, a length or a piece is wrong. */
    DAMAGED,
    /** An entry contradicts the earlier ones. */
    CONTRADICTION,
    /** The directory, not the content. */
    DIRECTORY
  }

  private final Cause kind;
  private final long offset;
  private final String reason;

  JournalException(String message) {
    this(Cause.DIRECTORY, 0, message, message);
  }

  JournalException(Cause kind, long offset, String reason, String message) {
    super(message);
    this.kind = kind;
    this.offset = offset;
    this.reason = reason;
  }

  Cause kind() {
    return kind;
  }

  /** Where in the file it was found. */
  long offset() {
    return offset;
  }

  /** What was found there, without file and advice. */
  String reason() {
    return reason;
  }
}
