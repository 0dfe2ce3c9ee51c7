package org.ovswin.e2e.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.ovswin.e2e.Cluster;
import org.ovswin.lab.Lab;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.Shell;

/**
 * Where one container runtime of one node has its files: everything that it would put into the
 * system's directories, so that several runtimes run beside each other and beside the machine's
 * own, and all can be taken away ({@link RuntimeLeftovers}).
 *
 * <pre>
 *   bin/     ovs-win, and links to Debian's plugins     net.d/   the network configurations
 *   images/  archives to load                            ...      what the runtime makes
 * </pre>
 */
final class RuntimeRoot implements AutoCloseable {
  /** The environment variable by which a runtime's processes are known, with the directory. */
  static final String MARKER = "OVS_WIN_RUNTIME";

  /** Our own plugin in a network configuration list, with all that it can. */
  static final String OVS_WIN =
      """
      {"type": "ovs-win", "ovsWin": {"link": "any"}, "capabilities":
        {"portMappings": true, "dns": true, "ips": true, "io.kubernetes.cri.pod-annotations": true}}\
      """;

  /** Not below /run, from which nothing may be executed on some machines. */
  private static final Path BASE =
      Path.of(System.getProperty("java.io.tmpdir"), "ovs-win-runtimes");

  private static final Path DEBIAN_PLUGINS = Path.of("/usr/lib/cni");

  private final Path directory;
  private final LabNode node;
  private final RuntimeLeftovers leftovers;

  private RuntimeRoot(Path directory, LabNode node) {
    this.directory = directory;
    this.node = node;
    this.leftovers = new RuntimeLeftovers(directory);
  }

  /** Makes the directories for a runtime of a lab's node, and takes away what killed tests left. */
  static RuntimeRoot of(Lab lab, LabNode node, String runtime) throws IOException {
    takeAbandoned(lab);
    Path directory =
        Files.createDirectories(BASE.resolve(lab.id() + "-" + node.name() + "-" + runtime));
    RuntimeRoot root = new RuntimeRoot(directory, node);
    root.prepare();
    return root;
  }

  /** A lab's directory goes last, so a runtime without one belongs to a test that was killed. */
  private static void takeAbandoned(Lab lab) throws IOException {
    if (!Files.isDirectory(BASE)) {
      return;
    }
    Path labs = lab.directory().getParent();
    List<Path> there;
    try (Stream<Path> children = Files.list(BASE)) {
      there = children.toList();
    }
    for (Path directory : there) {
      String id = directory.getFileName().toString().replaceFirst("-.*", "");
      if (labs != null && !Files.exists(labs.resolve(id))) {
        new RuntimeLeftovers(directory).takeAway();
      }
    }
  }

  private void prepare() throws IOException {
    Files.createDirectories(configurations());
    Files.createDirectories(plugins());
    Files.createDirectories(images());
    // Not every process that calls plugins inherits the runtime's environment: podman's, which
    // cleans up behind a container that ended by itself, does not.
    Path launcher =
        Files.writeString(
            plugins().resolve("ovs-win"),
            """
            #!/bin/sh
            export OVS_WIN_CNI_SOCKET=%s
            exec %s "$@"
            """
                .formatted(node.socketDirectory().resolve("cni.sock"), Cluster.LAUNCHER));
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (Stream<Path> debians = Files.list(DEBIAN_PLUGINS)) {
      for (Path plugin : debians.toList()) {
        Files.createSymbolicLink(plugins().resolve(plugin.getFileName()), plugin);
      }
    }
  }

  Path directory() {
    return directory;
  }

  /** A file or directory that the runtime makes. */
  Path of(String name) {
    return directory.resolve(name);
  }

  /** The runtime's {@code CNI_PATH}. */
  Path plugins() {
    return directory.resolve("bin");
  }

  /** The network configuration lists that the runtime reads. */
  Path configurations() {
    return directory.resolve("net.d");
  }

  Path images() {
    return directory.resolve("images");
  }

  LabNode node() {
    return node;
  }

  /** The cgroup above all of the runtime's containers, from the hierarchies' roots. */
  String cgroup() {
    return "/" + directory.getFileName();
  }

  /** Writes a network configuration list that has these plugins' configurations. */
  void network(String name, String... plugins) throws IOException {
    Files.writeString(
        configurations().resolve("10-" + name + ".conflist"),
        """
        {"cniVersion": "1.0.0", "name": "%s", "plugins": [%s]}
        """
            .formatted(name, String.join(", ", plugins)));
  }

  /**
   * Runs a command of the runtime in the node's network namespace, with more in its environment.
   */
  Shell.Outcome outcome(List<String> environment, List<String> words) {
    List<String> command = new ArrayList<>(List.of("env", MARKER + "=" + directory));
    command.addAll(environment);
    command.addAll(words);
    return node.shell().outcome("", command);
  }

  /** Remembers a container, for {@link #left}. */
  void seen(String containerId, Path namespace) {
    leftovers.seen(containerId, namespace);
  }

  /** Takes away what the runtime left, also of containers that still run. */
  @Override
  public void close() throws IOException {
    leftovers.takeAway();
  }

  /** What is still there of it all, in words. */
  List<String> left() throws IOException {
    return leftovers.left();
  }
}
