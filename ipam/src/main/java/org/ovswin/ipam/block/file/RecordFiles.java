package org.ovswin.ipam.block.file;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Files that appear under their name whole and forced, or not at all.
 *
 * @param temporary a directory on the same file system, where files are written before they get
 *     their name; nobody reads there
 */
record RecordFiles(Disk disk, Path temporary) {

  /** What {@link #create} found. */
  enum Creation {
    CREATED,
    EXISTS
  }

  /**
   * Creates a file that must not exist yet. The name is made by link(2), which fails if it is
   * there, whoever made it; rename(2) would replace it silently.
   */
  Creation create(Path file, byte[] content) throws IOException {
    Path written = write(content);
    try {
      disk.link(written, file);
    } catch (FileAlreadyExistsException e) {
      return Creation.EXISTS;
    } finally {
      disk.delete(written);
    }
    forceNames(file);
    return Creation.CREATED;
  }

  /** Puts a file in place of the one that has this name, if there is one. */
  void replace(Path file, byte[] content) throws IOException {
    disk.rename(write(content), file);
    forceNames(file);
  }

  /** As {@link #replace}, but after a power cut it may be gone or empty. */
  void replaceUnforced(Path file, byte[] content) throws IOException {
    Path written = temporaryFile();
    disk.write(written, content);
    disk.rename(written, file);
  }

  /** Finds out whether files can be written. */
  void probe() throws IOException {
    disk.delete(write(new byte[1]));
  }

  void delete(Path file) throws IOException {
    disk.delete(file);
    forceNames(file);
  }

  /** Deletes what writers left that were killed before they gave it a name. */
  void deleteLeftovers() throws IOException {
    for (Path leftover : disk.list(temporary)) {
      disk.delete(leftover);
    }
  }

  /** Before the name: a power cut must not leave an empty file that holds a block. */
  private Path write(byte[] content) throws IOException {
    Path file = temporaryFile();
    disk.writeForced(file, content);
    return file;
  }

  private Path temporaryFile() {
    return temporary.resolve(UUID.randomUUID() + ".json");
  }

  private void forceNames(Path file) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      disk.forceDirectory(directory);
    }
  }
}
