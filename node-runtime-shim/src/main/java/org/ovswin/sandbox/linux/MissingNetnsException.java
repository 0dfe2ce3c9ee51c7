package org.ovswin.sandbox.linux;

import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** There is nothing at the path of a network namespace. */
public final class MissingNetnsException extends NoSuchFileException {
  MissingNetnsException(Path path) {
    super(path.toString(), null, "no network namespace there");
  }
}
