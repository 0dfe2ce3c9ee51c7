package org.ovswin.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.node.BackgroundService.BackgroundProcess;
import org.ovswin.node.Layout.ServiceKind;
import org.ovswin.node.StepReport.Outcome;

/** The supervisor that the build compiled, with a shell script for an agent. */
class BackgroundServiceTest {
  private static final Path SUPERVISOR =
      Path.of(System.getProperty("basedir", "."), "target/dist/bin/ovs-win-supervise")
          .toAbsolutePath();
  private static final Path NONE = Path.of("/nowhere");

  @TempDir Path here;
  private Layout layout =
      new Layout(NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, ServiceKind.BACKGROUND);
  private BackgroundService service = new BackgroundService(layout, new Version(NONE, NONE));

  @BeforeEach
  void install() throws IOException {
    Path bin = Files.createDirectories(here.resolve("install/bin"));
    Files.createDirectories(here.resolve("install/lib"));
    Files.copy(SUPERVISOR, bin.resolve("ovs-win-supervise"));
    assertThat(bin.resolve("ovs-win-supervise").toFile().setExecutable(true)).isTrue();
    Path config = here.resolve("agent.yaml");
    Files.writeString(config, "");
    Path run = here.resolve("run");
    layout =
        new Layout(
            here.resolve("install"),
            config,
            here,
            run,
            here.resolve("log"),
            here,
            here,
            here,
            here,
            ServiceKind.BACKGROUND);
    service = new BackgroundService(layout, new Version(layout.installDirectory(), config));
  }

  @AfterEach
  void stop() throws Exception {
    service.remove(PlacedFile.missingDirectories(here));
  }

  private void agent(String script) throws IOException {
    Files.writeString(layout.program(), "#!/bin/sh\n" + script + "\n");
    assertThat(layout.program().toFile().setExecutable(true)).isTrue();
  }

  private BackgroundProcess supervisor() throws IOException {
    return BackgroundProcess.of(Files.readString(layout.pidFile())).orElseThrow();
  }

  private String log() throws IOException {
    return Files.readString(layout.log());
  }

  private static void eventually(Callable<Boolean> condition) {
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(condition);
  }

  @Test
  void start_twice_isOneSupervisor_andRemoveLeavesNothing() throws Exception {
    agent("echo it runs with $*; exec sleep 1000");
    JsonNode before = service.before();
    assertThat(service.start().outcome()).isEqualTo(Outcome.DONE);
    BackgroundProcess first = supervisor();
    eventually(() -> log().contains("it runs with agent --config " + layout.config()));
    assertThat(service.start().outcome()).isEqualTo(Outcome.ALREADY);
    assertThat(supervisor()).isEqualTo(first);

    assertThat(service.remove(before).outcome()).isEqualTo(Outcome.DONE);
    assertThat(first.isAlive()).isFalse();
    assertThat(here.resolve("log")).doesNotExist();
    assertThat(here.resolve("run")).doesNotExist();
    assertThat(service.remove(before).outcome()).isEqualTo(Outcome.ALREADY);
  }

  @Test
  void start_otherConfiguration_replacesTheSupervisor() throws Exception {
    agent("exec sleep 1000");
    service.start();
    BackgroundProcess first = supervisor();
    Files.writeString(layout.config(), "node: two");
    assertThat(service.start().outcome()).isEqualTo(Outcome.DONE);
    assertThat(first.isAlive()).isFalse();
    assertThat(supervisor()).isNotEqualTo(first);
  }

  @Test
  void agentThatEnds_isStartedAgainAfterGrowingDelays_andReported() throws Exception {
    agent("echo no luck; exit 1");
    service.start();
    eventually(() -> service.ended().isPresent());
    assertThat(service.ended().orElseThrow()).startsWith("the agent ended 3 times");
    assertThat(service.lastWords()).contains("no luck");
    assertThat(log()).contains("started again in 250 ms").contains("started again in 500 ms");
  }

  @Test
  void agentThatCannotUseItsConfiguration_isNotStartedAgain() throws Exception {
    agent("echo node: unknown key; exit 2");
    service.start();
    eventually(() -> service.ended().isPresent());
    assertThat(service.ended()).contains("the agent ended and is not started again");
    assertThat(service.lastWords()).contains("node: unknown key");
  }

  @Test
  void log_ofAnAgentThatTalksMuch_isBounded() throws Exception {
    agent("yes a line of some length | head -c 60000; exec sleep 1000");
    Path log = here.resolve("small.log");
    Command.run(
        List.of(
            layout.supervisor().toString(),
            here.resolve("small.pid").toString(),
            log.toString(),
            "10000",
            layout.program().toString(),
            "agent"));
    BackgroundProcess small =
        BackgroundProcess.of(Files.readString(here.resolve("small.pid"))).orElseThrow();
    try {
      eventually(() -> Files.exists(here.resolve("small.log.1")));
      assertThat(Files.size(log)).isLessThanOrEqualTo(10_000);
      assertThat(Files.size(here.resolve("small.log.1"))).isLessThanOrEqualTo(10_000);
    } finally {
      ProcessHandle.of(small.pid()).ifPresent(ProcessHandle::destroy);
      assertThat(small.endsWithin(Duration.ofSeconds(30))).isTrue();
    }
  }

  @Test
  void pidFile_pidThatIsAnotherProcessByNow_isNotTakenForTheSupervisor() throws Exception {
    agent("exec sleep 1000");
    service.start();
    BackgroundProcess running = supervisor();
    assertThat(BackgroundProcess.of(running.pid() + " " + (running.startTicks() - 1))).isEmpty();
    assertThat(BackgroundProcess.of("")).isEmpty();
    assertThat(BackgroundProcess.of("1")).isEmpty();
    assertThat(BackgroundProcess.of("x y")).isEmpty();
  }

  @Test
  void supervisorKilled_takesTheAgentWithIt_andStartBringsBoth() throws Exception {
    agent("echo it runs; exec sleep 1000");
    service.start();
    BackgroundProcess first = supervisor();
    eventually(() -> log().contains("it runs"));
    long agent =
        ProcessHandle.of(first.pid()).orElseThrow().children().findFirst().orElseThrow().pid();
    ProcessHandle.of(first.pid()).ifPresent(ProcessHandle::destroyForcibly);
    eventually(() -> !ProcessHandle.of(agent).map(ProcessHandle::isAlive).orElse(false));
    assertThat(service.ended()).isPresent();
    assertThat(service.start().outcome()).isEqualTo(Outcome.DONE);
    assertThat(supervisor()).isNotEqualTo(first);
  }
}
