package org.ovswin.cni;

import java.util.Optional;

/**
 * The Kubernetes pod a container belongs to, from {@code CNI_ARGS}.
 *
 * @param namespace {@code K8S_POD_NAMESPACE}, not empty
 * @param name {@code K8S_POD_NAME}, not empty
 * @param uid {@code K8S_POD_UID}, which older runtimes leave out
 */
public record PodName(String namespace, String name, Optional<String> uid) {

  public PodName {
    if (namespace.isEmpty() || name.isEmpty()) {
      throw new IllegalArgumentException("pod: empty namespace or name");
    }
  }

  /** As Kubernetes writes it: {@code namespace/name}. */
  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
