package org.ovswin.agent;

import java.io.IOException;
import java.time.InstantSource;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.NoClusterException;
import org.ovswin.ipam.block.StoreOptions;
import org.ovswin.ipam.block.WantedCluster;
import org.ovswin.ipam.block.WrongClusterException;
import org.ovswin.ipam.block.etcd.EtcdBlockStore;
import org.ovswin.ipam.block.file.FileBlockStore;
import org.ovswin.ipam.block.kubernetes.KubernetesBlockStore;

/** The cluster's store as it is configured. */
public final class Stores {
  private Stores() {}

  /**
   * Opens it for an agent; may block.
   *
   * @throws NoClusterException the wanted cluster is not there
   * @throws WrongClusterException the cluster lacks a range of the configuration
   */
  static BlockStore open(AgentConfig config, WantedCluster wanted, InstantSource clock)
      throws IOException {
    return open(config, config.cluster().ranges(), wanted, clock);
  }

  /**
   * Opens it as it is, for who looks at it or mends it: nothing is made, and a configuration may
   * name a range that the cluster lacks.
   *
   * @throws NoClusterException there is none
   */
  public static BlockStore openAsRecorded(AgentConfig config, InstantSource clock)
      throws IOException {
    return open(config, ClusterRanges.of(), new WantedCluster.Existing(), clock);
  }

  private static BlockStore open(
      AgentConfig config, ClusterRanges initial, WantedCluster wanted, InstantSource clock)
      throws IOException {
    ClusterConfig cluster = config.cluster();
    StoreOptions options = new StoreOptions(initial, cluster.releaseGrace(), clock, wanted);
    return switch (cluster.store()) {
      case ClusterConfig.Store.File(var directory) -> FileBlockStore.open(directory, options);
      case ClusterConfig.Store.Etcd(var etcd) -> EtcdBlockStore.open(etcd, options);
      case ClusterConfig.Store.Kubernetes(var kubernetes) ->
          KubernetesBlockStore.open(kubernetes, options);
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
