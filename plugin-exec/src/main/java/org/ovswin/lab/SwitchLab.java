package org.ovswin.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One Open vSwitch in a namespace of its own, with veth ports and without an agent: what flow
 * programming is measured on. From {@link #open} to {@link #close}; what is left of one whose
 * process was killed goes with the next lab of either kind, see {@link Lab}.
 */
public final class SwitchLab implements AutoCloseable {
  private static final String NODE = "switch";

  private final String id;
  private final LabHold hold;
  private final Shell shell;
  private final Switch openVSwitch;
  private int ports;
  private boolean closed;

  private SwitchLab(LabHold hold) {
    this.id = hold.id();
    this.hold = hold;
    this.shell = new Shell(id);
    this.openVSwitch =
        new Switch(
            NODE,
            hold.directory().resolve("ovs"),
            shell.in(Teardown.netns(namespace())),
            hold.children());
  }

  /** In the usual directory of labs; see {@link #open(Path, Progress)}. */
  public static SwitchLab open(Progress progress) {
    return open(Path.of(LabDirectory.DEFAULT), progress);
  }

  /**
   * Takes away what killed labs left, then starts a switch without a bridge.
   *
   * @param base holds the labs' directories
   * @throws LabException when something is missing on this machine or cannot be made; nothing is
   *     left then
   */
  public static SwitchLab open(Path base, Progress progress) {
    Prerequisites.check();
    Lab.recover(base, progress);
    SwitchLab lab = new SwitchLab(LabHold.take(base, LabSpec.Lifetime.WITH_OWNER));
    lab.hold.closeOnShutdown(lab);
    try {
      progress.step("lab %s: one Open vSwitch".formatted(lab.id));
      lab.build();
      return lab;
    } catch (RuntimeException | Error e) {
      try {
        lab.close();
      } catch (RuntimeException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  private void build() {
    hold.ledger()
        .make(
            new Ledger.Entry.Namespace(namespace()),
            () -> shell.run("ip", "netns", "add", namespace()));
    // Before any link is there: with addresses to look at, a switch takes ports far more slowly.
    shell
        .in(Teardown.netns(namespace()))
        .run(
            "sh",
            "-ec",
            "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6\n"
                + "echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6");
    openVSwitch.start();
  }

  private String namespace() {
    return id + "-" + NODE;
  }

  /**
   * Makes a bridge of the userspace datapath that has no flows.
   *
   * @return its management socket
   */
  public Path addBridge(String bridge) {
    openVSwitch.vsctl(
        "add-br",
        bridge,
        "--",
        "set",
        "Bridge",
        bridge,
        "datapath_type=netdev",
        "fail_mode=secure");
    return hold.directory().resolve("ovs").resolve(bridge + ".mgmt");
  }

  /** Adds veth pairs, up and with one end in the bridge, until there are this many. */
  public void growPorts(String bridge, int count) {
    if (count <= ports) {
      return;
    }
    List<String> links = new ArrayList<>();
    List<String> rows = new ArrayList<>();
    for (int i = ports; i < count; i++) {
      links.add("link add p%d type veth peer name q%d".formatted(i, i));
      links.add("link set q%d up".formatted(i));
      links.add("link set p%d up".formatted(i));
      rows.addAll(List.of("--", "add-port", bridge, "p" + i));
    }
    shell.run(String.join("\n", links) + "\n", List.of("ip", "-n", namespace(), "-batch", "-"));
    openVSwitch.vsctl(rows.subList(1, rows.size()).toArray(String[]::new));
    ports = count;
  }

  /** The file that the switch's namespace is bound to. */
  public Path netns() {
    return Teardown.netns(namespace());
  }

  /** Makes a device of the switch's namespace a port of the bridge, of this OpenFlow number. */
  public void addPort(String bridge, String device, int number) {
    openVSwitch.vsctl(
        "add-port", bridge, device, "--", "set", "Interface", device, "ofport_request=" + number);
  }

  /** The process id of ovs-vswitchd. */
  public long vswitchdPid() {
    Path file = hold.directory().resolve("ovs").resolve("ovs-vswitchd.pid");
    try {
      return Long.parseLong(Files.readString(file).strip());
    } catch (IOException | NumberFormatException e) {
      throw new LabException(file + ": " + e.getMessage(), e);
    }
  }

  /** A command that ends with the lab, whatever ends the lab. */
  public ProcessBuilder command(List<String> words) {
    return shell.builder(words);
  }

  /** For files that go with the lab. Readable by its owner only. */
  public Path directory() {
    return hold.directory();
  }

  /** Whether it was taken down, perhaps by Ctrl-C while another thread still works on it. */
  public synchronized boolean closed() {
    return closed;
  }

  /** Takes everything down that the lab made. Idempotent. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    hold.takeDown();
  }
}
