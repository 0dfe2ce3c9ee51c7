package org.ovswin.agent;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.StoreOptions;
import org.ovswin.ipam.block.WrongClusterException;
import org.ovswin.ipam.block.etcd.EtcdBlockStore;
import org.ovswin.ipam.block.file.FileBlockStore;
import org.ovswin.ipam.block.kubernetes.KubernetesBlockStore;

/** The cluster's store as it is configured. */
public final class Stores {
  private Stores() {}

  /**
   * Opens it; may block. The first to open one makes the cluster.
   *
   * @throws WrongClusterException the cluster lacks a range of the configuration
   */
  public static BlockStore open(AgentConfig config, InstantSource clock) throws IOException {
    return open(config, config.cluster().ranges(), clock);
  }

  /**
   * As {@link #open}, but takes a cluster that is there as it is: who looks at it or mends it has
   * to be able to, also where a configuration names a range that the cluster lacks.
   */
  public static BlockStore openAsRecorded(AgentConfig config, InstantSource clock)
      throws IOException {
    try {
      return open(config, clock);
    } catch (WrongClusterException e) {
      return open(config, new ClusterRanges(List.of()), clock);
    }
  }

  private static BlockStore open(AgentConfig config, ClusterRanges initial, InstantSource clock)
      throws IOException {
    ClusterConfig cluster = config.cluster();
    StoreOptions options = new StoreOptions(initial, cluster.releaseGrace(), clock);
    return switch (cluster.store()) {
      case ClusterConfig.Store.File(var directory) -> FileBlockStore.open(directory, options);
      case ClusterConfig.Store.Etcd(var etcd) -> EtcdBlockStore.open(etcd, options);
      case ClusterConfig.Store.Kubernetes(var kubernetes) ->
          KubernetesBlockStore.open(kubernetes, options);
    };
  }

  /**
   * Whether there may be a cluster, which opening would make otherwise. Only of a directory can
   * this be told without opening it.
   */
  public static boolean mayExist(AgentConfig config) throws IOException {
    return switch (config.cluster().store()) {
      case ClusterConfig.Store.File(var directory) ->
          FileBlockStore.readRanges(directory).isPresent();
      case ClusterConfig.Store.Etcd _, ClusterConfig.Store.Kubernetes _ -> true;
    };
  }

  /** Kind and place, for as long as it is not open. */
  public static String description(AgentConfig config) {
    return switch (config.cluster().store()) {
      case ClusterConfig.Store.File(var directory) -> "directory " + directory;
      case ClusterConfig.Store.Etcd(var etcd) -> etcd.description();
      case ClusterConfig.Store.Kubernetes(var kubernetes) ->
          "Kubernetes API of "
              + kubernetes.kubeconfig().map(Object::toString).orElse("this pod's service account");
    };
  }
}
