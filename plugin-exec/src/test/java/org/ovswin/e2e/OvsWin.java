package org.ovswin.e2e;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.ovswin.cli.Main;
import org.ovswin.lab.LabNode;

/**
 * One call of {@code ovs-win} about a node, as an administrator on that node makes it.
 *
 * @param exitCode 0 when it was done
 * @param out standard output
 * @param err standard error
 */
public record OvsWin(int exitCode, String out, String err) {

  /** Runs {@code ovs-win WORDS --config FILE} with the node's file. */
  public static OvsWin on(LabNode node, String... words) {
    List<String> arguments = new ArrayList<>(List.of(words));
    arguments.addAll(List.of("--config", node.configuration().toString()));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Main.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(arguments.toArray(String[]::new));
    return new OvsWin(exitCode, out.toString(), err.toString());
  }
}
