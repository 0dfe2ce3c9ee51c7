package org.ovswin.cli;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.ovswin.openflow.FlowParser;
import org.ovswin.openflow.Message.FlowMod;
import org.ovswin.openflow.OpenFlowMessage;
import org.ovswin.openflow.Version;
import org.ovswin.openflow.codec.MessageHex;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Makes the messages that {@code ovs-ofctl add-flow} and its like send. */
@Command(
    name = "encode",
    description = {
      "Makes the flow-mod of a flow in the syntax of ovs-ofctl, as hexadecimal digits.",
      "Without an argument, each line of standard input is a flow. One that cannot be read is told",
      "on standard error with the character at which it fails; the others go on, and the exit code",
      "is 1."
    },
    footer = {
      "",
      "Example: ovs-win openflow encode --version 1.5 'ip,nw_dst=10.244.1.5 actions=output:5'"
    })
final class OpenFlowEncode implements Callable<Integer> {
  /** As ovs-ofctl numbers the first message after its hello. */
  private static final int XID = 2;

  private final Reader in;

  @Spec private CommandSpec spec = CommandSpec.create();

  /** On its own: the usual help options take {@code --version} for the program's. */
  @SuppressWarnings("UnusedVariable") // Set and read by picocli.
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help message and exit.")
  private boolean help;

  @Option(
      names = "--version",
      paramLabel = "VERSION",
      defaultValue = "1.5",
      converter = VersionConverter.class,
      description = "OpenFlow 1.3, 1.4 or 1.5 (default: ${DEFAULT-VALUE}).")
  private Version version = Version.V1_5;

  @Option(
      names = "--command",
      paramLabel = "COMMAND",
      defaultValue = "add",
      converter = CommandConverter.class,
      description = "add, modify, modify-strict, delete or delete-strict (default: add).")
  private FlowMod.Command command = FlowMod.Command.ADD;

  @Parameters(paramLabel = "FLOW", arity = "0..*", description = "A flow each.")
  private List<String> flows = new ArrayList<>();

  OpenFlowEncode() {
    this(new InputStreamReader(System.in, StandardCharsets.UTF_8));
  }

  OpenFlowEncode(Reader in) {
    this.in = in;
  }

  @Override
  public Integer call() throws IOException {
    Lines lines = new Lines(in, spec.commandLine().getOut(), spec.commandLine().getErr());
    return lines.convert(
        flows,
        text ->
            MessageHex.write(
                new OpenFlowMessage(version, XID, FlowParser.parseFlowMod(command, text))));
  }

  private static final class VersionConverter implements ITypeConverter<Version> {
    @Override
    public Version convert(String text) {
      Optional<Version> version =
          Stream.of(Version.values()).filter(v -> v.toString().equals(text)).findFirst();
      return version.orElseThrow(
          () -> new TypeConversionException(text + " (expected: 1.3, 1.4 or 1.5)"));
    }
  }

  private static final class CommandConverter implements ITypeConverter<FlowMod.Command> {
    @Override
    public FlowMod.Command convert(String text) {
      String name = text.toUpperCase(Locale.ROOT).replace('-', '_');
      return Stream.of(FlowMod.Command.values())
          .filter(command -> command.name().equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      text + " (expected: add, modify, modify-strict, delete or delete-strict)"));
    }
  }
}
