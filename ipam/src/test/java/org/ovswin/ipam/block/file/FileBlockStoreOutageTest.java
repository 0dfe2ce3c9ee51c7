package org.ovswin.ipam.block.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.Registration;
import org.ovswin.ipam.block.StoreHealth;
import org.ovswin.ipam.block.Watch;
import org.ovswin.ipam.testing.JavaProcess;

/**
 * The directory vanishes, fills up, cannot be written or is locked by a process that is stopped.
 */
class FileBlockStoreOutageTest {
  private static final UUID OWNER = new UUID(1, 2);

  @TempDir Path temporary;
  private Path directory = Path.of("");
  private final Deque<Path> mounted = new ArrayDeque<>();

  @BeforeEach
  void chooseDirectory() {
    directory = temporary.resolve("cluster");
  }

  @AfterEach
  void unmountAll() throws Exception {
    while (!mounted.isEmpty()) {
      run("umount", mounted.pop().toString());
    }
  }

  private BlockStore open() throws IOException {
    return FileBlockStore.open(directory, ClaimingProcess.OPTIONS);
  }

  private static void join(BlockStore store, String node) throws IOException {
    assertThat(store.register(ClaimingProcess.record(node, OWNER, "1")))
        .isInstanceOf(Registration.Registered.class);
    assertThat(ClaimingProcess.claimed(store, node, OWNER, 1)).hasSize(1);
  }

  private void mount(Path where, String... arguments) throws Exception {
    Files.createDirectories(where);
    String[] command = new String[arguments.length + 2];
    command[0] = "mount";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    command[command.length - 1] = where.toString();
    run(command);
    mounted.push(where);
  }

  private void unmount(Path where) throws Exception {
    run("umount", where.toString());
    mounted.remove(where);
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (process.waitFor() != 0) {
      throw new AssertionError(
          String.join(" ", command)
              + ": "
              + output
              + " (expected: to work; run the tests as root)");
    }
  }

  private static String reason(BlockStore store) {
    return store.health() instanceof StoreHealth.Unreachable unreachable
        ? unreachable.reason()
        : "reachable";
  }

  private static void awaitLast(List<List<String>> deliveries, String... names) {
    await().until(() -> !deliveries.isEmpty() && deliveries.getLast().equals(List.of(names)));
  }

  private static List<String> names(ClusterView view) {
    return view.nodes().stream().map(node -> node.node()).toList();
  }

  @Test
  void directoryIsMovedAway_changesFail_andTheWatchGoesOnWhenItIsBack() throws Exception {
    List<List<String>> deliveries = new CopyOnWriteArrayList<>();
    try (BlockStore store = open();
        Watch _ = store.watch(view -> deliveries.add(names(view)))) {
      join(store, "a");
      awaitLast(deliveries, "a");
      Path away = temporary.resolve("away");
      Files.move(directory, away);
      assertThatThrownBy(() -> join(store, "b"))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith(directory.resolve("cluster.json") + ": no cluster (expected: ")
          .hasMessageContaining("; is the directory mounted");
      assertThatThrownBy(store::view).isInstanceOf(IOException.class);
      assertThat(reason(store)).contains("cluster.json");
      assertThat(directory).doesNotExist();
      int before = deliveries.size();

      Files.move(away, directory);
      await().until(() -> store.health() instanceof StoreHealth.Reachable);
      join(store, "b");
      awaitLast(deliveries, "a", "b");
      assertThat(deliveries.subList(before, deliveries.size())).doesNotContain(List.of());
    }
  }

