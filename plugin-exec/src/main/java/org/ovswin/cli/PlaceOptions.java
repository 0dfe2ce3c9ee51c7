package org.ovswin.cli;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.ovswin.node.LayoutOptions;
import picocli.CommandLine.Option;

/** Where things of a node are; both directions have these options, and a node rarely needs any. */
final class PlaceOptions {
  @Option(
      names = LayoutOptions.STATE,
      paramLabel = "DIR",
      description =
          "The record of up, and what the agent keeps (default: "
              + LayoutOptions.DEFAULT_STATE
              + ").")
  private Optional<String> state = Optional.empty();

  @Option(
      names = LayoutOptions.CONFIG,
      paramLabel = "FILE",
      description = "The agent's configuration (default: " + Agent.DEFAULT_CONFIG + ").")
  private Optional<String> config = Optional.empty();

  @Option(
      names = LayoutOptions.INSTALL,
      paramLabel = "DIR",
      description = "Where the program is copied to (default: /opt/ovs-win).")
  private Optional<String> install = Optional.empty();

  @Option(
      names = LayoutOptions.RUN,
      paramLabel = "DIR",
      description = "The agent's sockets (default: /run/ovs-win).")
  private Optional<String> run = Optional.empty();

  @Option(
      names = LayoutOptions.LOG,
      paramLabel = "DIR",
      description = "The agent's log, where there is no systemd (default: /var/log/ovs-win).")
  private Optional<String> log = Optional.empty();

  @Option(
      names = LayoutOptions.CNI_CONFIG,
      paramLabel = "DIR",
      description = "Where runtimes look for networks (default: /etc/cni/net.d).")
  private Optional<String> cniConfig = Optional.empty();

  @Option(
      names = LayoutOptions.CNI_BIN,
      paramLabel = "DIR",
      description = "Where runtimes look for plugins (default: /opt/cni/bin).")
  private Optional<String> cniBin = Optional.empty();

  @Option(
      names = LayoutOptions.UNITS,
      paramLabel = "DIR",
      description = "Where systemd looks for units (default: /etc/systemd/system).")
  private Optional<String> units = Optional.empty();

  @Option(
      names = LayoutOptions.OPENVSWITCH,
      paramLabel = "DIR",
      description = "Open vSwitch's sockets (default: /var/run/openvswitch).")
  private Optional<String> openvswitch = Optional.empty();

  @Option(
      names = LayoutOptions.SERVICE,
      paramLabel = "KIND",
      description =
          "What keeps the agent running: systemd or background (default: as the machine has it).")
  private Optional<String> service = Optional.empty();

  LayoutOptions given() throws MisuseException {
    if (service.isPresent() && !service.get().matches("systemd|background")) {
      throw new MisuseException(
          LayoutOptions.SERVICE + ": " + service.get() + " (expected: systemd or background)");
    }
    Map<String, String> given = new HashMap<>();
    put(given, LayoutOptions.STATE, state);
    put(given, LayoutOptions.CONFIG, config);
    put(given, LayoutOptions.INSTALL, install);
    put(given, LayoutOptions.RUN, run);
    put(given, LayoutOptions.LOG, log);
    put(given, LayoutOptions.CNI_CONFIG, cniConfig);
    put(given, LayoutOptions.CNI_BIN, cniBin);
    put(given, LayoutOptions.UNITS, units);
    put(given, LayoutOptions.OPENVSWITCH, openvswitch);
    put(given, LayoutOptions.SERVICE, service);
    return new LayoutOptions(given);
  }

  private static void put(Map<String, String> given, String option, Optional<String> value) {
    value.ifPresent(text -> given.put(option, text));
  }
}
