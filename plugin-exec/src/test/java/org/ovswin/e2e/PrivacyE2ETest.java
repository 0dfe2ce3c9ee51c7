package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.ovswin.lab.LabNode;

/** What others on the machine and on the network can get hold of: nothing. */
class PrivacyE2ETest {
  private static final Set<PosixFilePermission> OF_OTHERS =
      EnumSet.complementOf(
          EnumSet.of(
              PosixFilePermission.OWNER_READ,
              PosixFilePermission.OWNER_WRITE,
              PosixFilePermission.OWNER_EXECUTE));

  @RegisterExtension static final Cluster cluster = Cluster.ofNodes(1);

  @Test
  void filesOfTheAgent_areItsOwnersOnly() throws IOException {
    cluster.pod(1, "pod");
    LabNode node = cluster.node(1);
    Path store = node.stateDirectory().resolveSibling("../store").normalize();
    for (Path directory : List.of(node.stateDirectory(), node.socketDirectory(), store)) {
      assertThat(tree(directory))
          .hasSizeGreaterThan(1)
          .allSatisfy(
              path ->
                  assertThat(Files.getPosixFilePermissions(path))
                      .as(path.toString())
                      .doesNotContainAnyElementsOf(OF_OTHERS));
    }
    assertThat(permissions(node.socketDirectory())).isEqualTo("rwx------");
    assertThat(permissions(node.socketDirectory().resolve("cni.sock"))).isEqualTo("rw-------");
  }

  private static List<Path> tree(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths.toList();
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void nodes_listenOnNoPort() {
    assertThat(cluster.node(1).shell().run("ss", "-H", "-l", "-n", "-t", "-u")).isEmpty();
  }
}
