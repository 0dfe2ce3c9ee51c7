package org.ovswin.cli;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.ovswin.node.Node;
import org.ovswin.node.NodeException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Undoes {@link Up}. */
@Command(
    name = "down",
    mixinStandardHelpOptions = true,
    description = {
      "Undoes ovs-win up, in reverse, and says what it undid and what was undone already. Leases,",
      "the node's identity and its configuration stay for the next up, unless --purge is said."
    },
    footer = {"", "Example: ovs-win down --force --purge"})
final class Down implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private PlaceOptions places = new PlaceOptions();

  @Option(
      names = "--force",
      description = "Also where there are pods: takes their network away. Else they are named.")
  private boolean force;

  @Option(
      names = "--purge",
      description = "Removes leases, the node's identity and the configuration that up wrote.")
  private boolean purge;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text or json (default: ${DEFAULT-VALUE}).")
  private OutputFormat output = OutputFormat.TEXT;

  @Override
  public Integer call() throws MisuseException, FailedException {
    NodeProgress progress =
        new NodeProgress(spec.commandLine().getOut(), spec.commandLine().getErr(), output);
    try {
      Node.down(
          places.given(),
          force ? Node.Pods.DELETE : Node.Pods.REFUSE,
          purge ? Node.State.PURGE : Node.State.KEEP,
          progress);
    } catch (NodeException | IOException e) {
      String reason =
          e instanceof IOException file ? Node.explained(file) : String.valueOf(e.getMessage());
      progress.end("", Optional.of(reason));
      throw new FailedException(reason);
    }
    progress.end("This machine is no node any more.", Optional.empty());
    return 0;
  }
}
