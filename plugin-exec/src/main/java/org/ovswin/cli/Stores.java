package org.ovswin.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.ovswin.agent.AgentConfig;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.StoreOptions;
import org.ovswin.ipam.block.file.FileBlockStore;

/** The cluster's store as an agent's configuration names it. */
final class Stores {
  private static final Duration RELEASE_GRACE = Duration.ofMinutes(10);

  private Stores() {}

  /**
   * Opens it; the caller closes it. A cluster that is there is taken as it is: the commands have to
   * work also where a configuration names a range that the cluster lacks.
   */
  static BlockStore open(AgentConfig config) throws IOException {
    ClusterRanges initial = FileBlockStore.readRanges(directory(config)).orElse(ranges(config));
    return FileBlockStore.open(
        directory(config), new StoreOptions(initial, grace(config), InstantSource.system()));
  }

  /** Whether there is a cluster: opening would make one. */
  static boolean exists(AgentConfig config) throws IOException {
    return FileBlockStore.readRanges(directory(config)).isPresent();
  }

  /** As the store calls itself. */
  static String describe(AgentConfig config) {
    return "directory " + directory(config);
  }

  /** How long a released block is kept for the node that had it. */
  static Duration grace(AgentConfig config) {
    return RELEASE_GRACE;
  }

  /** The ranges that the configuration names. */
  static ClusterRanges ranges(AgentConfig config) {
    return ClusterRanges.of(
        new ClusterRange(config.cluster().cidr(), config.cluster().blockPrefixLength()));
  }

  /** Nodes of two clusters cannot be shown as one. */
  static void requireOne(List<AgentConfig> configs) throws MisuseException {
    AgentConfig first = configs.getFirst();
    for (AgentConfig config : configs) {
      if (!config.cluster().store().equals(first.cluster().store())) {
        throw new MisuseException(
            "cluster.store of %s: %s (expected: %s, as in the first configuration)"
                .formatted(config.node(), describe(config), describe(first)));
      }
    }
  }

  private static Path directory(AgentConfig config) {
    return config.cluster().store().file();
  }
}
