package org.ovswin.sandbox.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class NetnsTest {
  @RegisterExtension final Namespaces namespaces = new Namespaces();

  @Test
  void create_newName_isListedByIpNetnsWithLoopbackUp() throws Exception {
    String name = namespaces.name();

    Path path = Netns.create(name);

    assertThat(path).isEqualTo(Path.of("/run/netns", name));
    assertThat(Shell.run("ip", "netns", "list").lines()).anyMatch(line -> line.startsWith(name));
    assertThat(Shell.ip(name, "link").get(0).get("flags").toString()).contains("\"UP\"");
    assertThat(Shell.ip(name, "link")).hasSize(1);
  }

  @Test
  void create_nameInUse_throwsAndLeavesTheOtherAlone() throws Exception {
    Path path = namespaces.create();
    String before = identityOf(path);

    assertThatThrownBy(() -> Netns.create(Namespaces.nameOf(path)))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining(path.toString());
    assertThat(identityOf(path)).isEqualTo(before);
  }

  @Test
  void create_leavesTheCallingThreadWhereItWas() throws Exception {
    String before = identityOf(Path.of("/proc/thread-self/ns/net"));
    namespaces.create();
    assertThat(identityOf(Path.of("/proc/thread-self/ns/net"))).isEqualTo(before);
  }

  @Test
  void path_notAFileName_isRefused() {
    for (String name : new String[] {"", ".", "..", "a/b", "a b"}) {
      assertThatThrownBy(() -> Netns.path(name))
          .as("name '%s'", name)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'" + name + "'");
    }
  }

  @Test
  void delete_twice_isASuccess() throws Exception {
    Path path = namespaces.create();
    Netns.delete(Namespaces.nameOf(path));
    Netns.delete(Namespaces.nameOf(path));
    assertThat(path).doesNotExist();
  }

  @Test
  void delete_fileLeftByAKilledCreate_isRemoved() throws Exception {
    String name = namespaces.name();
    namespaces.create();
    Files.createFile(Netns.path(name));
    Netns.delete(name);
    assertThat(Netns.path(name)).doesNotExist();
  }

  @Test
  void delete_madeByIpNetns_isRemoved() throws Exception {
    String name = namespaces.name();
    Shell.run("ip", "netns", "add", name);
    Netns.delete(name);
    assertThat(Netns.names()).doesNotContain(name);
  }

  @Test
  void open_missingPath_saysSo() {
    Path missing = Netns.path(namespaces.name());
    assertThatThrownBy(() -> Netns.open(missing))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(missing + ": no network namespace there");
  }

  @Test
  void open_otherFiles_areRefused(@TempDir Path dir) throws Exception {
    Path file = Files.createFile(dir.resolve("plain"));
    for (Path path : new Path[] {file, dir, Path.of("/proc/self/ns/uts")}) {
      assertThatThrownBy(() -> Netns.open(path))
          .isInstanceOf(NotNetnsException.class)
          .hasMessageContaining(path.toString());
    }
  }

  @Test
  void call_javaSockets_belongToTheNamespace() throws Exception {
    Path here = namespaces.create();
    Path there = namespaces.create();
    InetAddress loopback = InetAddress.getLoopbackAddress();

    try (ServerSocket server = Netns.call(here, () -> new ServerSocket(0, 1, loopback))) {
      InetSocketAddress address = new InetSocketAddress(loopback, server.getLocalPort());
      // Accepting and reading happen on this thread, outside of the namespace.
      try (Socket client =
              Netns.call(here, () -> new Socket(address.getAddress(), address.getPort()));
          Socket accepted = server.accept()) {
        client.getOutputStream().write("hello\n".getBytes(UTF_8));
        assertThat(accepted.getInputStream().readNBytes(6)).asString(UTF_8).isEqualTo("hello\n");
      }
      assertThatThrownBy(
              () -> Netns.call(there, () -> new Socket(address.getAddress(), address.getPort())))
          .isInstanceOf(java.net.ConnectException.class);
    }
  }

  @Test
  void call_startedProcess_isInTheNamespace() throws Exception {
    Path path = namespaces.create();
    Process process =
        Netns.call(path, () -> new ProcessBuilder("readlink", "/proc/self/ns/net").start());
    assertThat(process.getInputStream().readAllBytes())
        .asString(UTF_8)
        .isEqualTo(identityOf(path) + "\n");
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void call_bodyThrows_isThrownAsItIs() throws Exception {
    Path path = namespaces.create();
    assertThatThrownBy(
            () ->
                Netns.call(
                    path,
                    () -> {
                      throw new IOException("as it is");
                    }))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("as it is");
  }

  @Test
  void call_inOwnNamespace_isTheProcess() throws Exception {
    Path path = namespaces.create();
    String own = identityOf(Path.of("/proc/self/ns/net"));
    Netns.run(
        path,
        () -> {
          try (Netns process = Netns.own()) {
            String seen = process.call(() -> identityOf(Path.of("/proc/thread-self/ns/net")));
            assertThat(seen).isEqualTo(own);
          }
        });
  }

  @Test
  void call_callerInterrupted_interruptsTheBody() throws Exception {
    Path path = namespaces.create();
    Thread.currentThread().interrupt();
    assertThat(Netns.call(path, NetnsTest::isInterrupted)).isTrue();
  }

  @Test
  void call_virtualCallerInterrupted_interruptsTheBodyAndKeepsTheInterrupt() throws Exception {
    Path path = namespaces.create();
    CompletableFuture<List<Boolean>> seen = new CompletableFuture<>();
    Thread.startVirtualThread(
            () -> {
              Thread.currentThread().interrupt();
              try {
                boolean inBody = Netns.call(path, NetnsTest::isInterrupted);
                seen.complete(List.of(inBody, Thread.interrupted()));
              } catch (IOException | RuntimeException e) {
                seen.completeExceptionally(e);
              }
            })
        .join();
    assertThat(seen.get()).containsExactly(true, true);
  }

  private static boolean isInterrupted() {
    try {
      TimeUnit.MINUTES.sleep(1);
      return false;
    } catch (InterruptedException e) {
      return true;
    }
  }

  /** Such as {@code net:[4026532008]}. */
  private static String identityOf(Path path) throws IOException {
    return "net:[%s]".formatted(Files.getAttribute(path, "unix:ino"));
  }
}
