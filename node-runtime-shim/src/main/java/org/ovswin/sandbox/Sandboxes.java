package org.ovswin.sandbox;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** The sandboxes of this host and the processes in them. Safe for use by several threads. */
public interface Sandboxes {
  /**
   * Makes a sandbox.
   *
   * @throws java.nio.file.FileAlreadyExistsException if there is one of this name
   */
  Sandbox create(String name) throws IOException;

  /** The sandbox of this name, if there is one. */
  Optional<Sandbox> find(String name) throws IOException;

  /** The names of all sandboxes of this host, whoever made them. */
  Set<String> list() throws IOException;

  /**
   * Ends the processes that this instance runs in the sandbox and removes it; its interfaces go
   * with it once its last process has ended. Idempotent.
   */
  void delete(String name) throws IOException;

  /**
   * Starts a process whose network is the sandbox's.
   *
   * @param command with its environment, directory and redirections
   * @throws java.nio.file.NoSuchFileException if the sandbox is gone
   */
  Process run(Sandbox sandbox, ProcessBuilder command) throws IOException;

  /**
   * Asks a process and its descendants to end, and ends by force what is left after {@code grace}.
   * Returns when the process has ended; idempotent.
   */
  void stop(Process process, Duration grace) throws InterruptedException;
}
