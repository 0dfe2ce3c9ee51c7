package org.ovswin.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How {@code bin/ovs-win} runs the agent's Java, with the same options, class path and start-up
 * cache: the cache (JEP 483, 514) fits only the class path that it was made with.
 *
 * @param home the directory with {@code bin} and {@code lib}
 */
public record AgentJava(Path home) {
  /** The cache's file. One that is missing or does not fit is left alone by Java. */
  public Path cache() {
    return home.resolve("lib/agent.aot");
  }

  /** The words up to the main class. */
  public List<String> command() throws IOException {
    return command(List.of("-XX:AOTCache=" + cache()));
  }

  /** As {@link #command()}, writing down at its end what it has loaded. */
  List<String> recording(Path record) throws IOException {
    return command(List.of("-XX:AOTMode=record", "-XX:AOTConfiguration=" + record));
  }

  /** A whole command, which makes a cache out of what was recorded. */
  List<String> creating(Path record, Path cache) throws IOException {
    return command(
        List.of("-XX:AOTMode=create", "-XX:AOTConfiguration=" + record, "-XX:AOTCache=" + cache));
  }

  private List<String> command(List<String> options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + home.resolve("lib/agent.options"));
    command.addAll(options);
    command.add("-cp");
    command.add(classPath());
    return List.copyOf(command);
  }

  private String classPath() throws IOException {
    try (Stream<Path> files = Files.list(home.resolve("lib"))) {
      return files
          .map(Path::toString)
          .filter(file -> file.endsWith(".jar"))
          .sorted()
          .collect(Collectors.joining(":"));
    }
  }
}
