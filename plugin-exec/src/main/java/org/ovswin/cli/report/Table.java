package org.ovswin.cli.report;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Columns as wide as their widest cell. */
public final class Table {
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();
  private final Set<Integer> right = new HashSet<>();

  public Table(String... heading) {
    rows.add(List.of(heading));
  }

  /**
   * Lets the columns of these headings end at one place, as numbers are read.
   *
   * @throws IllegalArgumentException if there is no such heading
   */
  public Table alignRight(String... headings) {
    for (String heading : headings) {
      int column = rows.getFirst().indexOf(heading);
      if (column < 0) {
        throw new IllegalArgumentException(
            "heading: " + heading + " (expected: one of " + rows.getFirst() + ")");
      }
      right.add(column);
    }
    return this;
  }

  public void row(String... cells) {
    rows.add(List.of(cells));
  }

  /** Whether there is nothing but the heading. */
  public boolean isEmpty() {
    return rows.size() == 1;
  }

  /** Prints the heading and the rows, each behind the indent. */
  public void print(PrintWriter out, String indent) {
    lines().forEach(line -> out.println(indent + line));
  }

  /** The heading and the rows, without blanks at their ends. */
  public List<String> lines() {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String padding = " ".repeat(widths[i] - row.get(i).length());
        line.append(right.contains(i) ? padding + row.get(i) : row.get(i) + padding).append(GAP);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
