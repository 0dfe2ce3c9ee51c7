package org.ovswin.e2e.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.ovswin.e2e.Cluster;
import org.ovswin.e2e.runtime.cri.Cri;
import org.ovswin.lab.Lab;
import org.ovswin.lab.LabException;
import org.ovswin.lab.LabNode;
import org.ovswin.lab.Shell;

/**
 * Debian's containerd on one node, with directories of its own: 1.6 with runc. Its CRI side is what
 * a kubelet talks to; {@code ctr} is its own command line.
 */
final class Containerd implements AutoCloseable {
  /** The namespace of containerd in which its CRI side keeps everything. */
  private static final String NAMESPACE = "k8s.io";

  private static final JsonMapper JSON = new JsonMapper();

  private final RuntimeRoot root;
  private final CriClient cri;
  private Process daemon;

  private Containerd(RuntimeRoot root, Process daemon) {
    this.root = root;
    this.daemon = daemon;
    this.cri = new CriClient(socket(root));
  }

  /** A pod with one container, which answers on the echo port. */
  record CriPod(String id, Cri.PodSandboxConfig config, String containerId, Container container) {}

  /** With our network and these plugins behind ours in its chain, the images loaded. */
  static Containerd on(Lab lab, LabNode node, String... chained) throws IOException {
    RuntimeRoot root = RuntimeRoot.of(lab, node, "containerd");
    try {
      List<String> plugins = new ArrayList<>(List.of(RuntimeRoot.OVS_WIN));
      plugins.addAll(List.of(chained));
      root.network("ovs-win", plugins.toArray(String[]::new));
      configure(root);
      Containerd containerd = new Containerd(root, launch(root));
      containerd.awaitReady();
      Images images = new Images(node.shell(), root.images());
      containerd.ctr("images", "import", images.busybox().toString());
      containerd.ctr("images", "import", images.pause().toString());
      return containerd;
    } catch (IOException | RuntimeException | Error e) {
      root.close();
      throw e;
    }
  }

  /**
   * A container of a test machine may have neither the capability to lower a score of the
   * out-of-memory killer nor AppArmor.
   */
  private static void configure(RuntimeRoot root) throws IOException {
    Files.writeString(
        root.of("config.toml"),
        """
        version = 2
        root = "%1$s/root"
        state = "%1$s/state"
        disabled_plugins = [
          "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs",
          "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper"]
        [grpc]
          address = "%2$s"
        [plugins."io.containerd.grpc.v1.cri"]
          sandbox_image = "%3$s"
          netns_mounts_under_state_dir = true
          stream_server_address = "127.0.0.1"
          restrict_oom_score_adj = true
          disable_apparmor = true
        [plugins."io.containerd.grpc.v1.cri".cni]
          bin_dir = "%1$s/bin"
          conf_dir = "%1$s/net.d"
        [plugins."io.containerd.grpc.v1.cri".containerd]
          snapshotter = "native"
          default_runtime_name = "runc"
        [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
          runtime_type = "io.containerd.runc.v2"
          [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
            Root = "%1$s/state/runc"
        """
            .formatted(root.directory(), socket(root), Images.PAUSE));
  }

  private static Path socket(RuntimeRoot root) {
    return root.of("containerd.sock");
  }

