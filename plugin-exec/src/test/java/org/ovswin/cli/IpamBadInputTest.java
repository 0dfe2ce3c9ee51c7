package org.ovswin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever cannot be meant is named and refused, with nothing done. */
final class IpamBadInputTest {
  @TempDir private Path directory;

  /** The words behind {@code ovs-win ipam}, '_' for an empty one, and the message. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "release | Missing required parameter: 'ADDRESS'",
        "release _ | Invalid value for positional parameter at index 0 (ADDRESS): \"\": is not an"
            + " address (expected: for example 10.244.1.5 or fd00:244::5)",
        "release * | Invalid value for positional parameter at index 0 (ADDRESS): *: is not an"
            + " address (expected: for example 10.244.1.5 or fd00:244::5)",
        "release 10.244.0.02 | ",
        "release 10.244.0 | ",
        "release ::ffff:10.244.0.2 | ",
        "release 10.244.0.2/24 | ",
        "release 10.244.0.2 10.244.0.3 | Unmatched argument at index",
        "reserve 10.244.0.1/24 --reason x | has host bits set (expected: 10.244.0.0/24)",
        "reserve 10.244.0.9-10.244.0.1 --reason x | runs backwards",
        "reserve 10.244.0.9-fd00::1 --reason x | two families",
        "reserve 10.244.0.9 | Missing required option: '--reason=TEXT'",
        "reserve 10.244.0.9 --reason _ | ovs-win: --reason: \"\" (expected: 1 to 1024 characters,"
            + " not only blanks)",
        "unreserve _ | Invalid value for positional parameter at index 0 (RANGE)",
        "gc 10.244.0.9 | Unmatched argument at index",
        "check --yes | ovs-win: --yes: (expected: with --repair)",
        "history | Missing required parameter: 'ADDRESS'",
        "history 10.244.0.0/24 | Invalid value for positional parameter at index 0 (ADDRESS)",
        "history 10.244.0.9 --at yesterday | ovs-win: --at: \"yesterday\" (expected: a time such as"
            + " 2026-01-02T03:04:05Z, or -2h for two hours ago; units are s, m, h, d)",
        "history 10.244.0.9 --at 2026-01-02T03:04:05 | ovs-win: --at: 2026-01-02T03:04:05"
            + " (expected: an offset behind it, Z for UTC or for example +02:00)",
        "history 10.244.0.9 --at 9999-01-02T03:04:05Z | (expected: a time that has passed; now is",
        "history 10.244.0.9 --output xml | Invalid value for option '--output'"
      })
  void badInput_isNamedAndRefused(String words, String message) throws IOException {
    NodeFiles node = NodeFiles.create(directory, "node1", 1);
    String[] all = words.split(" ", -1);
    String[] more = new String[all.length - 1];
    for (int i = 1; i < all.length; i++) {
      more[i - 1] = all[i].equals("_") ? "" : all[i];
    }
    Invocation wrong = node.ipam(all[0], more);
    assertThat(wrong.exitCode()).as(wrong.err()).isEqualTo(2);
    assertThat(wrong.out()).isEmpty();
    assertThat(wrong.err())
        .contains(message == null ? "ADDRESS" : message)
        .doesNotContain("Exception");
    assertThat(directory.resolve("node1")).doesNotExist();
  }
}
