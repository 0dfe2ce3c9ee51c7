package org.ovswin.lab;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The Open vSwitch of one node: its ovsdb-server and its ovs-vswitchd, with all their files in one
 * directory. The agent makes the bridge.
 */
final class Switch {
  private static final Duration DATABASE_BOUND = Duration.ofSeconds(10);
  private static final Duration KILL_BOUND = Duration.ofSeconds(5);
  private static final String COMMAND_BOUND_SECONDS = "15";

  private final String node;
  private final Path directory;
  private final Shell shell;
  private final Children children;
  private int starts;
  private Optional<Process> database = Optional.empty();
  private Optional<Process> vswitchd = Optional.empty();

  Switch(String node, Path directory, Shell shell, Children children) {
    this.node = node;
    this.directory = directory;
    this.shell = shell;
    this.children = children;
  }

  Path databaseSocket() {
    return directory.resolve("db.sock");
  }

  /** Starts what of the two does not run, and returns when ovs-vswitchd has read the database. */
  synchronized void start() {
    if (database.filter(Process::isAlive).isEmpty()) {
      startDatabase();
    }
    if (vswitchd.filter(Process::isAlive).isEmpty()) {
      startVswitchd();
    }
  }

  private void startDatabase() {
    try {
      LabDirectory.createPrivate(directory);
    } catch (IOException e) {
      throw new LabException(directory + ": " + e.getMessage(), e);
    }
    Path file = directory.resolve("conf.db");
    if (!Files.exists(file)) {
      shell.run("ovsdb-tool", "create", file.toString(), Prerequisites.SCHEMA.toString());
    }
    Process process = launch("ovsdb-server", file.toString(), "--remote=punix:" + databaseSocket());
    database = Optional.of(process);
    if (!Await.until(DATABASE_BOUND, () -> !process.isAlive() || accepts(databaseSocket()))
        || !process.isAlive()) {
      throw new LabException(
          "%s: ovsdb-server takes no connection (expected: within %d s)\n%s"
              .formatted(node, DATABASE_BOUND.toSeconds(), logTails()));
    }
  }

  private void startVswitchd() {
    vswitchd = Optional.of(launch("ovs-vswitchd", "unix:" + databaseSocket()));
    starts++;
    // ovs-vsctl waits for ovs-vswitchd only if it changes something: hence the counter.
    try {
      vsctl(
          "set",
          "Open_vSwitch",
          ".",
          "external_ids:system-id=" + node,
          "external_ids:lab-starts=" + starts);
    } catch (LabException e) {
      throw new LabException(
          "%s: ovs-vswitchd does not start: %s\n%s".formatted(node, e.getMessage(), logTails()), e);
    }
  }

  /** Ends ovs-vswitchd by SIGKILL, as a crash would; the database stays. */
  synchronized void kill() {
    vswitchd.ifPresent(process -> killAndWait(process, "ovs-vswitchd"));
    vswitchd = Optional.empty();
  }

  /** Ends the database server too: what an agent meets where Open vSwitch is not running. */
  synchronized void killAll() {
    kill();
    killDatabase();
  }

  /** Ends ovsdb-server alone, as a crash would. */
  synchronized void killDatabase() {
    database.ifPresent(process -> killAndWait(process, "ovsdb-server"));
    database = Optional.empty();
    try {
      // A killed server leaves its sockets, and a new one would refuse to reuse the control one.
      Files.deleteIfExists(databaseSocket());
      Files.deleteIfExists(control("ovsdb-server"));
    } catch (IOException e) {
      throw new LabException(directory + ": " + e.getMessage(), e);
    }
  }

  private void killAndWait(Process process, String name) {
    process.destroyForcibly();
    if (!Await.until(KILL_BOUND, () -> !process.isAlive())) {
      throw new LabException(node + ": " + name + " survives SIGKILL (expected: its end)");
    }
  }

  String vsctl(String... words) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "ovs-vsctl",
                "--db=unix:" + databaseSocket(),
                "--timeout=" + COMMAND_BOUND_SECONDS));
    command.addAll(List.of(words));
    return shell.run("", command);
  }

  String ofctl(String bridge, String verb, String... words) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "ovs-ofctl",
                "--timeout=" + COMMAND_BOUND_SECONDS,
                "-O",
                "OpenFlow15",
                verb,
                "unix:" + directory.resolve(bridge + ".mgmt")));
    command.addAll(List.of(words));
    return shell.run("", command);
  }

  String flows(String bridge) {
    return ofctl(bridge, "dump-flows", "--no-names", "--no-stats");
  }

  String appctl(String... words) {
    List<String> command =
        new ArrayList<>(List.of("ovs-appctl", "-t", control("ovs-vswitchd").toString()));
    command.addAll(List.of(words));
    return shell.run("", command);
  }

  String logTails() {
    return LogTail.of(directory.resolve("ovs-vswitchd.log"))
        + LogTail.of(directory.resolve("ovsdb-server.log"));
  }

  private Path control(String program) {
    return directory.resolve(program + ".ctl");
  }

  private Process launch(String program, String... words) {
    Path log = directory.resolve(program + ".log");
    List<String> command = new ArrayList<>(List.of("env"));
    for (Map.Entry<String, String> variable : environment().entrySet()) {
      command.add(variable.getKey() + "=" + variable.getValue());
    }
    command.add(program);
    command.addAll(List.of(words));
    command.add("--unixctl=" + control(program));
    command.add("--pidfile=" + directory.resolve(program + ".pid"));
    command.add("--log-file=" + log);
    command.add("-vconsole:off");
    return children.start(
        node + "/" + program,
        shell,
        command,
        directory.resolve(program + ".out"),
        Children.Stdout.LOG);
  }

  private Map<String, String> environment() {
    String all = directory.toString();
    return Map.of("OVS_RUNDIR", all, "OVS_DBDIR", all, "OVS_LOGDIR", all);
  }

  private static boolean accepts(Path socket) {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      return false;
    }
  }
}
