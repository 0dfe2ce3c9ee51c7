package org.ovswin.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.ovswin.agent.AgentConfig;
import org.ovswin.agent.CachedView;
import org.ovswin.agent.Stores;
import org.ovswin.agent.admin.AdminClient;
import org.ovswin.agent.admin.AdminException;
import org.ovswin.agent.admin.AgentHealth;
import org.ovswin.cli.report.ClusterReport;
import org.ovswin.cli.report.ClusterReport.AgentState;
import org.ovswin.cli.report.ClusterReport.StoreState;
import org.ovswin.cli.report.Survey;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.NoClusterException;
import org.ovswin.ipam.block.NodeUsage;
import org.ovswin.ipam.block.Watch;
import org.ovswin.ipam.lease.LeaseDatabase;
import org.ovswin.ipam.lease.LeaseOptions;
import org.ovswin.ipam.lease.LeaseView;

/**
 * Reads what there is to show: the store's records, each given node's journal, and how its agent
 * is. Changes nothing. What cannot be read is said in the survey; the rest is in it all the same.
 */
public final class Surveyor implements AutoCloseable {
  /** An agent that is well says so at once. */
  private static final Duration AGENT_PATIENCE = Duration.ofSeconds(2);

  private final List<AgentConfig> configs;
  private final InstantSource clock;
  private final Runnable onChange;
  private Optional<BlockStore> store = Optional.empty();
  private Optional<Watch> watch = Optional.empty();

  /**
   * Nothing is opened yet.
   *
   * @param configs of nodes of one cluster, at least one
   * @param onChange is called after a change of the records, once the first survey was made
   */
  Surveyor(List<AgentConfig> configs, InstantSource clock, Runnable onChange) {
    this.configs = List.copyOf(configs);
    this.clock = clock;
    this.onChange = onChange;
  }

  /**
   * What is to show of the cluster of these nodes, read once.
   *
   * @throws IOException if the store cannot be closed
   */
  public static ClusterReport report(List<AgentConfig> configs) throws IOException {
    try (Surveyor surveyor = new Surveyor(configs, InstantSource.system(), () -> {})) {
      return surveyor.survey().report();
    }
  }

  /** Reads all of it, now. */
  Survey survey() {
    Instant now = clock.instant();
    List<String> warnings = new ArrayList<>();
    List<Survey.Local> local = new ArrayList<>();
    for (AgentConfig config : configs) {
      local.add(new Survey.Local(agent(config), leases(config, warnings)));
    }
    AgentConfig first = configs.getFirst();
    StoreState state;
    Optional<ClusterView> view = Optional.empty();
    List<NodeUsage> usages = List.of();
    try {
      BlockStore opened = opened(first);
      view = Optional.of(opened.view());
      usages = opened.usages();
      state = new StoreState.Reachable(opened.description());
    } catch (IOException e) {
      Optional<CachedView.Seen> seen = seen();
      view = seen.map(CachedView.Seen::view);
      state =
          e instanceof NoClusterException && store.isEmpty() && seen.isEmpty()
              // Not begun yet.
              ? new StoreState.Reachable(Stores.description(first))
              : unreachable(first, reason(e), seen);
    }
    return new Survey(now, state, view, usages, first.cluster().releaseGrace(), local, warnings);
  }

  private static StoreState unreachable(
      AgentConfig config, String reason, Optional<CachedView.Seen> seen) {
    return new StoreState.Unreachable(
        Stores.description(config), reason, seen.map(CachedView.Seen::at));
  }

  /** What this machine's agents saw last. */
  private Optional<CachedView.Seen> seen() {
    return configs.stream()
        .flatMap(config -> CachedView.read(config.stateDirectory()).stream())
        .max(Comparator.comparing(CachedView.Seen::at));
  }

  private BlockStore opened(AgentConfig config) throws IOException {
    if (store.isEmpty()) {
      store = Optional.of(Stores.openAsRecorded(config, clock));
    }
    return store.get();
  }

  /** From now on changes are told, where the store can be reached. */
  void watch() {
    if (watch.isEmpty() && store.isPresent()) {
      try {
        watch = Optional.of(store.get().watch(_ -> onChange.run()));
      } catch (IOException e) {
        // The next survey says that the store cannot be reached; the one after tries again.
        watch = Optional.empty();
      }
    }
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private static AgentState agent(AgentConfig config) {
    try {
      AgentHealth health =
          AdminClient.at(config.adminSocket()).withPatience(AGENT_PATIENCE).health();
      return new AgentState.Running(
          config.node(),
          "running since %s, version %s, %s, %s"
              .formatted(
                  health.startedAt().truncatedTo(ChronoUnit.SECONDS),
                  health.version(),
                  count(health.pods(), "pod"),
                  count(health.peers(), "peer")),
          health.problems());
    } catch (AdminException e) {
      return new AgentState.Down(config.node(), String.valueOf(e.getMessage()));
    }
  }

  private static String count(int number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  private Optional<LeaseView> leases(AgentConfig config, List<String> warnings) {
    Path directory = config.leaseDirectory();
    try {
      return LeaseDatabase.exists(directory)
          ? Optional.of(LeaseDatabase.read(directory, LeaseOptions.of(clock)))
          : Optional.empty();
    } catch (IOException e) {
      warnings.add(
          "%s: its leases cannot be read: %s; ovs-win ipam check explains and repairs"
              .formatted(config.node(), reason(e)));
      return Optional.empty();
    }
  }

  @Override
  public void close() throws IOException {
    watch.ifPresent(Watch::close);
    if (store.isPresent()) {
      store.get().close();
    }
  }
}
