package org.ovswin.cli.report;

import java.util.List;
import java.util.Map;

/** Whether colours are used. */
public enum Palette {
  PLAIN,
  COLOURED;

  /** What the user asked for. */
  public enum Choice {
    AUTO,
    ALWAYS,
    NEVER
  }

  /** Where the output goes. */
  public enum Target {
    TERMINAL,
    ELSEWHERE
  }

  /**
   * With AUTO: coloured on a terminal, unless {@code NO_COLOR} is set and not empty (no-color.org)
   * or {@code TERM} says that the terminal cannot.
   */
  public static Palette of(Choice choice, Target target, Map<String, String> environment) {
    return switch (choice) {
      case ALWAYS -> COLOURED;
      case NEVER -> PLAIN;
      case AUTO -> {
        boolean refused = !environment.getOrDefault("NO_COLOR", "").isEmpty();
        String term = environment.getOrDefault("TERM", "dumb");
        yield target == Target.TERMINAL && !refused && !term.isEmpty() && !term.equals("dumb")
            ? COLOURED
            : PLAIN;
      }
    };
  }

  /** The cells with the gap between them, each run of one colour coloured at once. */
  String text(List<Cell> cells, String gap) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      Cell cell = cells.get(i);
      boolean starts = i == 0 || cells.get(i - 1) != cell;
      boolean ends = i == cells.size() - 1 || cells.get(i + 1) != cell;
      if (i > 0) {
        text.append(gap);
      }
      if (this == COLOURED && starts) {
        text.append("\u001b[").append(cell.colour()).append('m');
      }
      text.append(cell.character());
      if (this == COLOURED && ends) {
        text.append("\u001b[0m");
      }
    }
    return text.toString();
  }
}
