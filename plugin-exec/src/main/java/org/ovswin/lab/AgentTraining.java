package org.ovswin.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Makes the agent's start-up cache: runs an agent of the installation in a lab of its own, has it
 * attach and detach pods, and keeps what Java has loaded and linked by then, and which methods it
 * has compiled: those are compiled early in the agent's later lives. Nothing of the lab stays, and
 * a cache appears whole or not at all.
 */
public final class AgentTraining {
  private static final String NODE = Topology.nodeName(1);
  private static final int PODS = 16;

  /** Few would leave methods out that every ADD needs; more add memory, and little speed. */
  private static final int ROUNDS = 8;

  private static final Duration BOUND = Duration.ofMinutes(2);

  private AgentTraining() {}

  /**
   * Makes the cache, which takes some ten seconds.
   *
   * @param spec of the lab; its agent is run by {@code java}
   * @throws LabException something is missing on this machine, or Java makes none
   */
  public static void run(AgentJava java, LabSpec spec, Progress progress) throws IOException {
    Path record = java.cache().resolveSibling("agent.aot.record");
    Path made = java.cache().resolveSibling("agent.aot.new");
    try {
      rehearse(
          spec.withJavaCommand(java.recording(record)).withExit(LabSpec.Exit.GATEWAY), progress);
      progress.step("start-up cache");
      create(java.creating(record, made));
      Files.move(
          made, java.cache(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(record);
      Files.deleteIfExists(made);
    }
  }

  private static void rehearse(LabSpec spec, Progress progress) {
    try (Lab lab = Lab.open(spec, progress)) {
      lab.startNodes();
      for (int round = 0; round < ROUNDS; round++) {
        List<Pod> pods =
            lab.addPods(
                IntStream.range(0, PODS)
                    .mapToObj(i -> new PodSpec(NODE, "pod" + i, List.of()))
                    .toList());
        lab.checkPod(pods.getFirst());
        pods.forEach(lab::delPod);
      }
      // What was recorded is written at the end of an orderly one.
      lab.node(NODE).stopAgent();
    }
  }

  private static void create(List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (!process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new LabException(
            "java -XX:AOTMode=create: failed (expected: a cache within %s)".formatted(BOUND));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }
}
