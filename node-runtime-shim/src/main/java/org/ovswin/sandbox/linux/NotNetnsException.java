package org.ovswin.sandbox.linux;

import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** There is something at a path, but it is not a network namespace. */
public final class NotNetnsException extends FileSystemException {
  NotNetnsException(Path path) {
    super(path.toString(), null, "not a network namespace (expected: a file of nsfs, type net)");
  }
}
