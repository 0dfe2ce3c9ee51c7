package org.ovswin.node.uplink;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The directory in which a takeover is recorded. It appears with all of its content, durable, or
 * not at all. {@code outcome} is made once, by whoever decides first.
 */
record TakeoverRecord(Path directory) {
  static final String SCRIPT = "put-back.sh";
  static final String WATCH = "watch.sh";
  static final String WATCHING = "watching";
  private static final String READY = "ready";
  private static final String OUTCOME = "outcome";
  private static final String DONE = "done";

  /** What becomes of the adapter. */
  enum Outcome {
    OPEN(""),
    PUT_BACK("put-back"),
    COMMITTED("committed");

    private final String file;

    Outcome(String file) {
      this.file = file;
    }
  }

  /** Writes everything that putting back needs. */
  static TakeoverRecord write(TakeoverRequest request, AdapterSnapshot snapshot)
      throws IOException {
    Path target = request.record().toAbsolutePath();
    Path parent = Objects.requireNonNull(target.getParent());
    Files.createDirectories(parent);
    Path fresh =
        Files.createTempDirectory(
            parent,
            target.getFileName() + ".",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    write(fresh, SCRIPT, PutBackScript.of(request, snapshot).getBytes(UTF_8));
    try (InputStream watch =
        Objects.requireNonNull(TakeoverRecord.class.getResourceAsStream(WATCH))) {
      write(fresh, WATCH, watch.readAllBytes());
    }
    write(fresh, "ipv4", snapshot.ipv4().getBytes(UTF_8));
    for (Map.Entry<String, byte[]> routes : snapshot.routes().entrySet()) {
      write(fresh, "routes." + routes.getKey(), routes.getValue());
    }
    if (snapshot.resolvConf().isPresent()) {
      write(fresh, "resolv.conf", snapshot.resolvConf().get());
    }
    for (Outcome outcome : List.of(Outcome.PUT_BACK, Outcome.COMMITTED)) {
      write(fresh, outcome.file, (outcome.file + "\n").getBytes(UTF_8));
    }
    sync(fresh);
    Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
    sync(parent);
    return new TakeoverRecord(target);
  }

  boolean exists() {
    return Files.exists(directory.resolve(SCRIPT));
  }

  boolean isDone() {
    return Files.exists(directory.resolve(DONE));
  }

  Path file(String name) {
    return directory.resolve(name);
  }

  void markReady() throws IOException {
    write(directory, READY, new byte[0]);
  }

  Outcome outcome() throws IOException {
    Path file = directory.resolve(OUTCOME);
    if (!Files.exists(file)) {
      return Outcome.OPEN;
    }
    return Files.readString(file).strip().equals(Outcome.COMMITTED.file)
        ? Outcome.COMMITTED
        : Outcome.PUT_BACK;
  }

  /** Decides what becomes of the adapter, unless that is decided; returns what it is then. */
  Outcome decide(Outcome wanted) throws IOException {
    try {
      Files.createLink(directory.resolve(OUTCOME), directory.resolve(wanted.file));
      sync(directory);
    } catch (FileAlreadyExistsException e) {
      // Somebody was first.
    }
    return outcome();
  }

  void delete() throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    // The script last: without it there is no record.
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.sorted(Comparator.comparing(one -> one.endsWith(SCRIPT))).toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.delete(directory);
  }

  private static void write(Path directory, String name, byte[] content) throws IOException {
    Path file = directory.resolve(name);
    Files.write(file, content);
    sync(file);
  }

  /** Also of a directory: that its entries survive a power failure. */
  private static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
