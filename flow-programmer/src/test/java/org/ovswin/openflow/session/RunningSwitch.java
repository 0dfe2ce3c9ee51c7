package org.ovswin.openflow.session;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A real ovs-vswitchd with its ovsdb-server in a directory of its own, and the dummy datapath: no
 * packet leaves it and nothing else on the machine is touched. Closing it kills both by process and
 * removes the directory; so does the end of the virtual machine, should a test not come that far.
 */
public final class RunningSwitch implements AutoCloseable {
  private static final Path SCHEMA = Path.of("/usr/share/openvswitch/vswitch.ovsschema");
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Path dir;
  private final Thread lastResort = new Thread(this::destroy);
  private final Process database;
  private Process vswitchd;

  private RunningSwitch(Path dir) {
    this.dir = dir;
    Runtime.getRuntime().addShutdownHook(lastResort);
    run("ovsdb-tool", "create", dir.resolve("conf.db").toString(), SCHEMA.toString());
    this.database =
        start("ovsdb-server", dir.resolve("conf.db").toString(), "--remote=punix:" + db());
    await().atMost(PATIENCE).until(() -> Files.exists(db()));
    run("ovs-vsctl", "--db=unix:" + db(), "--no-wait", "init");
    this.vswitchd = startVswitchd();
  }

  /** Starts both processes; Open vSwitch must be installed. */
  public static RunningSwitch start() {
    if (!Files.exists(SCHEMA)) {
      throw new IllegalStateException(
          "Open vSwitch is not installed (expected: "
              + SCHEMA
              + "); apt-get install "
              + "openvswitch-switch");
    }
    try {
      return new RunningSwitch(Files.createTempDirectory("ovswin-of-"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A bridge with dummy ports 1 to {@code ports}, named {@code <bridge>-p<n>}. */
  public Path addBridge(String name, int ports) {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("add-br", name, "--", "set", "bridge", name, "datapath_type=dummy"));
    words.add("fail-mode=secure");
    for (int port = 1; port <= ports; port++) {
      String portName = name + "-p" + port;
      words.addAll(List.of("--", "add-port", name, portName, "--", "set", "interface", portName));
      words.addAll(List.of("type=dummy", "ofport_request=" + port));
    }
    vsctl(words.toArray(String[]::new));
    return dir.resolve(name + ".mgmt");
  }

  /** ovs-vsctl on this switch's database; waits until the switch has done it. */
  public String vsctl(String... words) {
    return run(concat(List.of("ovs-vsctl", "--timeout=20", "--db=unix:" + db()), words));
  }

  /** ovs-ofctl, whose words name a bridge by {@link #addBridge}'s path. */
  public String ofctl(String... words) {
    return run(concat(List.of("ovs-ofctl", "--no-names"), words));
  }

  /** ovs-appctl to this vswitchd. */
  public String appctl(String... words) {
    return run(concat(List.of("ovs-appctl", "--timeout=20", "-t", "ovs-vswitchd"), words));
  }

  /** Kills vswitchd as a crash would. */
  public void killVswitchd() {
    vswitchd.destroyForcibly();
    await().atMost(PATIENCE).until(() -> !vswitchd.isAlive());
  }

  /** Starts vswitchd again. */
  public void restartVswitchd() {
    vswitchd = startVswitchd();
    run("ovs-vsctl", "--timeout=20", "--db=unix:" + db(), "list", "open_vswitch");
  }

  private Process startVswitchd() {
    return start(
        "ovs-vswitchd",
        "unix:" + db(),
        "--enable-dummy=override",
        "--disable-system",
        "--pidfile=" + dir.resolve("ovs-vswitchd.pid"),
        "--unixctl=" + dir.resolve("vswitchd.ctl"));
  }

  private Path db() {
    return dir.resolve("db.sock");
  }

  private Process start(String... command) {
    try {
      ProcessBuilder builder = new ProcessBuilder(concat(List.of(), command));
      environment(builder);
      Path log = dir.resolve(command[0] + ".out");
      return builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String run(String... command) {
    return run(List.of(command));
  }

  private String run(List<String> words) {
    List<String> command = new ArrayList<>(words);
    int target = command.indexOf("ovs-vswitchd");
    if (target > 0) {
      command.set(target, dir.resolve("vswitchd.ctl").toString());
    }
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      environment(builder);
      Process process = builder.start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int status = process.waitFor();
      if (status != 0) {
        throw new IllegalStateException(command + " exited " + status + ": " + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void environment(ProcessBuilder builder) {
    for (String variable : List.of("OVS_RUNDIR", "OVS_DBDIR", "OVS_LOGDIR", "OVS_SYSCONFDIR")) {
      builder.environment().put(variable, dir.toString());
    }
  }

  private static List<String> concat(List<String> first, String... rest) {
    List<String> all = new ArrayList<>(first);
    all.addAll(List.of(rest));
    return all;
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(lastResort);
    destroy();
  }

  private void destroy() {
    for (Process process : new Process[] {vswitchd, database}) {
      if (process != null) {
        process.destroyForcibly();
      }
    }
    try (Stream<Path> files = Files.walk(dir)) {
      for (Process process : new Process[] {vswitchd, database}) {
        if (process != null && !process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
          throw new IllegalStateException("process " + process.pid() + " survives SIGKILL");
        }
      }
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
