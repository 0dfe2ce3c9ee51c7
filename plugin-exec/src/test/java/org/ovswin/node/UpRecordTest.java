package org.ovswin.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpRecordTest {
  private static final JsonNode BEFORE = JsonNodeFactory.instance.objectNode().put("was", 1);

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void name() {
    file = directory.resolve("up/record");
  }

  @Test
  void reopened_knowsWhatHasBegunAndWasNotUndone() throws IOException {
    try (UpRecord record = UpRecord.open(file)) {
      record.layout(BEFORE);
      record.begin("one", BEFORE);
      record.done("one");
      record.begin("two", BEFORE);
      record.begin("three", BEFORE);
      record.undone("three");
    }
    try (UpRecord record = UpRecord.open(file)) {
      assertThat(record.layout()).contains(BEFORE);
      assertThat(record.begun("one")).contains(BEFORE);
      assertThat(record.begun("two")).contains(BEFORE);
      assertThat(record.begun("three")).isEmpty();
    }
  }

  @Test
  void cutAtEveryByte_isWhatTheWholeLinesSay() throws IOException {
    try (UpRecord record = UpRecord.open(file)) {
      record.begin("one", BEFORE);
      record.begin("two", BEFORE);
    }
    byte[] whole = Files.readAllBytes(file);
    int firstLine = Files.readAllLines(file).getFirst().length() + 1;
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      try (UpRecord record = UpRecord.open(file)) {
        assertThat(record.begun("one").isPresent()).as("%d", length).isEqualTo(length >= firstLine);
        assertThat(record.begun("two")).as("%d", length).isEmpty();
        record.begin("two", BEFORE);
      }
      try (UpRecord record = UpRecord.open(file)) {
        assertThat(record.begun("two")).as("%d", length).contains(BEFORE);
      }
    }
  }

  @Test
  void lineThatIsNoEntry_isRefusedWithItsNumber() throws IOException {
    try (UpRecord record = UpRecord.open(file)) {
      record.begin("one", BEFORE);
    }
    Files.writeString(file, "{\"entry\":\"other\"}\n", StandardOpenOption.APPEND);
    assertThatThrownBy(() -> UpRecord.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("line 2")
        .hasMessageContaining("expected: layout, begun, done or undone");
  }

  @Test
  void deleted_isNotThere() throws IOException {
    try (UpRecord record = UpRecord.open(file)) {
      record.begin("one", BEFORE);
      record.delete();
    }
    assertThat(file).doesNotExist();
  }
}
