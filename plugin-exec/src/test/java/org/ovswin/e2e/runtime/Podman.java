package org.ovswin.e2e.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ovswin.e2e.Cluster;
import org.ovswin.lab.Lab;
import org.ovswin.lab.LabException;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.Shell;

/**
 * Debian's podman on one node, with directories of its own: 4.3 with its CNI backend and runc. It
 * has no daemon; each command calls the plugins itself.
 */
final class Podman implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final RuntimeRoot root;
  private final List<String> environment;

  private Podman(RuntimeRoot root) {
    this.root = root;
    this.environment =
        List.of(
            "CONTAINERS_CONF=" + root.of("containers.conf"),
            "CONTAINERS_STORAGE_CONF=" + root.of("storage.conf"),
            "CONTAINERS_REGISTRIES_CONF=" + root.of("registries.conf"));
  }

  /** With the network {@code ovs-win} as the default one, and the images loaded. */
  static Podman on(Lab lab, LabNode node) throws IOException {
    RuntimeRoot root = RuntimeRoot.of(lab, node, "podman");
    Podman podman = new Podman(root);
    try {
      podman.configure();
      Images images = new Images(node.shell(), root.images());
      podman.run("load", "-q", "-i", images.busybox().toString());
      podman.run("load", "-q", "-i", images.pause().toString());
      return podman;
    } catch (IOException | RuntimeException e) {
      root.close();
      throw e;
    }
  }

  private void configure() throws IOException {
    network("ovs-win");
    // crun, the default, refuses a machine with cgroups of both versions. The limits are what a
    // container that may not raise them has anyway.
    Files.writeString(
        root.of("containers.conf"),
        """
        [containers]
        default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
        log_driver = "k8s-file"
        [engine]
        cgroup_manager = "cgroupfs"
        events_logger = "file"
        runtime = "runc"
        tmp_dir = "%s"
        [network]
        network_backend = "cni"
        cni_plugin_dirs = ["%s"]
        network_config_dir = "%s"
        default_network = "ovs-win"
        """
            .formatted(root.of("tmp"), root.plugins(), root.configurations()));
    Files.writeString(
        root.of("storage.conf"),
        """
        [storage]
        driver = "vfs"
        graphroot = "%s"
        runroot = "%s"
        """
            .formatted(root.of("root"), root.of("run")));
    Files.writeString(root.of("registries.conf"), "unqualified-search-registries = []\n");
  }

  /** Another network of ours. */
  void network(String name) throws IOException {
    root.network(name, RuntimeRoot.OVS_WIN);
  }

  /** Starts a container that answers on the echo port. */
  Container start(String name, String... options) {
    return start(name, Talk.ECHO, options);
  }

  /** Starts a container with this command. */
  Container start(String name, List<String> command, String... options) {
    List<String> words = new ArrayList<>(List.of("run", "-d", "--name", name));
    words.addAll(List.of("--cgroup-parent", root.cgroup()));
    words.addAll(List.of(options));
    words.add(Images.BUSYBOX);
    words.addAll(command);
    run(words.toArray(String[]::new));
    return container(name);
  }

  /** Makes a pod whose sandbox is a pause container; its containers name it. */
  void pod(String name, String... options) {
    List<String> words = new ArrayList<>(List.of("pod", "create", "--name", name));
    words.addAll(List.of("--cgroup-parent", root.cgroup()));
    words.addAll(List.of("--infra-image", Images.PAUSE, "--infra-command", "/pause"));
    words.addAll(List.of(options));
    run(words.toArray(String[]::new));
  }

  /** A running container as it is now. */
  Container container(String name) {
    JsonNode state = inspect(name);
    JsonNode network = state.path("NetworkSettings");
    root.seen(state.path("Id").asText(), Path.of(network.path("SandboxKey").asText()));
    // With networks named on the command line, the address is the network's.
    String address =
        network.path("Networks").properties().stream()
            .map(entry -> entry.getValue().path("IPAddress").asText())
            .findFirst()
            .orElse(network.path("IPAddress").asText());
    return new Container(
        name,
        state.at("/State/Pid").asLong(),
        address,
        words -> {
          List<String> exec = new ArrayList<>(List.of("exec", name));
          exec.addAll(words);
          return outcome(exec.toArray(String[]::new));
        });
  }

  JsonNode inspect(String name) {
    String text = run("inspect", "--type", "container", name);
    try {
      return JSON.readTree(text).path(0);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + text, e);
    }
  }

  /**
   * Runs {@code podman WORDS} and returns what it prints.
   *
   * @throws LabException if it fails
   */
  String run(String... words) {
    Shell.Outcome outcome = outcome(words);
    if (outcome.exitCode() != 0) {
      throw new LabException(
          "podman %s: exit %d (expected: 0): %s\n%s"
              .formatted(
                  String.join(" ", words),
                  outcome.exitCode(),
                  outcome.text(),
                  root.node().logTails()));
    }
    return outcome.out();
  }

  Shell.Outcome outcome(String... words) {
    List<String> command = new ArrayList<>(List.of("podman"));
    command.addAll(List.of(words));
    return root.outcome(environment, command);
  }

  /** Removes all containers, running or not, after which nothing may be left of them. */
  void removeAll() {
    run("pod", "rm", "-f", "-t", "0", "-a");
    run("rm", "-f", "-t", "0", "-a");
    // What watched over a container ends when it has seen the container's end.
    Cluster.eventually()
        .untilAsserted(() -> assertThat(root.left()).as("left behind by podman").isEmpty());
  }

  @Override
  public void close() throws IOException {
    root.close();
  }
}
