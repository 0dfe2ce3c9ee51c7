package org.ovswin.cli;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.ovswin.openflow.codec.MessageHex;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows messages as {@code ovs-ofctl ofp-print} does. */
@Command(
    name = "print",
    mixinStandardHelpOptions = true,
    description = {
      "Shows OpenFlow messages, given as hexadecimal digits, as ovs-ofctl ofp-print does.",
      "Without an argument, each line of standard input is a message. One that cannot be read is",
      "told on standard error with the byte at which it fails; the others go on, and the exit",
      "code is 1."
    },
    footer = {"", "Example: ovs-win openflow print 0614000800000001"})
final class OpenFlowPrint implements Callable<Integer> {
  private final Reader in;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "HEX",
      arity = "0..*",
      description = "A message each, two digits a byte.")
  private List<String> messages = new ArrayList<>();

  OpenFlowPrint() {
    this(new InputStreamReader(System.in, StandardCharsets.UTF_8));
  }

  OpenFlowPrint(Reader in) {
    this.in = in;
  }

  @Override
  public Integer call() throws IOException {
    Lines lines = new Lines(in, spec.commandLine().getOut(), spec.commandLine().getErr());
    return lines.convert(messages, hex -> MessageHex.read(hex).text());
  }
}
