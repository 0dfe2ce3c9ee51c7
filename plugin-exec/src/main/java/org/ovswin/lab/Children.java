package org.ovswin.lab;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * Starts the long-running processes of a lab (Open vSwitch, agents), each in a session of its own,
 * so that the terminal's Ctrl-C reaches the lab alone and the lab ends them in order.
 *
 * <p>Unless they are to stay, the kernel kills them when the lab's process ends, even by {@code
 * kill -9} (prctl(2), PR_SET_PDEATHSIG). That signal comes when the <em>thread</em> that started
 * the child ends; so all are started by one thread that lives as long as this object.
 */
final class Children implements AutoCloseable {
  private final Ledger ledger;
  private final LabSpec.Lifetime lifetime;
  private final ExecutorService parent =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("lab-children").factory());

  Children(Ledger ledger, LabSpec.Lifetime lifetime) {
    this.ledger = ledger;
    this.lifetime = lifetime;
  }

  /** Where a child's standard output goes. */
  enum Stdout {
    /** Into its log, with its standard error. */
    LOG,
    /** To the lab, which reads it. */
    PIPED
  }

  /** Starts a process of this shell's namespace; its standard error is appended to the log. */
  Process start(String name, Shell shell, List<String> words, Path log, Stdout stdout) {
    ProcessBuilder builder = shell.builder(words);
    List<String> command = new ArrayList<>(List.of("setsid"));
    if (lifetime == LabSpec.Lifetime.WITH_OWNER) {
      command.addAll(List.of("setpriv", "--pdeathsig", "KILL"));
    }
    command.addAll(builder.command());
    builder.command(command).redirectInput(new File("/dev/null"));
    switch (stdout) {
      case LOG ->
          builder
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      case PIPED -> builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    }
    try {
      return CompletableFuture.supplyAsync(
              () -> ledger.start(name, () -> Shell.start(builder, name)), parent)
          .join();
    } catch (RejectedExecutionException e) {
      throw new LabException(name + ": not started, the lab is down (expected: open)", e);
    } catch (CompletionException e) {
      throw e.getCause() instanceof LabException it ? it : e;
    }
  }

  /** Ends the thread, and with it whatever child is still there. */
  @Override
  public void close() {
    parent.shutdown();
  }
}
