package org.ovswin.sandbox.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.sandbox.Sandbox;

class LinuxSandboxesTest {
  @RegisterExtension final Namespaces namespaces = new Namespaces();
  private final LinuxSandboxes sandboxes = new LinuxSandboxes();

  @Test
  void create_isFoundAndListedUntilDeleted() throws Exception {
    String name = namespaces.name();

    Sandbox sandbox = sandboxes.create(name);

    assertThat(sandbox).isEqualTo(new Sandbox(name, "/run/netns/" + name));
    assertThat(sandboxes.find(name)).contains(sandbox);
    assertThat(sandboxes.list()).contains(name);
    assertThatThrownBy(() -> sandboxes.create(name)).isInstanceOf(FileAlreadyExistsException.class);

    sandboxes.delete(name);
    sandboxes.delete(name);
    assertThat(sandboxes.find(name)).isEmpty();
    assertThat(sandboxes.list()).doesNotContain(name);
  }

  @Test
  void run_process_hasTheSandboxesNetwork() throws Exception {
    Sandbox sandbox = sandboxes.create(namespaces.name());
    Process process = sandboxes.run(sandbox, new ProcessBuilder("ip", "-o", "link"));
    assertThat(new String(process.getInputStream().readAllBytes(), UTF_8).lines())
        .singleElement()
        .asString()
        .startsWith("1: lo");
    assertThat(process.waitFor()).isZero();
  }

  @Test
  void run_sandboxGone_saysSo() {
    Sandbox sandbox = new Sandbox("gone", "/run/netns/" + namespaces.name());
    assertThatThrownBy(() -> sandboxes.run(sandbox, new ProcessBuilder("true")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining(sandbox.netns());
  }

  @Test
  void stop_deafProcessWithChildren_endsThemAll() throws Exception {
    Sandbox sandbox = sandboxes.create(namespaces.name());
    Process process =
        sandboxes.run(
            sandbox,
            new ProcessBuilder("sh", "-c", "trap '' TERM; sleep 60 & echo $!; wait; sleep 60"));
    String child = process.inputReader(UTF_8).readLine();

    sandboxes.stop(process, Duration.ofMillis(50));
    sandboxes.stop(process, Duration.ZERO);

    assertThat(process.isAlive()).isFalse();
    ProcessHandle.of(Long.parseLong(child))
        .ifPresent(handle -> handle.onExit().orTimeout(30, TimeUnit.SECONDS).join());
  }

  @Test
  void delete_runningProcess_isEnded() throws Exception {
    Sandbox sandbox = sandboxes.create(namespaces.name());
    sandboxes.run(sandbox, new ProcessBuilder("true")).waitFor();
    Process process = sandboxes.run(sandbox, new ProcessBuilder("sleep", "60"));
    sandboxes.delete(sandbox.name());
    assertThat(process.isAlive()).isFalse();
    assertThat(Path.of(sandbox.netns())).doesNotExist();
  }

  @Test
  void find_bareFile_isNoSandbox() throws Exception {
    sandboxes.create(namespaces.name());
    String name = namespaces.name();
    Files.createFile(Netns.path(name));
    assertThat(sandboxes.find(name)).isEmpty();
  }
}
