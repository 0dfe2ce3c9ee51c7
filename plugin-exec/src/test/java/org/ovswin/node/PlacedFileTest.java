package org.ovswin.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.node.StepReport.Outcome;

class PlacedFileTest {
  private static final byte[] CONTENT = {1, 2, 3};

  @TempDir Path directory;

  @Test
  void put_madeDirectories_goAgainWithTheFile() throws Exception {
    PlacedFile file = new PlacedFile(directory.resolve("a/b/file"), "rwxr-xr-x");
    JsonNode before = file.before();
    assertThat(file.put(CONTENT).outcome()).isEqualTo(Outcome.DONE);
    assertThat(file.put(CONTENT).outcome()).isEqualTo(Outcome.ALREADY);
    assertThat(file.path()).hasBinaryContent(CONTENT).isExecutable();
    assertThat(file.restore(before).outcome()).isEqualTo(Outcome.DONE);
    assertThat(directory).isEmptyDirectory();
    assertThat(file.restore(before).outcome()).isEqualTo(Outcome.ALREADY);
  }

  @Test
  void restore_directoryWithSomebodysFile_stays() throws Exception {
    PlacedFile file = new PlacedFile(directory.resolve("a/b/file"), "rw-r--r--");
    JsonNode before = file.before();
    file.put(CONTENT);
    Files.writeString(directory.resolve("a/other"), "");
    file.restore(before);
    assertThat(directory.resolve("a")).isDirectoryContaining("glob:**other");
    assertThat(directory.resolve("a/b")).doesNotExist();
  }

  @Test
  void restore_fileThatWasThere_comesBackWithItsMode() throws Exception {
    Path path = directory.resolve("file");
    Files.writeString(path, "theirs");
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    PlacedFile file = new PlacedFile(path, "rw-r--r--");
    JsonNode before = file.before();
    file.put(CONTENT);
    assertThat(path).hasBinaryContent(CONTENT);
    file.restore(before);
    assertThat(path).hasContent("theirs");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
  }

  @Test
  void put_leftoverOfAKilledRun_isReplaced() throws Exception {
    PlacedFile file = new PlacedFile(directory.resolve("file"), "rw-r--r--");
    Files.writeString(directory.resolve(".file.new"), "half of a longer text");
    JsonNode before = file.before();
    file.put(CONTENT);
    assertThat(file.path()).hasBinaryContent(CONTENT);
    Files.writeString(directory.resolve(".file.new"), "half");
    file.restore(before);
    assertThat(directory).isEmptyDirectory();
  }
}
