package org.ovswin.ipam.block.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ovswin.ipam.disk.Ownership;
import org.ovswin.ipam.disk.PrivateFiles;

/** The disk of this machine. */
record LocalDisk() implements Disk {
  /** Real records have about 300 bytes; more is not read. */
  private static final int MAX_BYTES = 64 * 1024;

  @Override
  public void createDirectories(Path directory) throws IOException {
    PrivateFiles.createDirectories(directory);
  }

  @Override
  public void requireOwn(Path file) throws IOException {
    Optional<String> owner = Files.exists(file) ? Ownership.foreignOwner(file) : Optional.empty();
    if (owner.isPresent()) {
      throw new IOException(
          file
              + ": belongs to user "
              + owner.get()
              + " (expected: "
              + System.getProperty("user.name")
              + ", as whom this process runs; see what it is, and chown it or choose another"
              + " directory)");
    }
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      entries.forEach(files::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    files.sort(null);
    return files;
  }

  @Override
  public byte[] read(Path file) throws IOException {
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

  @Override
  public void write(Path file, byte[] content) throws IOException {
    try (FileChannel channel = create(file)) {
      writeTo(channel, content);
    }
  }

  @Override
  public void writeForced(Path file, byte[] content) throws IOException {
    try (FileChannel channel = create(file)) {
      writeTo(channel, content);
      channel.force(true);
    }
  }

  private static FileChannel create(Path file) throws IOException {
    return PrivateFiles.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
  }

  private static void writeTo(FileChannel channel, byte[] content) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(content);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  @Override
  public void link(Path file, Path name) throws IOException {
    try {
      Files.createLink(name, file);
    } catch (UnsupportedOperationException e) {
      throw new IOException(
          name + ": the file system has no hard links (expected: one that has, such as ext4)", e);
    }
  }

  @Override
  public void rename(Path file, Path name) throws IOException {
    Files.move(file, name, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    PrivateFiles.forceDirectory(directory);
  }
}
