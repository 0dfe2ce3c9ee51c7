package org.ovswin.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ovswin.agent.AgentConfig;
import org.ovswin.agent.ClusterConfig;
import org.ovswin.ipam.disk.PrivateFiles;
import org.ovswin.ipam.disk.ProcessLock;
import org.ovswin.node.OpenVSwitch.Datapath;
import org.ovswin.sandbox.EndpointException;
import org.ovswin.sandbox.linux.LinuxHostInterfaces;
import org.ovswin.sandbox.linux.LinuxHostNat;

/**
 * Makes this machine a node, and undoes it. One run at a time; each of them may be killed at any
 * moment and repeated.
 */
public final class Node {
  private static final Path SYSCTLS = Path.of("/proc/sys/net");
  private static final String SYSTEMCTL = "systemctl";

  private Node() {}

  /** What becomes of what outlives a node that is taken down: leases, identity, configuration. */
  public enum State {
    KEEP,
    PURGE
  }

  /** What becomes of pods that are still there. */
  public enum Pods {
    REFUSE,
    DELETE
  }

  /**
   * Makes this machine a node.
   *
   * @param home the directory with {@code bin} and {@code lib} that this program runs from
   * @throws NodeException a step that cannot be done; those before it are recorded, and a further
   *     {@code up} or {@code down} goes on from there
   */
  public static void up(Path home, LayoutOptions places, NodeOptions options, Progress progress)
      throws IOException, NodeException {
    try (ProcessLock _ = locked(places.stateDirectory());
        UpRecord record = UpRecord.open(Layout.record(places.stateDirectory()))) {
      Layout layout = places.resolve(record.layout());
      Optional<AgentConfig> config = ConfigurationStep.readIfThere(layout.config());
      if (config.isPresent()) {
        options.requireAsIn(config.get(), layout.config());
      }
      JsonNode recorded = LayoutOptions.toJson(layout);
      if (!record.layout().equals(Optional.of(recorded))) {
        record.layout(recorded);
      }
      Parts parts = new Parts(layout, Pods.REFUSE, progress);
      new Steps(parts.steps(home, options), record, progress).up();
    }
  }

  /**
   * Undoes {@link #up}, in reverse.
   *
   * @throws NodeException pods that are still there, or a step that cannot be undone
   */
  public static void down(LayoutOptions places, Pods pods, State state, Progress progress)
      throws IOException, NodeException {
    try (ProcessLock _ = locked(places.stateDirectory());
        UpRecord record = UpRecord.open(Layout.record(places.stateDirectory()))) {
      Layout layout = places.resolve(record.layout());
      Parts parts = new Parts(layout, pods, progress);
      parts.pods().check();
      // What would be installed and written is not asked for on the way down.
      new Steps(parts.steps(layout.installDirectory(), NodeOptions.NONE), record, progress).down();
      finish(layout, state, record, progress);
    }
  }

  private static void finish(Layout layout, State state, UpRecord record, Progress progress)
      throws IOException {
    Optional<AgentConfig> config = ConfigurationStep.readIfThere(layout.config());
    record.delete();
    PlacedFile.removeIfEmpty(PlacedFile.directoryOf(Layout.record(layout.stateDirectory())));
    if (state == State.KEEP) {
      progress.step(
          report(
              "state",
              Step.Done.left(
                  "%s is kept, with leases and the node's identity (--purge removes it and %s)"
                      .formatted(layout.stateDirectory(), layout.config()))));
      return;
    }
    progress.step(report("configuration", ConfigurationStep.purge(layout.config())));
    InstallationStep.delete(layout.stateDirectory());
    progress.step(report("state", Step.Done.now("removed " + layout.stateDirectory())));
    if (config.isPresent()
        && !(config.get().cluster().store() instanceof ClusterConfig.Store.File)) {
      progress.warning(
          "the cluster's store still has node %s and its blocks; ovs-win ipam block release --node %s on another node frees them"
              .formatted(config.get().node(), config.get().node()));
    }
  }

  private static StepReport report(String step, Step.Done done) {
    return new StepReport(step, done.outcome(), done.detail());
  }

  /** What went wrong with a file, in words: the exception of a missing one has its path only. */
  public static String explained(IOException e) {
    if (e instanceof FileSystemException file && file.getReason() == null) {
      return "%s: %s"
          .formatted(
              file.getFile(),
              switch (e) {
                case NoSuchFileException _ -> "no such file or directory";
                case AccessDeniedException _ -> "permission denied (expected: run as root)";
                case FileAlreadyExistsException _ -> "is in the way";
                default -> e.getClass().getSimpleName();
              });
    }
    return String.valueOf(e.getMessage());
  }

  private static ProcessLock locked(Path stateDirectory) throws IOException, NodeException {
    try {
      PrivateFiles.createDirectories(stateDirectory);
    } catch (IOException e) {
      throw new NodeException(
          "%s: cannot be made: %s (expected: a directory that this user may write; run this as root)"
              .formatted(stateDirectory, explained(e)),
          e);
    }
    return switch (ProcessLock.tryAcquire(stateDirectory)) {
      case ProcessLock.Attempt.Acquired(ProcessLock lock) -> lock;
      case ProcessLock.Attempt.HeldBy(String pid) ->
          throw new NodeException(
              "another up or down is under way, process %s (expected: none)".formatted(pid));
    };
  }

  /** The steps of one machine, put together. */
  private static final class Parts {
    private final Layout layout;
    private final Progress progress;
    private final NodePaths paths;
    private final OpenVSwitch openvswitch;
    private final UplinkStep uplink;
    private final AgentStep agent;
    private final PodsStep pods;

    Parts(Layout layout, Pods remaining, Progress progress) {
      this.layout = layout;
      this.progress = progress;
      this.paths = new NodePaths(layout.config());
      this.openvswitch =
          new OpenVSwitch(layout.openvswitchRunDirectory(), layout.service(), SYSTEMCTL);
      Service service = service(layout);
      this.uplink = new UplinkStep(service, openvswitch, paths, layout.takeover());
      this.agent = new AgentStep(service, layout.launcher(), paths, uplink);
      this.pods = new PodsStep(paths, agent, remaining);
    }

    private static Service service(Layout layout) {
      Version version = new Version(layout.installDirectory(), layout.config());
      return switch (layout.service()) {
        case SYSTEMD -> new SystemdService(layout, version, SYSTEMCTL);
        case BACKGROUND -> new BackgroundService(layout, version);
      };
    }

    private static void removeRules() throws EndpointException {
      LinuxHostNat.open().remove();
      new LinuxHostInterfaces().removeForwardingRoutes();
    }

    PodsStep pods() {
      return pods;
    }

    List<Step> steps(Path home, NodeOptions options) {
      List<Step> steps = new ArrayList<>();
      steps.add(new InstallationStep(home, layout.installDirectory()));
      steps.add(
          new ConfigurationStep(
              layout.config(), () -> options.text(layout, Datapath.here().text())));
      steps.add(new OpenVSwitchStep(openvswitch));
      steps.add(new ForwardingStep(SYSCTLS, Parts::removeRules));
      steps.add(new BridgeStep(openvswitch, paths));
      steps.add(uplink);
      steps.add(agent);
      steps.add(pods);
      steps.add(new PluginStep(layout.plugin(), layout.launcher(), paths));
      steps.add(new NetworkStep(layout.conflist(), progress));
      return steps;
    }
  }
}
