package org.ovswin.ipam.disk;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Who a file belongs to. A directory that somebody else owns may be changed by them at any time,
 * and root could write there without noticing.
 */
public final class Ownership {
  private static final boolean UNIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("unix");

  private Ownership() {}

  /**
   * The owner of a file, if that is not the user that this process runs as. On Windows always
   * empty: there an ACL decides.
   *
   * @return for people, the name of the user or its number
   * @throws IOException if the file cannot be looked at
   */
  public static Optional<String> foreignOwner(Path file) throws IOException {
    if (!UNIX) {
      return Optional.empty();
    }
    int owner = (Integer) Files.getAttribute(file, "unix:uid");
    return owner == new UnixSystem().getUid()
        ? Optional.empty()
        : Optional.of(Files.getOwner(file).getName());
  }
}
