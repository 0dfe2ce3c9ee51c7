package org.ovswin.ipam.block.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.NodeUsage;
import org.ovswin.ipam.block.StoreHealth;
import org.ovswin.ipam.block.Watch;

/** A server that is away, forgets, or forbids. */
class KubernetesFaultTest extends KubernetesFixture {
  private final List<List<String>> deliveries = new CopyOnWriteArrayList<>();

  private void deliver(ClusterView view) {
    deliveries.add(view.nodes().stream().map(NodeRecord::node).toList());
  }

  private void awaitDelivered(String... nodes) {
    await().until(() -> !deliveries.isEmpty() && deliveries.getLast().equals(List.of(nodes)));
  }

  @Test
  void watch_versionTooOldAfterItEnded_listsAnewAndSeesWhatItMissed() throws IOException {
    try (KubernetesBlockStore store = open(RANGE);
        Watch _ = store.watch(this::deliver)) {
      store.register(node("a"));
      store.register(node("b"));
      awaitDelivered("a", "b");
      await().until(() -> server.objects().watches() == 3);
      server.stop();
      server.objects().delete("ovswinnodes", "a", JsonNodeFactory.instance.objectNode());
      server.objects().compact();
      server.start();
      awaitDelivered("b");
      store.register(node("c"));
      awaitDelivered("b", "c");
    }
  }

  @Test
  void watch_ended_goesOnFromTheLastVersionWithoutAList() throws IOException {
    try (KubernetesBlockStore store = open(RANGE);
        Watch _ = store.watch(this::deliver)) {
      store.register(node("a"));
      awaitDelivered("a");
      await().until(() -> server.objects().watches() == 3);
      // Told by a bookmark, the watch of the blocks, which saw nothing, is not too old either.
      server.objects().bookmark();
      server.objects().dropWatches();
      store.register(node("b"));
      awaitDelivered("a", "b");
      await().until(() -> server.objects().watches() == 3);
      assertThat(server.count("list ovswinnodes")).isEqualTo(1);
    }
  }

  @Test
  void watch_bookmarkBeforeACompaction_isEnoughToGoOn() throws IOException {
    try (KubernetesBlockStore store = open(RANGE);
        Watch _ = store.watch(this::deliver)) {
      awaitDelivered();
      await().until(() -> server.objects().watches() == 3);
      store.register(node("a"));
      awaitDelivered("a");
      server.objects().compact();
      server.objects().bookmark();
      server.objects().dropWatches();
      await().until(() -> server.objects().watches() == 3);
      store.register(node("b"));
      awaitDelivered("a", "b");
    }
  }

