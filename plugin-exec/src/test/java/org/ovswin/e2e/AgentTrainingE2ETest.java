package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.ovswin.lab.AgentJava;
import org.ovswin.lab.AgentTraining;
import org.ovswin.lab.Lab;
import org.ovswin.lab.LabSpec;

/** The agent's start-up cache, made as an installation makes it. */
class AgentTrainingE2ETest {
  private static final LabSpec SPEC = LabSpec.of(1, Cluster.LAUNCHER);

  /** Not JUnit's: it warns of every link to a library. */
  private static Path home = Path.of("");

  @BeforeAll
  static void train() throws IOException {
    home = Files.createTempDirectory("ovs-win-training-");
    var _ = Distribution.make(home);
    AgentTraining.run(new AgentJava(home), SPEC, line -> {});
  }

  @AfterAll
  static void delete() throws IOException {
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void run_installation_leavesTheCacheAndNothingElse() throws IOException {
    try (Stream<Path> files = Files.list(home.resolve("lib"))) {
      assertThat(files.map(Path::getFileName).map(Path::toString))
          .filteredOn(name -> !name.endsWith(".jar"))
          .containsExactlyInAnyOrder("agent.aot", "agent.options");
    }
  }

  @Test
  void cache_ofThisInstallation_hasTheAgentsClasses() throws IOException {
    Path loaded = home.resolve("loaded");
    List<String> command = new ArrayList<>(new AgentJava(home).command());
    command.add(1, "-Xlog:class+load:file=" + loaded);
    startsAndServes(command);
    assertThat(Files.readAllLines(loaded))
        .filteredOn(line -> line.contains(" org.ovswin.agent.Reconciler "))
        .singleElement()
        .asString()
        .contains("shared objects file");
  }

  @Test
  void cache_damaged_isNotUsedAndNotSpokenOf() throws IOException {
    Path other = Files.createDirectory(home.resolve("other"));
    var _ = Distribution.make(other);
    Files.writeString(new AgentJava(other).cache(), "no cache");
    assertThat(startsAndServes(new AgentJava(other).command())).doesNotContain("aot", "AOT");
  }

  /** Returns what the agent has logged. */
  private static String startsAndServes(List<String> javaCommand) throws IOException {
    try (Lab lab = Lab.open(SPEC.withJavaCommand(javaCommand), line -> {})) {
      lab.startNodes();
      var _ = lab.addPod("node1", "pod");
      return lab.logTails();
    }
  }
}
