package org.ovswin.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * The program in a directory of its own: a checkout that is built anew, or moved, does not change a
 * running node. A new copy is made beside the old one and takes its place by a rename.
 */
final class InstallationStep implements Step {
  private final Path source;
  private final Path target;

  /**
   * @param source the directory with {@code bin} and {@code lib} that this program runs from
   */
  InstallationStep(Path source, Path target) {
    this.source = source;
    this.target = target;
  }

  @Override
  public String name() {
    return "installation";
  }

  @Override
  public JsonNode before() throws IOException, NodeException {
    if (!Files.isExecutable(source.resolve("bin/ovs-win-cni"))) {
      throw new NodeException(
          "%s: no bin/ovs-win-cni in it (expected: a build of ovs-win; run ./ovs-win of a checkout, or bin/ovs-win of an installation)"
              .formatted(source));
    }
    if (Files.exists(target) && !Files.exists(target.resolve("bin/ovs-win-cni"))) {
      throw new NodeException(
          "%s: is there and is no installation of ovs-win (expected: nothing); move it away, or say --install-dir"
              .formatted(target));
    }
    ObjectNode before = PlacedFile.missingDirectories(target);
    before.put("there", Files.exists(target));
    return before;
  }

  @Override
  public Done apply() throws IOException {
    delete(beside(".old"));
    if (Files.exists(target) && (isItself() || isSame())) {
      delete(beside(".new"));
      return Done.already(target.toString());
    }
    delete(beside(".new"));
    copy(source, beside(".new"));
    if (Files.exists(target)) {
      Files.move(target, beside(".old"), StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(beside(".new"), target, StandardCopyOption.ATOMIC_MOVE);
    delete(beside(".old"));
    return Done.now(target.toString());
  }

  @Override
  public Done undo(JsonNode before) throws IOException {
    delete(beside(".new"));
    delete(beside(".old"));
    if (before.path("there").asBoolean()) {
      return Done.left(target + " was there before");
    }
    if (!Files.exists(target)) {
      return Done.already(target + " is not there");
    }
    delete(target);
    PlacedFile.removeMade(before);
    return Done.now("removed " + target);
  }

  private Path beside(String suffix) {
    return target.resolveSibling(target.getFileName() + suffix);
  }

  private boolean isItself() throws IOException {
    return Files.exists(source) && Files.isSameFile(source, target);
  }

  /** Whether every file of the source is there as it is; the installation may have more. */
  private boolean isSame() throws IOException {
    for (Path file : files(source)) {
      Path copy = target.resolve(source.relativize(file).toString());
      if (Files.isDirectory(file) || isHidden(file)) {
        continue;
      }
      if (!Files.exists(copy)
          || !Files.getLastModifiedTime(copy).equals(Files.getLastModifiedTime(file))
          || Files.mismatch(file, copy) != -1) {
        return false;
      }
    }
    return true;
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to.toAbsolutePath().getParent());
    for (Path file : files(from)) {
      Path copy = to.resolve(from.relativize(file).toString());
      if (Files.isDirectory(file)) {
        Files.createDirectories(copy);
      } else if (!isHidden(file)) {
        Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  /** The build's own marks. */
  private static boolean isHidden(Path file) {
    return file.getFileName().toString().startsWith(".");
  }

  /** Parents before what is in them. */
  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.toList();
    }
  }

  /** Deletes all of a directory; nothing where it is not there. Links are not followed. */
  static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    for (Path path : files(directory).reversed()) {
      Files.deleteIfExists(path);
    }
  }
}
