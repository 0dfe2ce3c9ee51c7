package org.ovswin.bench.flows;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.ovswin.bench.measure.Machine;
import org.ovswin.bench.measure.Spread;

/**
 * The flows a second as bars, one panel per number of ports, a line over each bar from the slowest
 * to the fastest run. SVG is written directly: the libraries that draw it need AWT and its fonts,
 * which a server has not.
 */
final class Plot {
  private static final String SVG = "http://www.w3.org/2000/svg";
  private static final int BAR = 11;
  private static final int GROUP_GAP = 16;
  private static final int LEFT = 70;
  private static final int TOP = 64;
  private static final int PANEL = 240;
  private static final int PANEL_GAP = 72;
  private static final int MIN_WIDTH = 760;
  private static final int GRID_LINES = 5;
  private static final Map<Way, String> COLORS =
      Map.of(
          Way.LIMIT, "#555555",
          Way.LIMIT_BUNDLE, "#9e9e9e",
          Way.OURS, "#0b6e4f",
          Way.OURS_LOAD, "#4cbb8a",
          Way.OFCTL_BUNDLE, "#c8553d",
          Way.OFCTL, "#e9a178");

  private final Report report;
  private final XMLStreamWriter xml;
  private final List<Way> ways;
  private final double top;

  private Plot(Report report, XMLStreamWriter xml) {
    this.report = report;
    this.xml = xml;
    this.ways = report.plan().ways();
    double highest =
        report.throughput().stream()
            .filter(ThroughputRow::measured)
            .mapToDouble(row -> row.rate().max())
            .max()
            .orElse(1);
    double step = roundStep(highest / GRID_LINES);
    this.top = Math.ceil(highest / step) * step;
  }

  /** Writes the file, in the place of any that is there. */
  static void write(Report report, Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(out, "UTF-8");
      new Plot(report, xml).draw();
      xml.close();
    } catch (XMLStreamException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private void draw() throws XMLStreamException {
    List<Integer> ports = report.plan().ports();
    int groups = report.plan().sizes().size() * report.plan().shapes().size();
    int width = Math.max(MIN_WIDTH, LEFT + groups * groupWidth() + GROUP_GAP);
    int height = TOP + ports.size() * (PANEL + PANEL_GAP);
    xml.writeStartDocument("UTF-8", "1.0");
    xml.writeStartElement("svg");
    xml.writeDefaultNamespace(SVG);
    xml.writeAttribute("viewBox", "0 0 %d %d".formatted(width, height));
    xml.writeAttribute("width", String.valueOf(width));
    xml.writeAttribute("height", String.valueOf(height));
    xml.writeAttribute("font-family", "sans-serif");
    xml.writeAttribute("font-size", "12");
    rectangle(0, 0, width, height, "#ffffff");
    Machine machine = report.machine();
    text(
        LEFT,
        20,
        "start",
        "Thousand flows a second, ovs-win %s, %s, %d x %s"
            .formatted(
                machine.commit(), machine.openVSwitch(), machine.cores(), machine.processor()));
    legend();
    for (int i = 0; i < ports.size(); i++) {
      panel(ports.get(i), TOP + i * (PANEL + PANEL_GAP), width);
    }
    xml.writeEndElement();
    xml.writeEndDocument();
  }

  private int groupWidth() {
    return ways.size() * BAR + GROUP_GAP;
  }

  private void legend() throws XMLStreamException {
    int x = LEFT;
    for (Way way : ways) {
      rectangle(x, 32, BAR, BAR, COLORS.getOrDefault(way, "#000000"));
      text(x + BAR + 4, 42, "start", way.toString());
      x += 110;
    }
  }

  private void panel(int ports, int y, int width) throws XMLStreamException {
    double step = roundStep(top / GRID_LINES);
    for (double value = 0; value <= top + step / 2; value += step) {
      double at = y + PANEL - PANEL * value / top;
      line(LEFT, at, width, at, "#dddddd");
      text(LEFT - 6, at + 4, "end", "%.0f".formatted(value));
    }
    text(LEFT + 4, y + 14.0, "start", ports + " ports");
    Map<String, List<ThroughputRow>> groups =
        report.throughput().stream()
            .filter(row -> row.ports() == ports)
            .collect(
                Collectors.groupingBy(
                    row -> row.shape() + " " + row.flows(),
                    java.util.LinkedHashMap::new,
                    Collectors.toList()));
    int x = LEFT + GROUP_GAP;
    for (Map.Entry<String, List<ThroughputRow>> group : groups.entrySet()) {
      for (ThroughputRow row : group.getValue()) {
        if (row.measured()) {
          bar(row, x + BAR * ways.indexOf(row.way()), y);
        }
      }
      String[] label = group.getKey().split(" ", 2);
      double middle = x + ways.size() * BAR / 2.0;
      text(middle, y + PANEL + 15.0, "middle", label[0]);
      text(middle, y + PANEL + 29.0, "middle", label[1]);
      x += groupWidth();
    }
  }

  private void bar(ThroughputRow row, int x, int y) throws XMLStreamException {
    Spread rate = row.rate();
    double height = PANEL * rate.median() / top;
    rectangle(x, y + PANEL - height, BAR - 1, height, COLORS.getOrDefault(row.way(), "#000000"));
    double middle = x + (BAR - 1) / 2.0;
    line(
        middle,
        y + PANEL - PANEL * rate.min() / top,
        middle,
        y + PANEL - PANEL * rate.max() / top,
        "#000000");
  }

  /** 1, 2 or 5 times a power of ten, not below the value. */
  private static double roundStep(double value) {
    double power = Math.pow(10, Math.floor(Math.log10(value)));
    for (double factor : new double[] {1, 2, 5}) {
      if (factor * power >= value) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  private void rectangle(double x, double y, double width, double height, String fill)
      throws XMLStreamException {
    xml.writeEmptyElement("rect");
    number("x", x);
    number("y", y);
    number("width", width);
    number("height", height);
    xml.writeAttribute("fill", fill);
  }

  private void line(double x1, double y1, double x2, double y2, String stroke)
      throws XMLStreamException {
    xml.writeEmptyElement("line");
    number("x1", x1);
    number("y1", y1);
    number("x2", x2);
    number("y2", y2);
    xml.writeAttribute("stroke", stroke);
  }

  private void text(double x, double y, String anchor, String text) throws XMLStreamException {
    xml.writeStartElement("text");
    number("x", x);
    number("y", y);
    xml.writeAttribute("text-anchor", anchor);
    xml.writeCharacters(text);
    xml.writeEndElement();
  }

  private void number(String name, double value) throws XMLStreamException {
    xml.writeAttribute(name, String.format(java.util.Locale.ROOT, "%.1f", value));
  }
}
