package org.ovswin.sandbox.cni;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Where plugins are and how they are run.
 *
 * @param path the directories of CNI_PATH, first match wins
 * @param variables environment variables beyond this process's own and those of CNI
 * @param deadline for one operation on a whole chain
 */
public record PluginEnvironment(List<Path> path, Map<String, String> variables, Duration deadline) {
  public PluginEnvironment {
    path = List.copyOf(path);
    variables = Map.copyOf(variables);
    if (deadline.isNegative() || deadline.isZero()) {
      throw new IllegalArgumentException(
          "deadline: %s (expected: more than nothing)".formatted(deadline));
    }
  }

  /** The executable of a plugin; on Windows {@code TYPE.exe} goes before {@code TYPE}. */
  Optional<Path> find(String type) {
    List<String> names =
        File.pathSeparatorChar == ';' ? List.of(type + ".exe", type) : List.of(type);
    return path.stream()
        .flatMap(directory -> names.stream().map(directory::resolve))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  /** As CNI_PATH has it. */
  String joinedPath() {
    return path.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }
}
