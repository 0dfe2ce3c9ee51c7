package org.ovswin.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OwnerTest {
  @TempDir private Path directory;

  @Test
  void of_again_isTheSame() throws IOException {
    UUID owner = Owner.of(directory);
    assertThat(Owner.of(directory)).isEqualTo(owner);
    assertThat(directory).isDirectoryContaining("glob:**/owner");
    assertThat(directory).isDirectoryNotContaining("glob:**/owner.tmp");
  }

  @Test
  void of_otherDirectory_isAnother(@TempDir Path other) throws IOException {
    assertThat(Owner.of(other)).isNotEqualTo(Owner.of(directory));
  }

  @Test
  void of_draftOfADeadAgent_isReplaced() throws IOException {
    Files.writeString(directory.resolve("owner.tmp"), "half a uu and far longer than any of them");
    UUID owner = Owner.of(directory);
    assertThat(directory.resolve("owner")).hasContent(owner.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "garbage", "00000000-0000-0000-0000", "1-1-1-1-1 2"})
  void of_garbage_isRefusedAndKept(String text) throws IOException {
    Path file = directory.resolve("owner");
    Files.writeString(file, text);
    assertThatThrownBy(() -> Owner.of(directory))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("expected: a UUID");
    assertThat(file).hasContent(text);
  }

  @Test
  void of_bytesThatAreNoText_areRefused() throws IOException {
    Files.write(directory.resolve("owner"), new byte[] {(byte) 0xff, (byte) 0xfe});
    assertThatThrownBy(() -> Owner.of(directory))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("owner");
  }
}
