package org.ovswin.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.ovswin.node.Layout.ServiceKind;

/** The system's Open vSwitch: its daemons as its own scripts start them, and its bridges. */
final class OpenVSwitch {
  private static final String CTL = "/usr/share/openvswitch/scripts/ovs-ctl";
  private static final String UNIT = "openvswitch-switch";
  private static final String BOUND_SECONDS = "10";

  /** What an agent writes into the bridge that it makes. */
  private static final String OWNER = "ovs-win-node";

  private final Path runDirectory;
  private final ServiceKind service;
  private final String systemctl;

  OpenVSwitch(Path runDirectory, ServiceKind service, String systemctl) {
    this.runDirectory = runDirectory;
    this.service = service;
    this.systemctl = systemctl;
  }

  /** Which datapath this machine has. */
  enum Datapath {
    /** The kernel's. */
    SYSTEM,
    /** In ovs-vswitchd itself, where the kernel has no openvswitch module. */
    NETDEV;

    /** As the agent's configuration has it. */
    String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Loads the module where there is one. */
    static Datapath here() throws IOException {
      if (Files.exists(Path.of("/sys/module/openvswitch"))) {
        return SYSTEM;
      }
      try {
        return Command.outcome(List.of("modprobe", "openvswitch")).succeeded() ? SYSTEM : NETDEV;
      } catch (NodeException e) {
        // No modprobe: nothing can be loaded.
        return NETDEV;
      }
    }
  }

  boolean isDatabaseUp() throws IOException, NodeException {
    return Files.exists(socket()) && Command.outcome(vsctl("--no-wait", "list-br")).succeeded();
  }

  boolean isSwitchUp() throws IOException, NodeException {
    return Command.outcome(
            environment(),
            "",
            List.of("ovs-appctl", "--timeout=" + BOUND_SECONDS, "-t", "ovs-vswitchd", "version"))
        .succeeded();
  }

  boolean isUp() throws IOException, NodeException {
    return isDatabaseUp() && isSwitchUp();
  }

  /** Starts what of it does not run. */
  void start() throws IOException, NodeException {
    switch (service) {
      case SYSTEMD -> Command.run(List.of(systemctl, "start", UNIT));
      case BACKGROUND -> startDaemons();
    }
    if (!isUp()) {
      throw new NodeException(
          "Open vSwitch does not answer at %s after its start (expected: running); its logs are in /var/log/openvswitch"
              .formatted(socket()));
    }
  }

  private void startDaemons() throws IOException, NodeException {
    switch (Datapath.here()) {
      case SYSTEM -> ctl("--system-id=random", "--no-record-hostname", "start");
      case NETDEV -> {
        // The script refuses to start ovs-vswitchd where it cannot load the kernel's module.
        ctl("--system-id=random", "--no-record-hostname", "--no-ovs-vswitchd", "start");
        if (!isSwitchUp()) {
          Command.run(
              environment(),
              List.of(
                  "ovs-vswitchd",
                  "unix:" + socket(),
                  "-vconsole:emer",
                  "-vsyslog:err",
                  "-vfile:info",
                  "--log-file",
                  "--pidfile",
                  "--detach",
                  "--monitor"));
        }
      }
    }
  }

  /** Stops it, with all bridges that it has. */
  void stop() throws IOException, NodeException {
    switch (service) {
      case SYSTEMD -> Command.run(List.of(systemctl, "stop", UNIT));
      case BACKGROUND -> ctl("stop");
    }
  }

  private void ctl(String... words) throws IOException, NodeException {
    List<String> command = new ArrayList<>(List.of(CTL));
    command.addAll(List.of(words));
    Command.run(environment(), command);
  }

  List<String> bridges() throws IOException, NodeException {
    return Command.run(vsctl("--no-wait", "list-br")).lines().toList();
  }

  /** Whether an agent made this bridge. */
  boolean isOurs(String bridge) throws IOException, NodeException {
    return !Command.run(vsctl("--no-wait", "br-get-external-id", bridge, OWNER)).isBlank();
  }

  /** Removes a bridge from the database and from the switch. */
  void delete(String bridge) throws IOException, NodeException {
    Command.run(vsctl("--if-exists", "del-br", bridge));
  }

  private List<String> vsctl(String... words) {
    List<String> command =
        new ArrayList<>(
            List.of("ovs-vsctl", "--db=unix:" + socket(), "--timeout=" + BOUND_SECONDS));
    command.addAll(List.of(words));
    return command;
  }

  Path socket() {
    return runDirectory.resolve("db.sock");
  }

  private Map<String, String> environment() {
    return Map.of("OVS_RUNDIR", runDirectory.toString());
  }

  /** Where it keeps files of its own. */
  List<Path> directories() {
    return List.of(
        runDirectory,
        Path.of("/etc/openvswitch"),
        Path.of("/var/lib/openvswitch"),
        Path.of("/var/log/openvswitch"));
  }
}
