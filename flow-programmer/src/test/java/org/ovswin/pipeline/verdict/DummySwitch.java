package org.ovswin.pipeline.verdict;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.PortNo;
import org.ovswin.pipeline.verdict.Unixctl.Command;

/**
 * A real ovs-vswitchd with its own ovsdb-server in a directory of its own, whose bridge forwards in
 * its dummy datapath: frames come from {@link #receive} and go into files. Flows, megaflow cache,
 * connection tracking and translation are those of the userspace datapath.
 *
 * <p>One thread at a time. {@link #close} ends both processes and removes the directory; so does
 * the end of the virtual machine.
 */
final class DummySwitch implements AutoCloseable {
  static final String BRIDGE = "br0";

  private static final int STARTUP_SECONDS = 60;

  /**
   * The daemon answers at most ten commands of a connection in one round of its loop
   * (unixctl_server_run), and each round begins with the bridge: when it has answered ten more,
   * what was received before has come out.
   */
  private static final int COMMANDS_OF_A_ROUND = 10;

  private static final List<Command> WAIT =
      Stream.generate(() -> Command.of("version")).limit(COMMANDS_OF_A_ROUND).toList();

  private final Path directory;
  private final List<Process> processes = new ArrayList<>();
  private final Map<Integer, PacketCapture> captures = new TreeMap<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private final Thread endOfVirtualMachine = new Thread(this::remove);
  private Unixctl control;

  /** A frame that left the switch; {@code frame} in hexadecimal. */
  record Emission(int port, String frame) {
    byte[] bytes() {
      return HexFormat.of().parseHex(frame);
    }
  }

  /**
   * Starts a switch whose bridge has these ports, beside {@link PortNo#LOCAL}.
   *
   * @throws IOException if a program is missing or does not start
   */
  static DummySwitch start(Collection<Integer> ports) throws IOException {
    return new DummySwitch(ports);
  }

  @SuppressWarnings("NullAway.Init") // control: bringUp() sets it or fails.
  private DummySwitch(Collection<Integer> ports) throws IOException {
    directory = Files.createTempDirectory("ovs-win-verdict");
    Runtime.getRuntime().addShutdownHook(endOfVirtualMachine);
    try {
      bringUp(ports);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void bringUp(Collection<Integer> ports) throws IOException {
    run("ovsdb-tool", "create", path("conf.db"), "/usr/share/openvswitch/vswitch.ovsschema");
    daemon(
        "ovsdb-server",
        "--remote=punix:" + path("db.sock"),
        "--unixctl=" + path("ovsdb-server.ctl"),
        path("conf.db"));
    vsctl("--no-wait", "init");
    daemon(
        "ovs-vswitchd",
        "unix:" + path("db.sock"),
        "--enable-dummy=override",
        "--disable-system",
        "--unixctl=" + path("ovs-vswitchd.ctl"));
    vsctl(bridgeWith(ports));
    control = Unixctl.connect(directory.resolve("ovs-vswitchd.ctl"));
    open.add(control);
    capture(PortNo.LOCAL);
    for (int port : ports) {
      capture(port);
    }
  }

  private String[] bridgeWith(Collection<Integer> ports) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("add-br", BRIDGE, "--", "set", "bridge", BRIDGE));
    command.addAll(List.of("datapath_type=dummy", "fail_mode=secure"));
    command.add("protocols=OpenFlow10,OpenFlow15");
    command.addAll(List.of("--", "set", "interface", BRIDGE, captureOption(PortNo.LOCAL)));
    for (int port : ports) {
      command.addAll(List.of("--", "add-port", BRIDGE, name(port)));
      command.addAll(List.of("--", "set", "interface", name(port), "type=dummy"));
      command.addAll(List.of("ofport_request=" + port, captureOption(port)));
    }
    return command.toArray(String[]::new);
  }

  private void capture(int port) throws IOException {
    PacketCapture capture = PacketCapture.open(directory.resolve(name(port) + ".pcap"));
    captures.put(port, capture);
    open.add(capture);
  }

  private String captureOption(int port) {
    return "options:tx_pcap=" + path(name(port) + ".pcap");
  }

  private static String name(int port) {
    return port == PortNo.LOCAL ? BRIDGE : "p" + port;
  }

