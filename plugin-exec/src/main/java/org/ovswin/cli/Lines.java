package org.ovswin.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.util.List;
import java.util.function.UnaryOperator;
import org.ovswin.openflow.FlowSyntaxException;
import org.ovswin.openflow.codec.MalformedMessageException;

/**
 * What is given as arguments or, without any, as lines, one after the other: a line that cannot be
 * read is told on standard error, and the others go on.
 */
final class Lines {
  private final Reader in;
  private final PrintWriter out;
  private final PrintWriter err;
  private boolean failed;

  Lines(Reader in, PrintWriter out, PrintWriter err) {
    this.in = in;
    this.out = out;
    this.err = err;
  }

  /**
   * Prints what each becomes. Empty lines, and those that begin with {@code #}, are passed over.
   *
   * @param one its error has the offset and the reason as message
   * @return the exit code
   */
  int convert(List<String> arguments, UnaryOperator<String> one) throws IOException {
    for (int i = 0; i < arguments.size(); i++) {
      convert("argument " + (i + 1), arguments.get(i), one);
    }
    if (arguments.isEmpty()) {
      BufferedReader lines = new BufferedReader(in);
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.isBlank() && !line.stripLeading().startsWith("#")) {
          convert("line " + number, line, one);
        }
      }
    }
    out.flush();
    err.flush();
    return failed ? Main.FAILED : 0;
  }

  private void convert(String where, String text, UnaryOperator<String> one) {
    try {
      out.println(one.apply(text));
    } catch (FlowSyntaxException | MalformedMessageException | IllegalArgumentException e) {
      failed = true;
      err.println("ovs-win: " + where + ": " + e.getMessage());
    }
  }
}
