package org.ovswin.ipam.block.file;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * What the store asks of the file system: each call is one step that it may die before or after.
 * {@link LocalDisk}, and in tests one that dies, fails and forgets.
 */
interface Disk {

  /** Creates the directory and its missing parents, with mode 0700. */
  void createDirectories(Path directory) throws IOException;

  /**
   * @throws IOException with the name of the user if the file is there and somebody else's
   */
  void requireOwn(Path file) throws IOException;

  /** The files of a directory, by name. */
  List<Path> list(Path directory) throws IOException;

  /**
   * @throws NoSuchFileException if it is not there (any more)
   * @throws IllegalArgumentException if it is too large to be a record
   */
  byte[] read(Path file) throws IOException;

  /** Creates a file, with mode 0600. After a power cut it may be there in part or be empty. */
  void write(Path file, byte[] content) throws IOException;

  /** As {@link #write}, and brings the content to the disk. */
  void writeForced(Path file, byte[] content) throws IOException;

  /**
   * Gives a file a second name.
   *
   * @throws FileAlreadyExistsException if the name is there, whoever made it
   */
  void link(Path file, Path name) throws IOException;

  /** Gives a file another name, in place of the file that has it. */
  void rename(Path file, Path name) throws IOException;

  /** Removes a name, if it is there. */
  void delete(Path file) throws IOException;

  /** Brings the names of a directory to the disk. */
  void forceDirectory(Path directory) throws IOException;
}
