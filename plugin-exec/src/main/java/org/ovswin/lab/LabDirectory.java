package org.ovswin.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The directory that holds one directory per lab, {@value #DEFAULT} unless a test says otherwise.
 * Labs are made and recovered under a lock on it, so that a directory without a ledger is always
 * one whose maker was killed.
 */
final class LabDirectory {
  static final String DEFAULT = "/run/ovs-win-lab";

  private static final String LOCK_FILE = ".lock";
  private static final Pattern ID = Pattern.compile("ow[0-9a-z]{6}");

  /** 36 to the sixth: what six letters and digits can say. */
  private static final long ID_BOUND = 2_176_782_336L;

  /** A file lock is held by the process; between threads of one process this one stands in. */
  private static final Lock THREADS = new ReentrantLock();

  private final Path base;

  LabDirectory(Path base) {
    this.base = base;
  }

  /** Work done under the lock. */
  interface Locked<T> {
    T run() throws IOException;
  }

  <T> T locked(Locked<T> work) {
    THREADS.lock();
    try {
      createPrivate(base);
      try (FileChannel file =
          FileChannel.open(
              base.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        file.lock();
        return work.run();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(base + ": " + e.getMessage(), e);
    } finally {
      THREADS.unlock();
    }
  }

  Path of(String id) {
    return base.resolve(id);
  }

  /** An id that no lab here has. It starts the name of everything the lab makes. */
  String freshId() {
    SecureRandom random = new SecureRandom();
    while (true) {
      String digits = Long.toString(random.nextLong(ID_BOUND), 36);
      String id = "ow" + "0".repeat(6 - digits.length()) + digits;
      if (!Files.exists(of(id))) {
        return id;
      }
    }
  }

  /** The ids of the labs that are here, oldest name first. */
  List<String> ids() throws IOException {
    if (!Files.isDirectory(base)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(base)) {
      return children
          .map(path -> path.getFileName().toString())
          .filter(name -> ID.matcher(name).matches())
          .sorted()
          .toList();
    }
  }

  /** Makes a directory and those above it, the last one readable by its owner only. */
  static Path createPrivate(Path directory) throws IOException {
    Set<PosixFilePermission> owner = PosixFilePermissions.fromString("rwx------");
    FileAttribute<Set<PosixFilePermission>> attribute = PosixFilePermissions.asFileAttribute(owner);
    return Files.createDirectories(directory, attribute);
  }

  /** Deletes a lab's directory, the ledger after all else: without it nobody knows the rest. */
  static void delete(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    Path ledger = directory.resolve(Ledger.FILE);
    List<Path> found = new ArrayList<>();
    try (Stream<Path> tree = Files.walk(directory)) {
      tree.sorted(Comparator.reverseOrder()).forEach(found::add);
    }
    for (Path path : found) {
      if (!path.equals(ledger) && !path.equals(directory)) {
        Files.deleteIfExists(path);
      }
    }
    Files.deleteIfExists(ledger);
    Files.deleteIfExists(directory);
  }
}
