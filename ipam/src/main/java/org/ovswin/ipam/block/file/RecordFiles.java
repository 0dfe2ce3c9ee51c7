package org.ovswin.ipam.block.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.ovswin.ipam.disk.PrivateFiles;

/**
 * Files that appear under their name whole and forced, or not at all.
 *
 * @param temporary a directory on the same file system, where files are written before they get
 *     their name; nobody reads there
 */
record RecordFiles(Path temporary) {
  /** Real records have about 300 bytes; more is not read. */
  private static final int MAX_BYTES = 64 * 1024;

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
      Files.createLink(file, written);
    } catch (FileAlreadyExistsException e) {
      return Creation.EXISTS;
    } catch (UnsupportedOperationException e) {
      throw new IOException(
          file + ": the file system has no hard links (expected: one that has, such as ext4)", e);
    } finally {
      Files.deleteIfExists(written);
    }
    forceNames(file);
    return Creation.CREATED;
  }

  /** Puts a file in place of the one that has this name, if there is one. */
  void replace(Path file, byte[] content) throws IOException {
    move(write(content), file);
    forceNames(file);
  }

  /** As {@link #replace}, but after a power cut it may be gone or empty. */
  void replaceUnforced(Path file, byte[] content) throws IOException {
    Path written = temporary.resolve(UUID.randomUUID() + ".json");
    try (FileChannel channel = open(written)) {
      writeTo(channel, content);
    }
    move(written, file);
  }

  /** Finds out whether files can be written. */
  void probe() throws IOException {
    Files.delete(write(new byte[1]));
  }

  private static void move(Path written, Path file) throws IOException {
    Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
    forceNames(file);
  }

  /**
   * @throws NoSuchFileException if it is not there (any more)
   * @throws IllegalArgumentException if it is too large to be a record
   */
  static byte[] read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() > MAX_BYTES) {
        throw new IllegalArgumentException(
            "size: " + channel.size() + " bytes (expected: at most " + MAX_BYTES + ")");
      }
      ByteBuffer content = ByteBuffer.allocate(MAX_BYTES);
      while (content.hasRemaining() && channel.read(content) >= 0) {}
      byte[] bytes = new byte[content.flip().remaining()];
      content.get(bytes);
      return bytes;
    }
  }

  /** Deletes what writers left that were killed before they gave it a name. */
  void deleteLeftovers() throws IOException {
    try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(temporary)) {
      for (Path leftover : leftovers) {
        Files.deleteIfExists(leftover);
      }
    }
  }

  private Path write(byte[] content) throws IOException {
    Path file = temporary.resolve(UUID.randomUUID() + ".json");
    try (FileChannel channel = open(file)) {
      writeTo(channel, content);
      // Before the name: a power cut must not leave an empty file that holds a block.
      channel.force(true);
    }
    return file;
  }

  private static FileChannel open(Path file) throws IOException {
    return PrivateFiles.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
  }

  private static void writeTo(FileChannel channel, byte[] content) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(content);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private static void forceNames(Path file) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      PrivateFiles.forceDirectory(directory);
    }
  }
}
