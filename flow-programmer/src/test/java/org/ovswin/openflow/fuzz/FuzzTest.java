package org.ovswin.openflow.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every family under Jazzer, in a process of its own, with a small heap so that a length that lies
 * cannot make us allocate.
 *
 * <p>One second each in the build, and two families at a time, since most of that time a new
 * process starts and instruments itself. At length: {@code ./verify -pl flow-programmer -am
 * -Dtest=FuzzTest -Dsurefire.failIfNoSpecifiedTests=false -Dfuzz.seconds=3600}. What it finds is
 * shown as bytes in hex; they go to {@code fuzz/findings.txt} among the test resources, which
 * {@link FindingsTest} reads.
 */
@Execution(ExecutionMode.CONCURRENT)
final class FuzzTest {
  private static final String SECONDS = "ovswin.fuzz.seconds";
  private static final int SPARE_SECONDS = 120;

  @ParameterizedTest
  @EnumSource(Family.class)
  void anyBytes_areReadOrRefused(Family family, @TempDir Path directory) throws Exception {
    int seconds = Integer.parseInt(System.getProperty(SECONDS, "1"));
    int seed = 1 + new Random().nextInt(1_000_000);
    Path corpus = Seeds.write(family, Files.createDirectory(directory.resolve("corpus")));
    Path log = directory.resolve("log");
    Process jazzer =
        new ProcessBuilder(command(family, corpus, directory, seconds, seed))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      if (!jazzer.waitFor(seconds + SPARE_SECONDS, TimeUnit.SECONDS)) {
        fail("%s: no end after %d s: %s", family, seconds + SPARE_SECONDS, Files.readString(log));
      }
    } finally {
      jazzer.destroyForcibly().waitFor();
    }
    String said = Files.readString(log);
    if (jazzer.exitValue() != 0) {
      fail("%s, seed %d: %s\n%s", family, seed, findings(family, directory), said);
    }
    // Were it not instrumented, it would pass without having looked at anything.
    assertThat(said).contains("Instrumented " + FuzzTarget.class.getName()).contains("DONE");
  }

  private static List<String> command(
      Family family, Path corpus, Path directory, int seconds, int seed) {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    return List.of(
        java.toString(),
        "-Xmx256m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-D" + FuzzTarget.FAMILY + "=" + family,
        "-cp",
        System.getProperty("java.class.path"),
        "com.code_intelligence.jazzer.Jazzer",
        "--target_class=" + FuzzTarget.class.getName(),
        "--instrumentation_includes=org.ovswin.openflow.**",
        "--custom_hook_includes=org.ovswin.openflow.**",
        "--reproducer_path=" + directory,
        "-artifact_prefix=" + directory + "/",
        "-max_total_time=" + seconds,
        "-timeout=10",
        "-seed=" + seed,
        corpus.toString());
  }

  private static String findings(Family family, Path directory) throws IOException {
    StringBuilder lines = new StringBuilder();
    try (var files = Files.newDirectoryStream(directory, "{crash,timeout,oom}-*")) {
      for (Path file : files) {
        lines.append(Findings.line(family, Files.readAllBytes(file)));
      }
    }
    return lines.isEmpty() ? "no input" : lines.toString();
  }
}