  private static Process launch(RuntimeRoot root) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            "nsenter",
            "--net=" + root.node().host().netns(),
            "--",
            "containerd",
            "--config",
            root.of("config.toml").toString());
    builder.environment().put(RuntimeRoot.MARKER, root.directory().toString());
    return builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(root.of("log").toFile()))
        .start();
  }

  private void awaitReady() {
    Cluster.eventually()
        .untilAsserted(
            () ->
                assertThat(cri.status().getConditionsList())
                    .as("conditions of containerd, which says\n%s", log())
                    .hasSize(2)
                    .allSatisfy(condition -> assertThat(condition.getStatus()).isTrue()));
  }

  /** Kills the daemon and starts it again; the containers and what watches over them stay. */
  void restart() throws IOException {
    daemon.destroyForcibly().onExit().join();
    daemon = launch(root);
    awaitReady();
  }

  CriClient cri() {
    return cri;
  }

  /** Runs a pod as a kubelet does: a sandbox, then a container in it. */
  CriPod run(String name, Cri.PortMapping... ports) {
    return run(name, Map.of(), ports);
  }

  /** With annotations. */
  CriPod run(String name, Map<String, String> annotations, Cri.PortMapping... ports) {
    Cri.PodSandboxConfig config =
        Cri.PodSandboxConfig.newBuilder()
            .setMetadata(
                Cri.PodSandboxMetadata.newBuilder()
                    .setName(name)
                    .setNamespace("shop")
                    .setUid(root.directory().getFileName() + "-" + name))
            .setHostname(name)
            .setLogDirectory(root.of("logs").toString())
            .putAllAnnotations(annotations)
            .addAllPortMappings(List.of(ports))
            .setLinux(Cri.LinuxPodSandboxConfig.newBuilder().setCgroupParent(root.cgroup()))
            .build();
    String sandbox = cri.runPodSandbox(config);
    try {
      return started(sandbox, config, 0);
    } catch (RuntimeException e) {
      throw new LabException("pod %s: %s\n%s".formatted(name, e.getMessage(), log()), e);
    }
  }

  /** A container in a sandbox; after one was removed, the next attempt. */
  CriPod started(String sandbox, Cri.PodSandboxConfig config, int attempt) {
    Cri.PodSandboxStatusResponse status = cri.podSandboxStatus(sandbox);
    root.seen(sandbox, Path.of(""));
    String container =
        cri.startContainer(
            sandbox,
            Cri.ContainerConfig.newBuilder()
                .setMetadata(Cri.ContainerMetadata.newBuilder().setName("echo").setAttempt(attempt))
                .setImage(Cri.ImageSpec.newBuilder().setImage(Images.BUSYBOX))
                .addAllCommand(Talk.ECHO)
                .setLogPath("echo.log")
                .build(),
            config);
    return new CriPod(
        sandbox,
        config,
        container,
        new Container(
            config.getMetadata().getName(),
            pid(status.getInfoOrDefault("info", "{}")),
            status.getStatus().getNetwork().getIp(),
            words -> {
              Cri.ExecSyncResponse response = cri.execSync(container, words);
              return new Shell.Outcome(
                  response.getExitCode(),
                  response.getStdout().toStringUtf8(),
                  response.getStderr().toStringUtf8());
            }));
  }

  private static long pid(String info) {
    try {
      return JSON.readTree(info).path("pid").asLong();
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + info, e);
    }
  }

  /** Stops and removes pods as a kubelet does, all at once. */
  void removeAll() {
    CompletableFuture<?>[] removals =
        cri.listPodSandbox().getItemsList().stream()
            .map(
                pod ->
                    CompletableFuture.runAsync(
                        () -> {
                          cri.stopPodSandbox(pod.getId());
                          cri.removePodSandbox(pod.getId());
                        }))
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(removals).join();
    assertThat(cri.listPodSandbox().getItemsList()).isEmpty();
  }

  /** Runs {@code ctr WORDS} in the namespace of the CRI side. */
  String ctr(String... words) {
    return checked(root.outcome(List.of(), ctrCommand(words)), words);
  }

  private List<String> ctrCommand(String... words) {
    List<String> command =
        new ArrayList<>(List.of("ctr", "-a", socket(root).toString(), "-n", NAMESPACE));
    command.addAll(List.of(words));
    return command;
  }

  private String checked(Shell.Outcome outcome, String... words) {
    if (outcome.exitCode() != 0) {
      throw new LabException(
          "ctr %s: exit %d (expected: 0): %s\n%s"
              .formatted(String.join(" ", words), outcome.exitCode(), outcome.text(), log()));
    }
    return outcome.out();
  }

  /**
   * Runs a command in a container of {@code ctr run --cni} to its end, and returns what it prints.
   * ctr reads the system's own directories and cannot be told others: it gets ours at their place,
   * for itself alone.
   */
  String ctrRun(String name, String command) {
    String id = root.node().name() + name;
    List<String> words = new ArrayList<>(List.of("unshare", "-m", "--propagation", "private"));
    words.addAll(
        List.of(
            "sh",
            "-ec",
            """
            mount --bind %1$s/net.d /etc/cni/net.d
            mount -t tmpfs opt /opt
            mkdir -p /opt/cni
            ln -s %1$s/bin /opt/cni/bin
            exec "$@"
            """
                .formatted(root.directory()),
            "sh"));
    words.addAll(
        ctrCommand(
            "run",
            "--rm",
            "--snapshotter",
            "native",
            "--cni",
            "--cgroup",
            root.cgroup() + "/" + id,
            Images.BUSYBOX,
            id,
            "sh",
            "-c",
            command));
    return checked(root.outcome(List.of(), words), "run", "--cni", id);
  }

  private String log() {
    try {
      List<String> lines = Files.readAllLines(root.of("log"));
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** What is there of containers. */
  List<String> left() throws IOException {
    return root.left();
  }

  @Override
  public void close() throws IOException {
    cri.close();
    daemon.destroyForcibly().onExit().join();
    root.close();
  }
}
