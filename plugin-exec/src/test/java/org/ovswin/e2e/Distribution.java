package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** What the build puts together in target/dist, of the classes that are being tested. */
final class Distribution {
  private Distribution() {}

  /**
   * Makes it in an empty directory.
   *
   * @return the program
   */
  static Path make(Path home) throws IOException {
    Path bin = Files.createDirectory(home.resolve("bin"));
    Path lib = Files.createDirectory(home.resolve("lib"));
    for (String name : List.of("ovs-win-cni", "ovs-win-supervise")) {
      Files.copy(Cluster.LAUNCHER.resolveSibling(name), bin.resolve(name));
      assertThat(bin.resolve(name).toFile().setExecutable(true)).isTrue();
    }
    Path sources = Path.of(System.getProperty("basedir", "."), "src/main/dist").toAbsolutePath();
    Files.copy(sources.resolve("bin/ovs-win"), bin.resolve("ovs-win"));
    Files.copy(sources.resolve("lib/agent.options"), lib.resolve("agent.options"));
    assertThat(bin.resolve("ovs-win").toFile().setExecutable(true)).isTrue();
    int number = 0;
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path path = Path.of(entry);
      String name = "%03d-%s".formatted(number++, path.getFileName());
      if (Files.isDirectory(path)) {
        jar(path, lib.resolve(name + ".jar"));
      } else if (Files.isRegularFile(path)) {
        Files.createSymbolicLink(lib.resolve(name), path.toAbsolutePath());
      }
    }
    return bin.resolve("ovs-win");
  }

  private static void jar(Path classes, Path target) throws IOException {
    try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(target));
        Stream<Path> files = Files.walk(classes)) {
      jar.setLevel(0);
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        jar.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
        Files.copy(file, jar);
        jar.closeEntry();
      }
    }
  }
}
