package org.ovswin.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * What an agent runs from and with: its programs and its configuration. An agent that runs with
 * another version than the one that is there now has to be started again.
 *
 * @param installDirectory programs, with {@code bin} and {@code lib}
 * @param config the agent's configuration file
 */
record Version(Path installDirectory, Path config) {
  private static final int SHOWN_BYTES = 8;

  /** 16 hex digits; programs count by name, size and time, the configuration by its content. */
  String text() throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    for (String directory : List.of("bin", "lib")) {
      try (Stream<Path> all = Files.list(installDirectory.resolve(directory))) {
        for (Path file : all.sorted().toList()) {
          // What the agent itself puts there does not count.
          if (directory.equals("bin") || file.toString().endsWith(".jar")) {
            digest.update(
                "%s %d %s\n"
                    .formatted(
                        file.getFileName(), Files.size(file), Files.getLastModifiedTime(file))
                    .getBytes(StandardCharsets.UTF_8));
          }
        }
      }
    }
    digest.update(Files.readAllBytes(config));
    return HexFormat.of().formatHex(digest.digest(), 0, SHOWN_BYTES);
  }
}
