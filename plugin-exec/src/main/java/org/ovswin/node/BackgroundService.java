package org.ovswin.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.ovswin.node.Step.Done;

/**
 * The agent under {@code ovs-win-supervise}, in the background: for machines without systemd. Its
 * pid file says which process that is; whether it is the wanted one, its command line says.
 */
final class BackgroundService implements Service {
  private static final long LOG_BYTES = 16 << 20;
  private static final int TAIL_BYTES = 16 * 1024;
  private static final int TAIL_LINES = 6;

  /** The supervisor gives the agent 15 s to end. */
  private static final Duration STOP_BOUND = Duration.ofSeconds(20);

  private static final Duration KILL_BOUND = Duration.ofSeconds(5);

  /** So often the agent may end while its start is being waited for. */
  private static final int MAX_ENDS = 3;

  private final Layout layout;
  private final Version version;
  private long logStart;

  /**
   * @param version of what the agent runs from and with: another one is a reason to start it again
   */
  BackgroundService(Layout layout, Version version) {
    this.layout = layout;
    this.version = version;
  }

  @Override
  public JsonNode before() throws IOException, NodeException {
    if (running().isPresent()) {
      throw new NodeException(
          "%s: an agent runs already that this record does not know (expected: none); end process %d first"
              .formatted(layout.pidFile(), running().get().pid()));
    }
    ObjectNode before = PlacedFile.missingDirectories(layout.log());
    PlacedFile.missingDirectories(layout.pidFile())
        .path("made")
        .forEach(directory -> before.withArray("made").add(directory.asText()));
    return before;
  }

  private List<String> command() throws IOException {
    return List.of(
        layout.supervisor().toString(),
        layout.pidFile().toString(),
        layout.log().toString(),
        Long.toString(LOG_BYTES),
        "/usr/bin/env",
        "OVS_WIN_INSTALLED=" + version.text(),
        layout.program().toString(),
        "agent",
        "--config",
        layout.config().toString());
  }

  @Override
  public Done start() throws IOException, NodeException {
    Optional<BackgroundProcess> running = running();
    if (running.isPresent() && running.get().command().equals(command())) {
      return Done.already("process %d, log %s".formatted(running.get().pid(), layout.log()));
    }
    if (running.isPresent()) {
      stop(running.get());
    }
    Files.createDirectories(layout.logDirectory());
    Files.createDirectories(layout.runDirectory());
    logStart = Files.exists(layout.log()) ? Files.size(layout.log()) : 0;
    Command.run(command());
    return Done.now(
        "started as process %d, log %s"
            .formatted(running().map(BackgroundProcess::pid).orElse(0L), layout.log()));
  }

  @Override
  public Optional<String> ended() throws IOException {
    if (running().isEmpty()) {
      return Optional.of("the agent ended and is not started again");
    }
    long ends =
        logSince(logStart).filter(line -> line.contains(" supervisor: ended with exit ")).count();
    return ends >= MAX_ENDS ? Optional.of("the agent ended " + ends + " times") : Optional.empty();
  }

  private Stream<String> logSince(long position) throws IOException {
    if (!Files.exists(layout.log())) {
      return Stream.empty();
    }
    try (RandomAccessFile log = new RandomAccessFile(layout.log().toFile(), "r")) {
      // A log that is shorter by now is another one.
      long from = position <= log.length() ? position : 0;
      byte[] text = new byte[(int) Math.min(log.length() - from, LOG_BYTES)];
      log.seek(from);
      log.readFully(text);
      return new String(text, StandardCharsets.UTF_8).lines();
    }
  }

  @Override
  public String lastWords() throws IOException {
    long length = Files.exists(layout.log()) ? Files.size(layout.log()) : 0;
    List<String> lines =
        logSince(Math.max(0, length - TAIL_BYTES))
            // Its answers to what is asked here, which the message has already.
            .filter(line -> !line.contains("command=STATUS"))
            .toList();
    List<String> shown = lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size());
    return "the end of %s:\n  %s".formatted(layout.log(), String.join("\n  ", shown));
  }

  @Override
  public List<String> stopCommand() {
    return List.of(layout.supervisor().toString(), "--stop", layout.pidFile().toString());
  }

  @Override
  public Done remove(JsonNode before) throws IOException, NodeException {
    Optional<BackgroundProcess> running = running();
    if (running.isPresent()) {
      stop(running.get());
    }
    Files.deleteIfExists(layout.pidFile());
    Files.deleteIfExists(layout.log());
    Files.deleteIfExists(layout.log().resolveSibling(layout.log().getFileName() + ".1"));
    // Its locks stay where it ended, for whoever might be waiting for them; nobody is any more.
    for (String name :
        List.of("lock", "cni.sock", "cni.sock.lock", "admin.sock", "admin.sock.lock")) {
      Files.deleteIfExists(layout.runDirectory().resolve(name));
    }
    PlacedFile.removeMade(before);
    return running.isPresent()
        ? Done.now("stopped process " + running.get().pid())
        : Done.already("does not run");
  }

  private static void stop(BackgroundProcess process) throws NodeException {
    ProcessHandle handle = ProcessHandle.of(process.pid()).orElse(null);
    if (handle == null) {
      return;
    }
    handle.destroy();
    if (process.endsWithin(STOP_BOUND)) {
      return;
    }
    handle.destroyForcibly();
    if (!process.endsWithin(KILL_BOUND)) {
      throw new NodeException(
          "process %d does not end on SIGKILL (expected: its end); look at its state with ps"
              .formatted(process.pid()));
    }
  }

  /** The supervisor that the pid file names, if that process is still the same. */
  private Optional<BackgroundProcess> running() throws IOException {
    Path file = layout.pidFile();
    return Files.exists(file) ? BackgroundProcess.of(Files.readString(file)) : Optional.empty();
  }

  /**
   * A process that is known by its start time as well: a pid alone is given again.
   *
   * @param startTicks since boot (proc(5), stat, field 22)
   */
  record BackgroundProcess(long pid, long startTicks) {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    /** Reads a pid file; empty if that process has ended, or the pid is another one's now. */
    static Optional<BackgroundProcess> of(String pidFile) {
      String[] words = pidFile.strip().split(" ", -1);
      if (words.length != 2 || !words[0].matches("\\d{1,10}") || !words[1].matches("\\d{1,18}")) {
        return Optional.empty();
      }
      BackgroundProcess named =
          new BackgroundProcess(Long.parseLong(words[0]), Long.parseLong(words[1]));
      return named.isAlive() ? Optional.of(named) : Optional.empty();
    }

    boolean isAlive() {
      String stat;
      try {
        stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      } catch (IOException e) {
        return false;
      }
      // The command, in parentheses, may itself hold spaces and parentheses.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
      return fields.length > 19
          && !fields[0].equals("Z")
          && !fields[0].equals("X")
          && fields[19].equals(Long.toString(startTicks));
    }

    List<String> command() {
      try {
        String words = Files.readString(Path.of("/proc/" + pid + "/cmdline"));
        List<String> command = new ArrayList<>(List.of(words.split("\0", -1)));
        command.removeLast();
        return command;
      } catch (IOException e) {
        return List.of();
      }
    }

    boolean endsWithin(Duration bound) {
      long deadline = System.nanoTime() + bound.toNanos();
      while (isAlive()) {
        if (System.nanoTime() > deadline) {
          return false;
        }
        Pause.of(LOOK_AGAIN);
      }
      return true;
    }
  }
}
