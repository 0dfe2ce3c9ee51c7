package org.ovswin.ipam.block.kubernetes;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the API server is and who we are there.
 *
 * @param kubeconfig a kubeconfig file; empty: the service account of the pod that this runs in
 */
public record KubernetesOptions(Optional<Path> kubeconfig, PodCidrs podCidrs) {

  /** With {@link PodCidrs#WHERE_SET}. */
  public static KubernetesOptions of(Optional<Path> kubeconfig) {
    return new KubernetesOptions(kubeconfig, PodCidrs.WHERE_SET);
  }
}
