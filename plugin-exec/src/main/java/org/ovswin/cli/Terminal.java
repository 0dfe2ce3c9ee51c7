package org.ovswin.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ovswin.cli.report.Palette;

/** What is behind standard output. */
final class Terminal {
  private static final Pattern TERMINAL_DEVICE = Pattern.compile("/dev/(pts/\\d+|tty\\w*|console)");
  private static final Pattern SIZE = Pattern.compile("(\\d{1,5}) (\\d{1,5})");
  private static final long STTY_SECONDS = 1;

  private Terminal() {}

  /** Looks at standard output alone: Java's console wants standard input to be one too. */
  static Palette.Target target() {
    try {
      Path device = Files.readSymbolicLink(Path.of("/proc/self/fd/1"));
      return TERMINAL_DEVICE.matcher(device.toString()).matches()
          ? Palette.Target.TERMINAL
          : Palette.Target.ELSEWHERE;
    } catch (IOException | UnsupportedOperationException e) {
      // No Linux: what nobody is sure of is not coloured; --color always is there.
      return Palette.Target.ELSEWHERE;
    }
  }

  /** Its height now, as stty(1) tells it; empty where nobody does. */
  static Optional<Integer> rows() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!stty.waitFor(STTY_SECONDS, TimeUnit.SECONDS)) {
        stty.destroyForcibly();
        return Optional.empty();
      }
      String answer =
          new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
      Matcher size = SIZE.matcher(answer);
      return size.matches() && !size.group(1).equals("0")
          ? Optional.of(Integer.valueOf(size.group(1)))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
