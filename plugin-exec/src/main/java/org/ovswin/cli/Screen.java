package org.ovswin.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Shows texts one after the other in one place (ECMA-48; the private modes are xterm's). Nothing
 * flickers: a text is written over the one before, line by line and in one piece, and never cleared
 * first. When it ends, also by Ctrl-C, the terminal is as it was.
 */
final class Screen implements AutoCloseable {
  private static final String CSI = "\u001b[";

  /** The second screen, no cursor, and lines that are too long are cut instead of wrapped. */
  private static final String ENTER = CSI + "?1049h" + CSI + "?25l" + CSI + "?7l";

  private static final String LEAVE = CSI + "?7h" + CSI + "?25h" + CSI + "?1049l";

  private final PrintWriter out;
  private final Supplier<Optional<Integer>> rows;
  private final Thread onExit = new Thread(this::leave, "screen-restore");
  private boolean left;

  private Screen(PrintWriter out, Supplier<Optional<Integer>> rows) {
    this.out = out;
    this.rows = rows;
  }

  /**
   * Takes the terminal over.
   *
   * @param rows its height, asked for each text
   */
  static Screen open(PrintWriter out, Supplier<Optional<Integer>> rows) {
    Screen screen = new Screen(out, rows);
    Runtime.getRuntime().addShutdownHook(screen.onExit);
    out.print(ENTER);
    out.flush();
    return screen;
  }

  /** Shows this instead of what is there. */
  synchronized void show(List<String> lines) {
    if (!left) {
      out.print(frame(lines, rows.get()));
      out.flush();
    }
  }

  /** One text, written in one piece where the terminal knows how (mode 2026). */
  static String frame(List<String> lines, Optional<Integer> rows) {
    StringBuilder frame = new StringBuilder(CSI + "?2026h" + CSI + "H");
    boolean fits = rows.isEmpty() || lines.size() <= rows.get();
    int shown = fits ? lines.size() : rows.get() - 1;
    for (int i = 0; i < shown; i++) {
      frame.append(i == 0 ? "" : "\r\n").append(lines.get(i)).append(CSI).append('K');
    }
    if (!fits) {
      frame
          .append(shown == 0 ? "" : "\r\n")
          .append("… and ")
          .append(lines.size() - shown)
          .append(" more lines: a higher window has room for them")
          .append(CSI)
          .append('K');
    }
    return frame.append(CSI).append('J').append(CSI).append("?2026l").toString();
  }

  @Override
  public void close() {
    leave();
    try {
      Runtime.getRuntime().removeShutdownHook(onExit);
    } catch (IllegalStateException e) {
      // The program is ending, and the hook runs, or has run.
    }
  }

  private synchronized void leave() {
    if (!left) {
      left = true;
      out.print(LEAVE);
      out.flush();
    }
  }
}
