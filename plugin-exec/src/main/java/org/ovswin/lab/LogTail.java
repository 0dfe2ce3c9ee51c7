package org.ovswin.lab;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The end of a log file, for the message of a failure. */
final class LogTail {
  private static final int MAX_BYTES = 16 << 10;
  private static final int LINES = 25;

  private LogTail() {}

  /** The last lines, indented, under the file's name. */
  static String of(Path file) {
    if (!Files.exists(file)) {
      return "  " + file.getFileName() + ": not written\n";
    }
    try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
      long start = Math.max(0, log.length() - MAX_BYTES);
      log.seek(start);
      byte[] end = new byte[(int) (log.length() - start)];
      log.readFully(end);
      List<String> lines = new String(end, StandardCharsets.UTF_8).lines().toList();
      StringBuilder text = new StringBuilder("  " + file.getFileName() + ":\n");
      lines.stream()
          .skip(Math.max(0, lines.size() - LINES))
          .forEach(line -> text.append("    ").append(line).append('\n'));
      return text.toString();
    } catch (IOException e) {
      return "  " + file.getFileName() + ": cannot be read: " + e.getMessage() + "\n";
    }
  }
}
