package org.ovswin.ipam.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Files and directories that only their owner reads (0600 and 0700), and the fsync of a directory.
 *
 * <p>On Windows there are no such modes: the directory's inherited ACL decides, and the installer
 * sets it.
 */
public final class PrivateFiles {
  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  private PrivateFiles() {}

  /** Creates the directory and its missing parents; one that exists keeps its mode. */
  public static void createDirectories(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    Files.createDirectories(directory, attributes("rwx------"));
  }

  /**
   * Opens a file, with mode 0600 where the options create it.
   *
   * @throws IOException as {@link FileChannel#open(Path, OpenOption...)}
   */
  public static FileChannel open(Path file, OpenOption... options) throws IOException {
    return FileChannel.open(file, Set.of(options), attributes("rw-------"));
  }

  /**
   * Makes created, renamed and deleted names in the directory durable. Without it a power cut may
   * bring the old name back although the content of the new file was forced.
   *
   * <p>Windows cannot open a directory for this, and does not need it: NTFS logs names itself.
   */
  public static void forceDirectory(Path directory) throws IOException {
    if (!POSIX) {
      return;
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static FileAttribute<?>[] attributes(String mode) {
    return POSIX
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
        }
        : new FileAttribute<?>[0];
  }
}
