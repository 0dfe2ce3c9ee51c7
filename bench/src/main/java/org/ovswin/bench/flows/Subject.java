package org.ovswin.bench.flows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ovswin.bench.measure.Cpu;
import org.ovswin.lab.LabException;
import org.ovswin.lab.Progress;
import org.ovswin.lab.SwitchLab;
import org.ovswin.openflow.FlowChange;

/** The switch that is measured: one bridge on an ovs-vswitchd of its own. */
final class Subject implements AutoCloseable {
  private static final String BRIDGE = "br0";
  private static final Duration COMMAND_BOUND = Duration.ofMinutes(20);
  private static final Duration IDLE_BOUND = Duration.ofMinutes(2);
  private static final Duration LOOK = Duration.ofMillis(40);

  /** Of the time between two looks; polling many ports takes a little all the time. */
  private static final double IDLE_PART = 0.1;

  private static final Path NOWHERE = Path.of("/dev/null");
  private static final int IDLE_LOOKS = 3;
  private static final Pattern FLOW_COUNT = Pattern.compile("flow_count=(\\d+)");

  private final SwitchLab lab;
  private final Path socket;
  private final long pid;
  private final Limit control;

  private Subject(SwitchLab lab) throws IOException {
    this.lab = lab;
    this.socket = lab.addBridge(BRIDGE);
    this.pid = lab.vswitchdPid();
    Path groups = lab.directory().resolve("groups");
    Files.writeString(groups, Shape.groups());
    ofctl("-O", "OpenFlow15", "add-groups", target(), groups.toString());
    this.control = new Limit(socket);
  }

  static Subject start(Progress progress) throws IOException {
    SwitchLab lab = SwitchLab.open(progress);
    try {
      return new Subject(lab);
    } catch (IOException | RuntimeException e) {
      lab.close();
      throw e;
    }
  }

  /** The bridge's management socket. */
  Path socket() {
    return socket;
  }

  /** How {@code ovs-ofctl} is told the bridge. */
  String target() {
    return "unix:" + socket;
  }

  /** For files that go with the switch. */
  Path directory() {
    return lab.directory();
  }

  /** Nanoseconds of CPU that ovs-vswitchd has used. */
  long cpuNanos() {
    return Cpu.of(pid);
  }

  /** Adds veth ports until the bridge has this many. */
  void growPorts(int count) {
    lab.growPorts(BRIDGE, count);
  }

  /** Whether Ctrl-C has taken the switch away meanwhile. */
  boolean closed() {
    return lab.closed();
  }

  /** Deletes all flows, and waits until the switch has nothing more to do. */
  void clear() throws IOException {
    try (Encoded delete = Encoded.delete(0, 0)) {
      control.exchange(delete.messages(), delete.lastXid());
    }
    awaitIdle();
  }

  /** Adds flows, on a connection that nothing is measured on. */
  void add(List<FlowChange> changes) throws IOException {
    try (Encoded adds = Encoded.plain(changes)) {
      control.exchange(adds.messages(), adds.lastXid());
    }
  }

  /** Freeing what was deleted goes on in the background, and would slow the next run down. */
  void awaitIdle() {
    long end = System.nanoTime() + IDLE_BOUND.toNanos();
    int idle = 0;
    while (idle < IDLE_LOOKS) {
      long cpu = cpuNanos();
      long start = System.nanoTime();
      LockSupport.parkNanos(LOOK.toNanos());
      long elapsed = System.nanoTime() - start;
      idle = cpuNanos() - cpu < IDLE_PART * elapsed ? idle + 1 : 0;
      if (System.nanoTime() - end > 0) {
        throw new LabException(
            "ovs-vswitchd uses more than %.0f %% of a CPU for %d s (expected: idle)"
                .formatted(IDLE_PART * 100, IDLE_BOUND.toSeconds()));
      }
    }
  }

  /**
   * @throws LabException the bridge has another number of flows
   */
  void requireFlows(int expected) throws IOException {
    String text = ofctl("dump-aggregate", target());
    Matcher count = FLOW_COUNT.matcher(text);
    if (!count.find() || Integer.parseInt(count.group(1)) != expected) {
      throw new LabException("flows: %s (expected: %d)".formatted(text.strip(), expected));
    }
  }

  /**
   * Runs {@code ovs-ofctl --no-names} and returns what it prints.
   *
   * @throws LabException it fails
   */
  String ofctl(String... words) throws IOException {
    Path out = Files.createTempFile(lab.directory(), "ofctl-", ".out");
    try {
      ofctl(out, words);
      return Files.readString(out);
    } finally {
      Files.deleteIfExists(out);
    }
  }

  /** {@code ovs-ofctl --no-names dump-flows}, what it prints thrown away. */
  void dumpToNowhere() throws IOException {
    ofctl(NOWHERE, "dump-flows", target());
  }

  private void ofctl(Path out, String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of("ovs-ofctl", "--no-names"));
    command.addAll(List.of(words));
    Path errors = lab.directory().resolve("ofctl.err");
    Process process =
        lab.command(command)
            .redirectInput(NOWHERE.toFile())
            .redirectOutput(out.toFile())
            .redirectError(errors.toFile())
            .start();
    int exit = wait(process, words);
    if (exit != 0) {
      throw new LabException(
          "ovs-ofctl %s: exit %d (expected: 0): %s"
              .formatted(String.join(" ", words), exit, Files.readString(errors).strip()));
    }
  }

  private static int wait(Process process, String[] words) {
    try {
      if (!process.waitFor(COMMAND_BOUND.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new LabException(
            "ovs-ofctl %s: still running after %s (expected: an end)"
                .formatted(String.join(" ", words), COMMAND_BOUND));
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new LabException("ovs-ofctl: interrupted", e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      control.close();
    } finally {
      lab.close();
    }
  }
}