  /**
   * Makes these the bridge's flows, by their text in one bundle, and forgets what was cached of
   * others.
   *
   * @return the flows that the switch says it has, sorted
   */
  List<String> install(Collection<Flow> flows) throws IOException {
    Path file = directory.resolve("flows");
    Files.write(file, flows.stream().map(Flow::toString).toList());
    String target = "unix:" + path(BRIDGE + ".mgmt");
    run("ovs-ofctl", "-O", "OpenFlow15", "--bundle", "replace-flows", target, file.toString());
    forgetCachedFlows();
    String dump =
        run("ovs-ofctl", "-O", "OpenFlow15", "--no-stats", "--no-names", "dump-flows", target);
    return dump.lines().filter(line -> line.contains("actions=")).map(String::strip).toList();
  }

  /** Where OpenFlow is spoken. */
  Path managementSocket() {
    return directory.resolve(BRIDGE + ".mgmt");
  }

  /** The next packets meet the flows as they are now, not what was cached of them. */
  void forgetCachedFlows() throws IOException {
    control.call("revalidator/purge");
  }

  /** What comes out of which port, in the order of the ports, when this frame comes in. */
  List<Emission> receive(int port, byte[] frame) throws IOException {
    List<Command> commands = new ArrayList<>();
    commands.add(Command.of("netdev-dummy/receive", name(port), HexFormat.of().formatHex(frame)));
    commands.addAll(WAIT);
    control.callAll(commands);
    List<Emission> emissions = new ArrayList<>();
    for (Map.Entry<Integer, PacketCapture> capture : captures.entrySet()) {
      for (byte[] emitted : capture.getValue().frames()) {
        emissions.add(new Emission(capture.getKey(), HexFormat.of().formatHex(emitted)));
      }
    }
    return emissions;
  }

  /**
   * The tables that this frame would meet, as text.
   *
   * @param connectionState what each lookup of the connection finds, e.g. {@code trk,est}
   */
  String trace(int port, byte[] frame, String connectionState) throws IOException {
    return control.call(
        "ofproto/trace",
        BRIDGE,
        "in_port=" + PortNo.toText(port),
        "--ct-next",
        connectionState,
        "--ct-next",
        connectionState,
        HexFormat.of().formatHex(frame));
  }

  /** The connections that the switch remembers. */
  List<String> connections() throws IOException {
    return control.call("dpctl/dump-conntrack").lines().sorted().toList();
  }

  void forgetConnections() throws IOException {
    control.call("dpctl/flush-conntrack");
  }

  @Override
  public void close() {
    remove();
    Runtime.getRuntime().removeShutdownHook(endOfVirtualMachine);
  }

  private void remove() {
    for (AutoCloseable closeable : open) {
      try {
        closeable.close();
      } catch (Exception _) {
        // The process and the file behind it go next.
      }
    }
    for (Process process : processes.reversed()) {
      process.destroyForcibly().onExit().join();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }

  private void vsctl(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("ovs-vsctl", "--db=unix:" + path("db.sock"), "--retry"));
    command.add("--timeout=" + STARTUP_SECONDS);
    command.addAll(List.of(arguments));
    run(command.toArray(String[]::new));
  }

  private void daemon(String... command) throws IOException {
    processes.add(start(command, directory.resolve(command[0] + ".log")));
  }

  private String run(String... command) throws IOException {
    Path output = Files.createTempFile(directory, "output", ".txt");
    Process process = start(command, output);
    try {
      if (!process.waitFor(STARTUP_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(command[0] + ": no end (expected: in " + STARTUP_SECONDS + " s)");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(command[0] + ": interrupted", e);
    } finally {
      process.destroyForcibly();
    }
    String text = Files.readString(output);
    if (process.exitValue() != 0) {
      throw new IOException(String.join(" ", command) + ": exit " + process.exitValue() + text);
    }
    return text;
  }

  private Process start(String[] command, Path output) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    for (String variable : List.of("OVS_RUNDIR", "OVS_DBDIR", "OVS_LOGDIR", "OVS_SYSCONFDIR")) {
      builder.environment().put(variable, directory.toString());
    }
    try {
      return builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    } catch (IOException e) {
      throw new IOException(
          command[0] + ": missing (expected: apt-get install openvswitch-switch)", e);
    }
  }
}
