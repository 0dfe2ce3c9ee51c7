package org.ovswin.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A node of the lab: a namespace with an address on the fabric, an Open vSwitch and an agent, each
 * of which can be started and killed on its own. Safe for use by several threads.
 */
public final class LabNode {
  /** The bridge that the agent makes. */
  public static final String BRIDGE = "br-pods";

  private final String name;
  private final String address;
  private final String ipv6Address;
  private final Path netns;
  private final Path directory;
  private final Path store;
  private final Shell shell;
  private final Switch openVSwitch;
  private final AgentProcess agent;
  private final LabSpec spec;

  LabNode(int number, Topology topology, Path lab, Shell shell, Children children, LabSpec spec) {
    this.name = Topology.nodeName(number);
    this.address = Topology.nodeAddress(number);
    this.ipv6Address = Topology.nodeIpv6(number);
    this.spec = spec;
    this.netns = topology.netns(name);
    this.directory = lab.resolve(name);
    this.store = lab.resolve("store");
    this.shell = shell.in(netns);
    this.openVSwitch = new Switch(name, directory.resolve("ovs"), this.shell, children);
    this.agent = new AgentProcess(name, directory, this.shell, children, spec.javaCommand());
  }

  /** Makes the node's directories and the agent's configuration file. */
  void prepare(Path launcher) {
    try {
      LabDirectory.createPrivate(store);
      LabDirectory.createPrivate(directory.resolve("state"));
      LabDirectory.createPrivate(directory.resolve("run"));
      Path bin = LabDirectory.createPrivate(pluginDirectory());
      Files.createSymbolicLink(bin.resolve("ovs-win"), launcher.toAbsolutePath());
      Files.writeString(configuration(), configurationText());
    } catch (IOException e) {
      throw new LabException(directory + ": " + e.getMessage(), e);
    }
  }

  private String configurationText() {
    return """
    node: %s
    cluster:
      ranges: [{cidr: 10.244.0.0/16, blockPrefixLength: 24}]
      store: {file: "%s"}
    stateDirectory: "%s"
    socketDirectory: "%s"
    openvswitch:
      database: "unix:%s"
      runDirectory: "%s"
      bridge: %s
      datapathType: %s
    %s%s
    mode: host-gateway
    """
        .formatted(
            name,
            store,
            directory.resolve("state"),
            directory.resolve("run"),
            openVSwitch.databaseSocket(),
            directory.resolve("ovs"),
            BRIDGE,
            Datapath.wanted().type(),
            readyPortsText(),
            exitText(spec.exit()));
  }

  private String readyPortsText() {
    return spec.readyPorts().isPresent()
        ? "  readyPorts: %d\n".formatted(spec.readyPorts().getAsInt())
        : "";
  }

  /** The line of the configuration that says how packets leave this node. */
  public String exitText(LabSpec.Exit wanted) {
    return switch (wanted) {
      case GATEWAY -> "gateway: {address: %s}".formatted(address);
      case UPLINK ->
          "uplink: {device: eth0, address: %s/24, gateway: %s%s}"
              .formatted(address, Topology.GATEWAY, spec.hasIpv6() ? uplinkIpv6() : "");
    };
  }

  private String uplinkIpv6() {
    return ", ipv6Address: \"%s/64\", ipv6Gateway: \"%s\""
        .formatted(ipv6Address, Topology.IPV6_GATEWAY);
  }

  public String name() {
    return name;
  }

  /** The address on the fabric, as text. The agent moves it from eth0 to the bridge. */
  public String address() {
    return address;
  }

  /** The IPv6 address on the fabric, where the lab has any. */
  public String ipv6Address() {
    return ipv6Address;
  }

  /** The node as a place to send from and to. */
  public Host host() {
    return new Host(name, netns, address);
  }

  /** A shell whose commands run in the node's network namespace. */
  public Shell shell() {
    return shell;
  }

  public Path configuration() {
    return directory.resolve("agent.yaml");
  }

  public Path stateDirectory() {
    return directory.resolve("state");
  }

  /** Holds the agent's sockets. */
  public Path socketDirectory() {
    return directory.resolve("run");
  }

  /** What CNI_PATH is on this node. */
  Path pluginDirectory() {
    return directory.resolve("bin");
  }

  /** Where the results of CNI ADD are kept for DEL. */
  Path cacheDirectory() {
    return directory.resolve("cni-cache");
  }

  /** Starts Open vSwitch, or what of it does not run, and waits until it has its configuration. */
  public void startOvs() {
    openVSwitch.start();
  }

  /** Ends ovs-vswitchd by SIGKILL. Its database stays; {@link #startOvs} starts it again. */
  public void killVswitchd() {
    openVSwitch.kill();
  }

  /** Ends ovsdb-server by SIGKILL; ovs-vswitchd goes on with what it has read. */
  public void killOvsdbServer() {
    openVSwitch.killDatabase();
  }

  /** Ends ovs-vswitchd and ovsdb-server by SIGKILL. */
  public void killOvs() {
    openVSwitch.killAll();
  }

  /**
   * Starts the agent and waits until it serves CNI requests.
   *
   * @return its ready line
   * @throws LabException with the tail of its log when it ends or is not ready within 30 s
   */
  public String startAgent() {
    return agent.start(configuration());
  }

  /** Ends the agent by SIGKILL; nothing when it does not run. */
  public void killAgent() {
    agent.kill();
  }

  /** Ends the agent by SIGTERM. */
  public void stopAgent() {
    agent.stop();
  }

  /** Kills the agent and starts it again: what a crash and a supervisor do. */
  public String restartAgent() {
    agent.kill();
    return agent.start(configuration());
  }

  /** The agent's process while it runs, for tests that signal or watch it themselves. */
  public Optional<Process> agentProcess() {
    return agent.process();
  }

  /** Runs {@code ovs-vsctl} on the node's database and returns what it prints. */
  public String vsctl(String... words) {
    return openVSwitch.vsctl(words);
  }

  /** Runs {@code ovs-ofctl -O OpenFlow15 VERB BRIDGE WORDS} and returns what it prints. */
  public String ofctl(String verb, String... words) {
    return openVSwitch.ofctl(BRIDGE, verb, words);
  }

  /** Runs {@code ovs-appctl} on ovs-vswitchd and returns what it prints. */
  public String appctl(String... words) {
    return openVSwitch.appctl(words);
  }

  /** The bridge's flows, one a line, without their counters and ages. */
  public String flows() {
    return openVSwitch.flows(BRIDGE);
  }

  /** Commands for a person who wants to look around on the node. */
  List<String> lookAround() {
    Path ovs = directory.resolve("ovs");
    return List.of(
        "nsenter --net=%s -- ip address".formatted(netns),
        "ovs-vsctl --db=unix:%s show".formatted(openVSwitch.databaseSocket()),
        "ovs-ofctl -O OpenFlow15 dump-flows unix:%s.mgmt".formatted(ovs.resolve(BRIDGE)),
        "less %s".formatted(agent.log()));
  }

  /** The ends of the node's logs, for the message of a failure. */
  public String logTails() {
    return name + "\n" + agent.logTail() + openVSwitch.logTails();
  }
}
