package org.ovswin.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a lab of either kind holds of the machine: its id and directory, the ledger of what it made,
 * its processes, and a hook that closes it when this process ends. Its owner sees to threads.
 */
final class LabHold {
  private static final Logger LOG = LoggerFactory.getLogger(LabHold.class);

  private final String id;
  private final Path directory;
  private final Ledger ledger;
  private final Children children;
  private Optional<Thread> shutdownHook = Optional.empty();

  private LabHold(String id, Path directory, Ledger ledger, LabSpec.Lifetime lifetime) {
    this.id = id;
    this.directory = directory;
    this.ledger = ledger;
    this.children = new Children(ledger, lifetime);
  }

  /** A fresh id with its directory and ledger, owned by this process. */
  static LabHold take(Path base, LabSpec.Lifetime lifetime) {
    LabDirectory labs = new LabDirectory(base);
    return labs.locked(
        () -> {
          String id = labs.freshId();
          Path directory = LabDirectory.createPrivate(labs.of(id));
          Ledger ledger =
              Ledger.create(
                  directory, new Ledger.Entry.Owner(ProcessId.current(), Teardown.bootId()));
          return new LabHold(id, directory, ledger, lifetime);
        });
  }

  String id() {
    return id;
  }

  Path directory() {
    return directory;
  }

  Ledger ledger() {
    return ledger;
  }

  Children children() {
    return children;
  }

  /** Has the lab closed when this process ends, until it is released. */
  void closeOnShutdown(AutoCloseable lab) {
    Thread hook =
        new Thread(
            () -> {
              try {
                lab.close();
              } catch (Exception e) {
                LOG.error("event=lab-close-failed lab={}", id, e);
              }
            },
            "lab-shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    shutdownHook = Optional.of(hook);
  }

  /** Takes everything down that is in the ledger, and releases. */
  void takeDown() {
    ledger.seal();
    try {
      Teardown.undo(id, directory);
    } finally {
      release();
    }
  }

  /** Lets go of what this process holds; what the lab made stays. */
  void release() {
    children.close();
    try {
      ledger.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      shutdownHook.ifPresent(Runtime.getRuntime()::removeShutdownHook);
    } catch (IllegalStateException e) {
      // The machine is shutting down already, and the hook may be what runs this.
    }
  }
}
