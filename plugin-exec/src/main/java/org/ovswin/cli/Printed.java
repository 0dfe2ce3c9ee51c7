package org.ovswin.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.List;
import org.ovswin.cli.report.JsonReport;
import picocli.CommandLine.Option;

/** The option of how a command prints what it found or did, and the printing. */
final class Printed {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text or json (default: ${DEFAULT-VALUE}).")
  private OutputFormat format = OutputFormat.TEXT;

  void print(PrintWriter out, List<String> text, ObjectNode tree) {
    switch (format) {
      case TEXT -> text.forEach(out::println);
      case JSON -> out.println(JsonReport.pretty(tree));
    }
    out.flush();
  }

  OutputFormat format() {
    return format;
  }
}
