package org.ovswin.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.ovswin.cli.report.JsonReport;
import org.ovswin.node.Progress;
import org.ovswin.node.StepReport;

/** Prints the steps of a node: as they come for people, in one document for programs. */
final class NodeProgress implements Progress {
  private static final JsonMapper JSON = new JsonMapper();

  private final PrintWriter out;
  private final PrintWriter err;
  private final OutputFormat format;
  private final List<StepReport> reports = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  NodeProgress(PrintWriter out, PrintWriter err, OutputFormat format) {
    this.out = out;
    this.err = err;
    this.format = format;
  }

  @Override
  public void step(StepReport report) {
    reports.add(report);
    if (format == OutputFormat.TEXT) {
      out.println(report);
      out.flush();
    }
  }

  @Override
  public void warning(String text) {
    warnings.add(text);
    err.println("warning: " + text);
    err.flush();
  }

  @Override
  public Progress.Waiting waiting(String what) {
    org.ovswin.cli.Waiting announced =
        org.ovswin.cli.Waiting.announced(err, what + ": still under way");
    return announced::close;
  }

  /** The last line, or the whole document; what failed is told by the caller as well. */
  void end(String sentence, Optional<String> failure) {
    if (format == OutputFormat.TEXT) {
      if (failure.isEmpty()) {
        out.println(sentence);
      }
    } else {
      ObjectNode tree = JSON.createObjectNode();
      for (StepReport report : reports) {
        tree.withArray("steps")
            .addObject()
            .put("step", report.step())
            .put("outcome", report.outcome().toString().toLowerCase(Locale.ROOT))
            .put("detail", report.detail());
      }
      warnings.forEach(text -> tree.withArray("warnings").add(text));
      failure.ifPresent(text -> tree.put("error", text));
      out.println(JsonReport.pretty(tree));
    }
    out.flush();
  }
}
