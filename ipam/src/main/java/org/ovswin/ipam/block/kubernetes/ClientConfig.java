package org.ovswin.ipam.block.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * The client's configuration, from a kubeconfig or from what Kubernetes mounts into every pod, and
 * from nothing else: fabric8 would also look into the home directory and system properties.
 */
final class ClientConfig {
  /** Where a pod's account is (Kubernetes: Accessing the API from a Pod). */
  private static final Path SERVICE_ACCOUNT =
      Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

  /** Windows mounts a host process container's files below this directory. */
  private static final String MOUNT_POINT = "CONTAINER_SANDBOX_MOUNT_POINT";

  private static final Duration CONNECT = Duration.ofSeconds(3);

  private ClientConfig() {}

  static KubernetesClient connect(KubernetesOptions options, Duration deadline) throws IOException {
    Config config =
        options.kubeconfig().isPresent()
            ? fromKubeconfig(options.kubeconfig().get())
            : inCluster(System.getenv(), Path.of("/"));
    try {
      return new KubernetesClientBuilder()
          .withConfig(
              new ConfigBuilder(config)
                  .withConnectionTimeout((int) CONNECT.toMillis())
                  .withRequestTimeout((int) deadline.toMillis())
                  // Retries and renewed watches are ours: ApiServer, KindWatch.
                  .withRequestRetryBackoffLimit(0)
                  .withWatchReconnectLimit(0)
                  .build())
          .build();
    } catch (KubernetesClientException e) {
      throw new IOException(
          "Kubernetes client of " + config.getMasterUrl() + ": " + e.getMessage(), e);
    }
  }

  private static Config fromKubeconfig(Path file) throws IOException {
    if (!Files.isReadable(file)) {
      throw new IOException(file + ": cannot be read (expected: a kubeconfig)");
    }
    try {
      return Config.fromKubeconfig(file.toFile());
    } catch (RuntimeException e) {
      throw new IOException(file + ": is not a kubeconfig: " + e.getMessage(), e);
    }
  }

  /**
   * @param root of the paths that Kubernetes names
   */
  static Config inCluster(Map<String, String> environment, Path root) throws IOException {
    String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
    String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "");
    if (host.isEmpty() || port.isEmpty()) {
      throw new IOException(
          "KUBERNETES_SERVICE_HOST and _PORT: not set (expected: a pod of the cluster; elsewhere"
              + " name a kubeconfig)");
    }
    String mount = environment.getOrDefault(MOUNT_POINT, "");
    Path account =
        (mount.isEmpty() ? root : Path.of(mount))
            .resolve(SERVICE_ACCOUNT.getRoot().relativize(SERVICE_ACCOUNT).toString());
    Path token = account.resolve("token");
    Path authority = account.resolve("ca.crt");
    for (Path file : new Path[] {token, authority}) {
      if (!Files.isReadable(file)) {
        throw new IOException(
            file + ": cannot be read (expected: a pod with automountServiceAccountToken)");
      }
    }
    return new ConfigBuilder(Config.empty())
        .withMasterUrl("https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port)
        .withCaCertFile(authority.toString())
        // Read each time: the kubelet replaces it before it expires.
        .withOauthTokenProvider(() -> read(token))
        .build();
  }

  private static String read(Path token) {
    try {
      return Files.readString(token).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
