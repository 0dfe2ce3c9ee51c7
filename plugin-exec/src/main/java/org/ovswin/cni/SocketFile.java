package org.ovswin.cni;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The agent's Unix socket in the file system: {@code 0600} in a directory that nobody else can
 * write to, and held by one agent at a time.
 *
 * <p>A lock on {@code NAME.lock} beside it tells an agent that lives from one that died and left
 * its socket file behind; the kernel drops the lock with the process. Looking at the socket alone,
 * two agents that start together would each replace the other's. The lock's file stays.
 */
final class SocketFile implements AutoCloseable {
  /** Linux, {@code sun_path} without its terminator. */
  static final int MAX_PATH_BYTES = 107;

  /** Connections that the kernel keeps while all of ours are in use. */
  private static final int BACKLOG = 1024;

  private static final Set<PosixFilePermission> OWNER_ONLY_FILE =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OWNER_ONLY_DIRECTORY =
      PosixFilePermissions.fromString("rwx------");

  private final Path path;
  private final FileChannel lock;
  private final ServerSocketChannel listener;

  private SocketFile(Path path, FileChannel lock, ServerSocketChannel listener) {
    this.path = path;
    this.lock = lock;
    this.listener = listener;
  }

  /**
   * Binds the socket; its directory is made if it is missing.
   *
   * @throws IOException with path and expectation if an agent lives there, if something other than
   *     a socket is there, or if others could replace the socket
   */
  static SocketFile bind(Path path) throws IOException {
    Path absolute = path.toAbsolutePath();
    int length = absolute.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > MAX_PATH_BYTES) {
      throw new IOException(
          "%s: %d bytes (expected: a socket path of at most %d)"
              .formatted(absolute, length, MAX_PATH_BYTES));
    }
    prepareDirectory(absolute.getParent() == null ? Path.of("/") : absolute.getParent());
    FileChannel lock = lock(absolute);
    try {
      removeStale(absolute);
      ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        listener.bind(UnixDomainSocketAddress.of(absolute), BACKLOG);
        // Until here somebody else may have connected; the check of each peer's user covers that.
        Files.setPosixFilePermissions(absolute, OWNER_ONLY_FILE);
      } catch (IOException e) {
        closeAfter(e, listener);
        throw e;
      }
      return new SocketFile(absolute, lock, listener);
    } catch (IOException e) {
      closeAfter(e, lock);
      throw e;
    }
  }

  private static void prepareDirectory(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(
          directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY_DIRECTORY));
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
    if (permissions.contains(PosixFilePermission.GROUP_WRITE)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IOException(
          "%s: permissions %s (expected: writable by its owner only, as rwx------)"
              .formatted(directory, PosixFilePermissions.toString(permissions)));
    }
  }

  private static FileChannel lock(Path path) throws IOException {
    Path lockPath = path.resolveSibling(path.getFileName() + ".lock");
    FileChannel lock =
        FileChannel.open(
            lockPath,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(OWNER_ONLY_FILE));
    try {
      if (lock.tryLock() == null) {
        throw alive(path);
      }
      return lock;
    } catch (OverlappingFileLockException e) {
      IOException failure = alive(path);
      failure.addSuppressed(e);
      closeAfter(failure, lock);
      throw failure;
    } catch (IOException e) {
      closeAfter(e, lock);
      throw e;
    }
  }

  private static IOException alive(Path path) {
    return new IOException(path + ": another agent is listening here (expected: none)");
  }

  /** Removes what an agent that died left behind, and nothing else. */
  private static void removeStale(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    // Sockets are neither of the kinds that Java names.
    if (!Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .isOther()) {
      throw new IOException(path + ": is not a socket (expected: a socket or nothing)");
    }
    try {
      SocketChannel.open(UnixDomainSocketAddress.of(path)).close();
    } catch (ConnectException nobodyListens) {
      Files.delete(path);
      return;
    }
    throw alive(path);
  }

  private static void closeAfter(IOException cause, AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      cause.addSuppressed(e);
    }
  }

  Path path() {
    return path;
  }

  ServerSocketChannel listener() {
    return listener;
  }

  /**
   * Removes the socket's file first, so that a launcher finds none rather than a dead one. Only
   * once: a later close would remove the file of the next agent.
   */
  @Override
  public void close() throws IOException {
    if (!listener.isOpen()) {
      return;
    }
    try (lock) {
      try (listener) {
        Files.deleteIfExists(path);
      }
    }
  }
}
