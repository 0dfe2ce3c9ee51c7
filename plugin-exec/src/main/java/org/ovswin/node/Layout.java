package org.ovswin.node;

import java.nio.file.Path;

/**
 * Where everything of a node is on its machine.
 *
 * @param installDirectory the program, copied there so that a later build does not change a running
 *     node
 * @param config the agent's configuration file
 * @param stateDirectory the record of {@code up}, and what the agent keeps
 * @param runDirectory the agent's sockets, and the supervisor's pid file
 * @param logDirectory the agent's log where there is no systemd
 * @param cniConfigDirectory where runtimes look for networks
 * @param cniBinDirectory where runtimes look for plugins
 * @param unitDirectory where systemd looks for units that administrators made
 * @param openvswitchRunDirectory Open vSwitch's sockets
 * @param service what keeps the agent running
 */
public record Layout(
    Path installDirectory,
    Path config,
    Path stateDirectory,
    Path runDirectory,
    Path logDirectory,
    Path cniConfigDirectory,
    Path cniBinDirectory,
    Path unitDirectory,
    Path openvswitchRunDirectory,
    ServiceKind service) {

  /** What keeps the agent running. */
  public enum ServiceKind {
    SYSTEMD,
    /** A supervisor of our own, in the background. */
    BACKGROUND
  }

  /** Where the record is, which says everything else. */
  public static Path record(Path stateDirectory) {
    return stateDirectory.resolve("up").resolve("record");
  }

  /** What it takes to put the adapter back, of a node that has it in its bridge. */
  Path takeover() {
    return stateDirectory.resolve("up").resolve("uplink");
  }

  Path conflist() {
    return cniConfigDirectory.resolve("10-ovs-win.conflist");
  }

  Path plugin() {
    return cniBinDirectory.resolve("ovs-win");
  }

  Path unit() {
    return unitDirectory.resolve("ovs-win.service");
  }

  Path program() {
    return installDirectory.resolve("bin").resolve("ovs-win");
  }

  Path launcher() {
    return installDirectory.resolve("bin").resolve("ovs-win-cni");
  }

  Path supervisor() {
    return installDirectory.resolve("bin").resolve("ovs-win-supervise");
  }

  Path pidFile() {
    return runDirectory.resolve("agent.pid");
  }

  Path log() {
    return logDirectory.resolve("agent.log");
  }
}
