package org.ovswin.ipam.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A second Java process with this class path. It is killed when the test closes it. */
public final class JavaProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;

  private JavaProcess(Process process) {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Starts the main method of a class. Its standard error is the test's. */
  public static JavaProcess start(Class<?> main, String... arguments) throws IOException {
    return startUnder(List.of(), "64m", main, arguments);
  }

  /** As {@link #start}, with at most this much heap, such as "32m". */
  public static JavaProcess startWithHeap(String heap, Class<?> main, String... arguments)
      throws IOException {
    return startUnder(List.of(), heap, main, arguments);
  }

  /**
   * Starts the main method of a class on a disk that fails: strace answers one kind of system call
   * in its place.
   *
   * @param fault such as "fdatasync:error=EIO:when=5", counted in the thread that calls
   */
  public static JavaProcess startOnFaultyDisk(String fault, Class<?> main, String... arguments)
      throws IOException {
    String call = fault.substring(0, fault.indexOf(':'));
    return startUnder(
        List.of(
            "strace",
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            "trace=" + call,
            "-e",
            "inject=" + fault),
        "64m",
        main,
        arguments);
  }

  private static JavaProcess startUnder(
      List<String> prefix, String heap, Class<?> main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx" + heap, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return new JavaProcess(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  public long pid() {
    return process.pid();
  }

  /** The next line that it prints; fails if it ends instead. */
  public String line() throws IOException {
    String line = output.readLine();
    if (line == null) {
      throw new AssertionError("process " + pid() + " ended (expected: a line of output)");
    }
    return line;
  }

  /** Everything that it still prints, until it ends. A last line that was cut off is left out. */
  public List<String> remainingLines() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int c = output.read(); c >= 0; c = output.read()) {
      text.append((char) c);
    }
    return text.substring(0, text.lastIndexOf("\n") + 1).lines().toList();
  }

  /** Lets a process go on that waits in {@link #awaitGo}. */
  public void go() throws IOException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
  }

  /** Called by the process: says that it is ready, and waits for the test. */
  public static void awaitGo() {
    System.out.println("ready");
    try {
      if (System.in.read() < 0) {
        System.exit(1);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lets it run that long, in milliseconds, and kills it with signal 9. */
  public void killAfter(long millis) throws InterruptedException {
    process.waitFor(millis, TimeUnit.MILLISECONDS);
    // By its handle: destroyForcibly of the process itself closes its output as well.
    process.toHandle().destroyForcibly();
    process.waitFor();
  }

  @Override
  public void close() throws IOException {
    // What runs under strace would outlive it.
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().onExit().join();
    output.close();
  }
}