  @Test
  void serverRestarted_sameStoreGoesOnAndHealthSaysSo() throws IOException {
    try (KubernetesBlockStore store = open(RANGE);
        Watch _ = store.watch(this::deliver)) {
      assertThat(join(store, "a")).containsExactly("10.244.0.0/24");
      awaitDelivered("a");
      assertThat(store.health()).isEqualTo(new StoreHealth.Reachable(NOW));

      server.stop();
      now = NOW.plusSeconds(5);
      assertThatThrownBy(() -> claim(store, "a"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Kubernetes API " + server.url())
          .hasMessageContaining("(expected: an answer)");
      assertThat(store.health()).isInstanceOf(StoreHealth.Unreachable.class);

      server.start();
      assertThat(held(claim(store, "a"))).containsExactly("10.244.0.0/24");
      store.register(node("b"));
      awaitDelivered("a", "b");
      await().until(() -> store.health() instanceof StoreHealth.Reachable);
    }
  }

  @Test
  void cluster_deletedAndMadeAnew_isRefused() throws IOException {
    try (KubernetesBlockStore store = open(RANGE)) {
      server.objects().delete("ovswinclusters", "default", JsonNodeFactory.instance.objectNode());
      assertThatThrownBy(store::view).hasMessageContaining("ovswinclusters/default: no cluster");
      try (KubernetesBlockStore _ = open(OTHER)) {
        assertThatThrownBy(store::view).hasMessageContaining("is another one");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "get ovswinclusters",
    "get ovswinnodes",
    "create ovswinnodes",
    "get nodes",
    "list nodes",
    "list ovswinblocks",
    "create ovswinblocks",
  })
  void forbidden_saysWhatToApplyAndGoesOnWhenAllowed(String permission) throws IOException {
    try (KubernetesBlockStore store = open(RANGE)) {
      server.forbid(permission);
      String resource = permission.substring(permission.indexOf(' ') + 1);
      assertThatThrownBy(() -> join(store, "a"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(": 403 ")
          .hasMessageContaining("(expected: permission to " + permission)
          .hasMessageContaining(resource)
          .hasMessageContaining("apply deploy/kubernetes/rbac.yaml");
      assertThat(((StoreHealth.Unreachable) store.health()).reason()).contains("403");
      server.allow(permission);
      assertThat(join(store, "a")).containsExactly("10.244.0.0/24");
      assertThat(store.health()).isInstanceOf(StoreHealth.Reachable.class);
    }
  }

  @ParameterizedTest
  @CsvSource({"update ovswinblocks", "update ovswinnodes", "delete ovswinnodes"})
  void forbiddenToRelease_saysWhatToApplyAndIsDoneLater(String permission) throws IOException {
    try (KubernetesBlockStore store = open(RANGE)) {
      join(store, "a");
      server.forbid(permission);
      assertThatThrownBy(() -> store.releaseNode("a")).hasMessageContaining(permission);
      server.allow(permission);
      store.releaseNode("a");
      assertThat(store.view().nodes()).isEmpty();
      assertThat(store.view().blocks()).noneMatch(block -> block.isHeld());
    }
  }

  @Test
  void forbiddenToReportOrToChangeRanges_saysWhatToApply() throws IOException {
    try (KubernetesBlockStore store = open(RANGE)) {
      store.register(node("a"));
      server.forbid("update ovswinnodes/status");
      server.forbid("update ovswinclusters");
      assertThatThrownBy(() -> store.report(usage("a")))
          .hasMessageContaining("update ovswinnodes/status.ipam.ovs-win.org");
      assertThatThrownBy(() -> store.addRange(OTHER))
          .hasMessageContaining("update ovswinclusters.ipam.ovs-win.org");
    }
  }

  @ParameterizedTest
  @CsvSource({"watch ovswinblocks", "list ovswinblocks", "watch ovswinclusters"})
  void forbiddenToWatch_deliversOnceAllowed(String permission) throws IOException {
    try (KubernetesBlockStore store = open(RANGE)) {
      server.forbid(permission);
      try (Watch _ = store.watch(this::deliver)) {
        await()
            .until(
                () ->
                    store.health() instanceof StoreHealth.Unreachable unreachable
                        && unreachable.reason().contains(permission));
        server.allow(permission);
        store.register(node("a"));
        awaitDelivered("a");
        await().until(() -> store.health() instanceof StoreHealth.Reachable);
      }
    }
  }

  @Test
  void forbiddenToCreateTheCluster_openSaysWhatToApply() {
    server.forbid("create ovswinclusters");
    assertThatThrownBy(() -> open(RANGE))
        .hasMessageContaining("permission to create ovswinclusters.ipam.ovs-win.org");
  }

  @Test
  void kindsNotApplied_openSaysWhatToApply() {
    server.objects().removeKind("ovswinclusters");
    assertThatThrownBy(() -> open(RANGE))
        .hasMessageContaining("404")
        .hasMessageContaining("apply deploy/kubernetes/crds.yaml");
  }

  @Test
  void credentialsRefused_saysSoWithoutThem() throws IOException {
    Path kubeconfig = server.kubeconfig(directory, "a-wrong-token");
    assertThatThrownBy(
            () ->
                KubernetesBlockStore.open(
                    KubernetesOptions.of(Optional.of(kubeconfig)), options(RANGE)))
        .hasMessageContaining("401")
        .hasMessageContaining("credentials that are valid")
        .hasMessageNotContaining("a-wrong-token");
  }

  @Test
  void tls_authorityOfTheKubeconfigIsTrustedAndNoOther() throws IOException {
    try (StrictApiServer secure =
        new StrictApiServer(server.objects(), StrictApiServer.Transport.TLS)) {
      KubernetesOptions without = secure.options(directory);
      assertThatThrownBy(() -> KubernetesBlockStore.open(without, options(RANGE)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("certification path");
      Path kubeconfig =
          Files.writeString(
              directory.resolve("secure"),
              Files.readString(without.kubeconfig().orElseThrow())
                  .replace(
                      "server: ", "certificate-authority: " + secure.certificate() + ", server: "));
      try (KubernetesBlockStore store =
              KubernetesBlockStore.open(
                  KubernetesOptions.of(Optional.of(kubeconfig)), options(RANGE));
          Watch _ = store.watch(this::deliver)) {
        assertThat(join(store, "a")).containsExactly("10.244.0.0/24");
        awaitDelivered("a");
      }
    }
  }

  @Test
  void unreadableKubeconfig_isNamed() throws IOException {
    Path missing = directory.resolve("missing");
    assertThatThrownBy(
            () ->
                KubernetesBlockStore.open(
                    KubernetesOptions.of(Optional.of(missing)), options(RANGE)))
        .hasMessage(missing + ": cannot be read (expected: a kubeconfig)");
    Path garbage = Files.writeString(directory.resolve("garbage"), "[1, 2");
    assertThatThrownBy(
            () ->
                KubernetesBlockStore.open(
                    KubernetesOptions.of(Optional.of(garbage)), options(RANGE)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(garbage + ": is not a kubeconfig");
  }

  @Test
  void serverThatNeverAnswers_failsAtTheDeadline() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Path kubeconfig =
          Files.writeString(
              directory.resolve("silent"),
              Files.readString(server.kubeconfig(directory, "x"))
                  .replace(server.url(), "http://127.0.0.1:" + silent.getLocalPort()));
      assertThatThrownBy(
              () ->
                  KubernetesBlockStore.open(
                      KubernetesOptions.of(Optional.of(kubeconfig)),
                      options(RANGE),
                      Duration.ofMillis(300)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("(expected: an answer)");
    }
  }

  @Test
  void serverThatFailsForAMoment_isAskedAgain() throws IOException {
    try (KubernetesBlockStore store = open(RANGE)) {
      server.fail("get ovswinclusters", 503);
      assertThatThrownBy(store::view).hasMessageContaining("503");
      assertThat(server.count("get ovswinclusters")).isGreaterThanOrEqualTo(3);
      server.heal("get ovswinclusters");
      assertThat(store.view().ranges().ranges()).containsExactly(RANGE);
    }
  }

  @Test
  void list_ofMoreThanAPage_isWhole() throws IOException {
    try (KubernetesBlockStore store = open(RANGE)) {
      for (int i = 0; i < 501; i++) {
        store.register(node("node-" + i));
      }
      assertThat(store.view().nodes()).hasSize(501);
      // Between its two pages all is forgotten: half a list is none.
      server.before("list ovswinnodes", () -> server.before("list ovswinnodes", this::compact));
      assertThatThrownBy(store::view).hasMessageContaining("continue parameter is too old");
    }
  }

  private void compact() {
    server.objects().compact();
  }

  private static NodeUsage usage(String node) {
    return new NodeUsage(
        node, List.of(new NodeUsage.BlockUse(IpPrefix.parse("10.244.0.0/24"), 3, 250)), NOW);
  }
}
