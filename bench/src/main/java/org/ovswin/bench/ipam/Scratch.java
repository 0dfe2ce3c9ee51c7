package org.ovswin.bench.ipam;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * A directory for one run, which is gone afterwards, also after Ctrl-C. What a killed run left goes
 * with the next one.
 */
final class Scratch implements AutoCloseable {
  private static final String PREFIX = "ovs-win-bench-ipam.";

  private final Path directory;
  private final Thread hook;

  private Scratch(Path directory) {
    this.directory = directory;
    this.hook = Thread.ofPlatform().unstarted(this::deleteQuietly);
  }

  static Scratch open(Path parent) throws IOException {
    try (DirectoryStream<Path> old = Files.newDirectoryStream(parent, PREFIX + "[0-9]*")) {
      for (Path left : old) {
        long pid = Long.parseLong(left.getFileName().toString().substring(PREFIX.length()));
        if (ProcessHandle.of(pid).isEmpty()) {
          delete(left);
        }
      }
    }
    Path directory = parent.resolve(PREFIX + ProcessHandle.current().pid());
    Scratch scratch = new Scratch(Files.createDirectory(directory));
    Runtime.getRuntime().addShutdownHook(scratch.hook);
    return scratch;
  }

  /** A directory in it that nobody else has; the caller makes it. */
  Path resolve(String name) {
    return directory.resolve(name);
  }

  Path directory() {
    return directory;
  }

  @Override
  public void close() throws IOException {
    delete(directory);
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It is running, and finds nothing more to do.
    }
  }

  private void deleteQuietly() {
    try {
      delete(directory);
    } catch (IOException e) {
      // The process ends; the next run tries again.
    }
  }

  /** Also while somebody still writes into it: what is gone meanwhile is no failure. */
  static void delete(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            if (failure instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw failure;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
              throws IOException {
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
