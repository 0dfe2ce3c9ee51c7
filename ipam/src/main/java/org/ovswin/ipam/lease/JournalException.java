package org.ovswin.ipam.lease;

import java.io.IOException;

/**
 * The lease directory cannot be used as it is, and nothing in it was changed: a damaged journal,
 * one of a newer version or another block, a lock held elsewhere. The message says what to do.
 */
public final class JournalException extends IOException {
  JournalException(String message) {
    super(message);
  }
}
