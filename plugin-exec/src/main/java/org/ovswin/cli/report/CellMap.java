package org.ovswin.cli.report;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;

/**
 * A picture of a prefix, one cell for each sub-prefix of a length.
 *
 * <p>Up to 256 cells are all shown, 16 in a row. Of more, rows without anything in use are left
 * out, and what remains is bounded: an IPv6 block has more addresses than there is paper.
 *
 * @param title one line
 * @param whole what is shown
 * @param cellLength prefix length of one cell
 * @param rows in the order of addresses
 * @param left how many further rows there would be
 * @param narrower a prefix that would show the first of those; empty without any
 * @param legend the cells that may occur
 */
public record CellMap(
    String title,
    IpPrefix whole,
    int cellLength,
    List<Row> rows,
    int left,
    Optional<IpPrefix> narrower,
    Set<Cell> legend) {

  /** Beyond these, rows are left out. */
  static final int MAX_ROWS = 48;

  /** Bits of 256 cells, which are shown as a square. */
  private static final int SQUARE_BITS = 8;

  private static final int SQUARE_ROW_BITS = 4;

  /** 64 cells beside an IPv4 address of any length fit 80 columns. */
  private static final int IPV4_ROW_BITS = 6;

  /** 32 cells beside an IPv6 address of any length fit 80 columns. */
  private static final int IPV6_ROW_BITS = 5;

  public CellMap {
    rows = List.copyOf(rows);
    legend = Set.copyOf(legend);
  }

  /** A line of the picture. */
  public sealed interface Row {
    /** Cells side by side, the first of which begins with this address. */
    record Cells(IpAddress first, List<Cell> cells) implements Row {
      public Cells {
        cells = List.copyOf(cells);
      }
    }

    /** Rows left out because nothing in them is in use; both ends belong to them. */
    record Unused(IpAddress first, IpAddress last) implements Row {}
  }

  /**
   * Draws.
   *
   * @param inUse addresses whose rows must be shown; those outside are ignored
   * @param cell what the cell of a sub-prefix is
   */
  static CellMap draw(
      String title,
      IpPrefix whole,
      int cellLength,
      Iterable<? extends IpAddress> inUse,
      Function<IpPrefix, Cell> cell,
      Set<Cell> legend) {
    int bits = cellLength - whole.length();
    int rowBits = Math.min(bits, bits <= SQUARE_BITS ? SQUARE_ROW_BITS : wideRowBits(whole));
    int rowLength = cellLength - rowBits;
    SortedSet<IpPrefix> shown = new TreeSet<>();
    if (bits <= SQUARE_BITS) {
      for (int i = 0; i < 1 << (rowLength - whole.length()); i++) {
        shown.add(whole.subPrefix(rowLength, i));
      }
    }
    for (IpAddress address : inUse) {
      if (whole.contains(address)) {
        shown.add(IpPrefix.of(address, rowLength));
      }
    }
    List<Row> rows = new ArrayList<>();
    IpAddress next = whole.network();
    Optional<IpPrefix> firstLeft = Optional.empty();
    int drawn = 0;
    for (IpPrefix row : shown) {
      if (drawn == MAX_ROWS) {
        firstLeft = Optional.of(row);
        break;
      }
      drawn++;
      if (!row.network().equals(next)) {
        rows.add(new Row.Unused(next, row.network().plus(-1)));
      }
      List<Cell> cells = new ArrayList<>();
      for (int i = 0; i < 1 << rowBits; i++) {
        cells.add(cell.apply(row.subPrefix(cellLength, i)));
      }
      rows.add(new Row.Cells(row.network(), cells));
      next = row.last().equals(whole.last()) ? whole.network() : row.last().plus(1);
    }
    // Back at the beginning means that the last row was the end, or that there was none.
    if (firstLeft.isEmpty() && (drawn == 0 || !next.equals(whole.network()))) {
      rows.add(new Row.Unused(next, whole.last()));
    }
    return new CellMap(
        title,
        whole,
        cellLength,
        rows,
        shown.size() - drawn,
        firstLeft.map(
            row -> IpPrefix.of(row.network(), Math.max(whole.length() + 1, rowLength - 4))),
        EnumSet.copyOf(legend));
  }

  private static int wideRowBits(IpPrefix whole) {
    return whole.network().bitLength() == 32 ? IPV4_ROW_BITS : IPV6_ROW_BITS;
  }

  /** The picture, at most 80 columns wide beside the title. */
  List<String> lines(Palette palette) {
    List<String> lines = new ArrayList<>();
    lines.add(title);
    int label = 0;
    for (Row row : rows) {
      label = Math.max(label, first(row).toString().length());
    }
    for (Row row : rows) {
      lines.add(
          switch (row) {
            case Row.Cells(IpAddress first, List<Cell> cells) ->
                padded(first, label) + " " + palette.text(cells, cells.size() <= 16 ? " " : "");
            case Row.Unused(IpAddress first, IpAddress last) ->
                padded(first, label) + " nothing in use up to " + last;
          });
    }
    narrower.ifPresent(
        part ->
            lines.add(
                "and %d more %s in use; to see a part: --range %s"
                    .formatted(left, left == 1 ? "row" : "rows", part)));
    return lines;
  }

  private static IpAddress first(Row row) {
    return switch (row) {
      case Row.Cells(IpAddress first, _) -> first;
      case Row.Unused(IpAddress first, _) -> first;
    };
  }

  private static String padded(IpAddress address, int width) {
    String text = address.toString();
    return text + " ".repeat(width - text.length());
  }
}
