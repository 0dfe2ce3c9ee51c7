package org.ovswin.lab;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * What lab to build.
 *
 * @param nodes how many nodes, 1 to {@value #MAX_NODES}
 * @param base the directory that holds the labs' directories
 * @param launcher the CNI plugin executable
 * @param javaCommand the words that start a JVM with the agent on its class path, up to but not
 *     including the main class
 * @param lifetime whether the lab may outlive its process
 * @param exit how packets leave the nodes
 * @param wires what is spoken between nodes and world
 * @param readyPorts how many ports of each switch wait for pods; empty for as many as the agent has
 *     by itself
 */
public record LabSpec(
    int nodes,
    Path base,
    Path launcher,
    List<String> javaCommand,
    Lifetime lifetime,
    Exit exit,
    Wires wires,
    OptionalInt readyPorts) {
  /** The nodes' addresses are 172.30.0.11 and up. */
  static final int MAX_NODES = 200;

  public LabSpec {
    if (nodes < 1 || nodes > MAX_NODES) {
      throw new IllegalArgumentException(
          "nodes: %d (expected: 1 to %d)".formatted(nodes, MAX_NODES));
    }
    if (javaCommand.isEmpty()) {
      throw new IllegalArgumentException("javaCommand: empty (expected: the words of a command)");
    }
    javaCommand = List.copyOf(javaCommand);
  }

  /** How packets leave a node. */
  public enum Exit {
    /** By the host's own stack, which forwards. */
    GATEWAY,
    /** By the node's eth0, which becomes a port of the bridge. */
    UPLINK
  }

  /** What is spoken on the wires. */
  public enum Wires {
    /** IPv4, and IPv6 where the host's own stack forwards. */
    OF_EXIT,
    /** Both families. */
    DUAL
  }

  /** How long the processes of a lab live. */
  public enum Lifetime {
    /** No longer than the process that made it, even if that is killed. */
    WITH_OWNER,
    /** Until it is taken down by name, if its maker calls {@link Lab#keep}. */
    UNTIL_DOWN
  }

  /** A lab in the usual directory, its agents run by the Java that runs this. */
  public static LabSpec of(int nodes, Path launcher) {
    return new LabSpec(
        nodes,
        Path.of(LabDirectory.DEFAULT),
        launcher,
        thisJava(),
        Lifetime.WITH_OWNER,
        Exit.UPLINK,
        Wires.OF_EXIT,
        OptionalInt.empty());
  }

  public LabSpec withLifetime(Lifetime lifetime) {
    return new LabSpec(nodes, base, launcher, javaCommand, lifetime, exit, wires, readyPorts);
  }

  public LabSpec withExit(Exit exit) {
    return new LabSpec(nodes, base, launcher, javaCommand, lifetime, exit, wires, readyPorts);
  }

  public LabSpec withWires(Wires wires) {
    return new LabSpec(nodes, base, launcher, javaCommand, lifetime, exit, wires, readyPorts);
  }

  /** Whether nodes and world have IPv6 addresses. */
  boolean hasIpv6() {
    return wires == Wires.DUAL || exit == Exit.GATEWAY;
  }

  public LabSpec withBase(Path base) {
    return new LabSpec(nodes, base, launcher, javaCommand, lifetime, exit, wires, readyPorts);
  }

  public LabSpec withJavaCommand(List<String> javaCommand) {
    return new LabSpec(nodes, base, launcher, javaCommand, lifetime, exit, wires, readyPorts);
  }

  public LabSpec withReadyPorts(int readyPorts) {
    return new LabSpec(
        nodes, base, launcher, javaCommand, lifetime, exit, wires, OptionalInt.of(readyPorts));
  }

  /** This JVM and its class path, set for a quick start. */
  public static List<String> thisJava() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        // Its file would stay when the agent is killed.
        "-XX:-UsePerfData",
        "-Xms16m",
        "-Xmx256m",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        // As would the directory of the etcd client's Vert.x.
        "-Dvertx.disableFileCaching=true",
        "-Dvertx.disableFileCPResolving=true",
        "-cp",
        System.getProperty("java.class.path"));
  }
}