  @Test
  void directoryIsUnmounted_nothingIsTakenForANewCluster() throws Exception {
    Path disk = temporary.resolve("disk");
    Files.createDirectories(disk);
    mount(directory, "--bind", disk.toString());
    List<List<String>> deliveries = new CopyOnWriteArrayList<>();
    try (BlockStore store = open();
        Watch _ = store.watch(view -> deliveries.add(names(view)))) {
      join(store, "a");
      unmount(directory);
      assertThatThrownBy(() -> join(store, "b"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("; is the directory mounted");
      assertThat(directory).isEmptyDirectory();

      mount(directory, "--bind", disk.toString());
      await().until(() -> store.health() instanceof StoreHealth.Reachable);
      join(store, "b");
      awaitLast(deliveries, "a", "b");
    }
  }

  @Test
  void directoryIsReplacedByAnotherCluster_isSaidAndNotUsed() throws Exception {
    try (BlockStore store = open()) {
      join(store, "a");
      Files.move(directory, temporary.resolve("away"));
      open().close();
      assertThatThrownBy(() -> join(store, "b"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("; the store was emptied or is another one");
      assertThat(reason(store)).contains("; the store was emptied or is another one");
    }
  }

  @Test
  void diskIsFull_claimsFail_readsGoOn_andItRecoversByItself() throws Exception {
    mount(directory, "-t", "tmpfs", "-o", "size=128k", "tmpfs");
    List<List<String>> deliveries = new CopyOnWriteArrayList<>();
    try (BlockStore store = open();
        Watch _ = store.watch(view -> deliveries.add(names(view)))) {
      join(store, "a");
      Path filler = directory.resolve("filler");
      fill(filler);
      assertThatThrownBy(() -> join(store, "b"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("No space left on device");
      assertThat(reason(store)).contains("No space left on device");
      assertThat(names(store.view())).containsExactly("a");
      assertThat(reason(store)).contains("No space left on device");

      Files.delete(filler);
      await().until(() -> store.health() instanceof StoreHealth.Reachable);
      join(store, "b");
      awaitLast(deliveries, "a", "b");
    }
  }

  private static void fill(Path file) throws IOException {
    try (var output = Files.newOutputStream(file)) {
      while (true) {
        output.write(new byte[4096]);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left on device");
    }
  }

  @Test
  void diskIsReadOnly_claimsFail_andItRecoversByItself() throws Exception {
    mount(directory, "-t", "tmpfs", "-o", "size=1m", "tmpfs");
    try (BlockStore store = open();
        Watch _ = store.watch(_ -> {})) {
      join(store, "a");
      run("mount", "-o", "remount,ro", directory.toString());
      assertThatThrownBy(() -> join(store, "b")).isInstanceOf(IOException.class);
      assertThat(reason(store)).contains("Read-only file system");
      assertThat(names(store.view())).containsExactly("a");

      run("mount", "-o", "remount,rw", directory.toString());
      await().until(() -> store.health() instanceof StoreHealth.Reachable);
      join(store, "b");
    }
  }

  @Test
  void lockOfAStoppedProcess_isSaidAfterTheBound_andReadsGoOn() throws Exception {
    try (BlockStore store =
            FileBlockStore.open(directory, ClaimingProcess.OPTIONS, Duration.ofSeconds(1));
        Watch _ = store.watch(_ -> {});
        JavaProcess holder =
            JavaProcess.start(
                ClaimingProcess.class, "hold", directory.toString(), "x", OWNER.toString())) {
      join(store, "a");
      assertThat(holder.line()).isEqualTo("ready");
      holder.go();
      assertThat(holder.line()).isEqualTo("holds");
      run("kill", "-STOP", Long.toString(holder.pid()));
      assertThatThrownBy(() -> join(store, "b"))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "block store "
                  + directory
                  + ": locked by process "
                  + holder.pid()
                  + " for 1 s (expected: milliseconds; is that process stopped?)");
      assertThat(reason(store)).contains("is that process stopped?");
      assertThat(names(store.view())).containsExactly("a");

      run("kill", "-KILL", Long.toString(holder.pid()));
      await().until(() -> store.health() instanceof StoreHealth.Reachable);
      join(store, "b");
    }
  }

  @Test
  void burstOfChanges_isOneDelivery() throws Exception {
    List<List<String>> deliveries = new CopyOnWriteArrayList<>();
    CountDownLatch burst = new CountDownLatch(1);
    try (BlockStore store = open();
        Watch _ =
            store.watch(
                view -> {
                  deliveries.add(names(view));
                  awaitUninterruptibly(burst);
                })) {
      await().until(() -> deliveries.equals(List.of(List.of())));
      for (int i = 0; i < 100; i++) {
        store.register(ClaimingProcess.record("node-" + i, OWNER, "1"));
      }
      burst.countDown();
      await().until(() -> !deliveries.isEmpty() && deliveries.getLast().size() == 100);
      assertThat(deliveries).hasSize(2);
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
