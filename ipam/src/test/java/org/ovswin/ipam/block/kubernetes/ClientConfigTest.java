package org.ovswin.ipam.block.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientConfigTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("KUBERNETES_SERVICE_HOST", "10.96.0.1", "KUBERNETES_SERVICE_PORT", "443");

  @TempDir Path root;

  private Path account(Path root) throws IOException {
    Path account =
        Files.createDirectories(root.resolve("var/run/secrets/kubernetes.io/serviceaccount"));
    Files.writeString(account.resolve("ca.crt"), "certificate");
    Files.writeString(account.resolve("token"), "first\n");
    return account;
  }

  @Test
  void inCluster_takesTheAccountOfThePodAndItsRenewedToken() throws IOException {
    Path account = account(root);
    Config config = ClientConfig.inCluster(ENVIRONMENT, root);
    assertThat(config.getMasterUrl()).startsWith("https://10.96.0.1:443");
    assertThat(config.getCaCertFile()).isEqualTo(account.resolve("ca.crt").toString());
    assertThat(config.getOauthTokenProvider().getToken()).isEqualTo("first");
    Files.writeString(account.resolve("token"), "second");
    assertThat(config.getOauthTokenProvider().getToken()).isEqualTo("second");
  }

  @Test
  void inCluster_ipv6ServiceAndAWindowsHostProcess() throws IOException {
    Path mount = root.resolve("mount");
    account(mount);
    Config config =
        ClientConfig.inCluster(
            Map.of(
                "KUBERNETES_SERVICE_HOST",
                "fd00::1",
                "KUBERNETES_SERVICE_PORT",
                "443",
                "CONTAINER_SANDBOX_MOUNT_POINT",
                mount.toString()),
            root);
    assertThat(config.getMasterUrl()).startsWith("https://[fd00::1]:443");
  }

  @Test
  void outsideOfACluster_saysWhatToName() {
    assertThatThrownBy(() -> ClientConfig.inCluster(Map.of(), root))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("name a kubeconfig");
  }

  @Test
  void inCluster_accountNotMounted_namesTheFile() {
    assertThatThrownBy(() -> ClientConfig.inCluster(ENVIRONMENT, root))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("serviceaccount/token: cannot be read")
        .hasMessageContaining("automountServiceAccountToken");
  }
}
