package org.ovswin.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.ovswin.agent.admin.Force;
import org.ovswin.agent.admin.Release;
import org.ovswin.ipam.address.IpAddress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes an address back. */
@Command(
    name = "release",
    mixinStandardHelpOptions = true,
    description = {
      "Takes an address back, with everything of the pod's network that is still there. One whose",
      "pod lives is left alone, and it is said whose it is; --force takes it even so, and that pod",
      "has no network any more."
    },
    footer = {"", "Example: ovs-win ipam release 10.244.3.17"})
final class IpamRelease implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NodeOption node = new NodeOption();
  @Mixin private Printed printed = new Printed();

  @Parameters(paramLabel = "ADDRESS", description = "An address of this node's blocks.")
  private @Nullable IpAddress address;

  @Option(names = "--force", description = "Also if the pod lives.")
  private boolean force;

  @Override
  public Integer call() throws MisuseException, MissingException, FailedException {
    IpAddress wanted = Required.value("ADDRESS", address);
    Release release =
        AgentCall.make(
            node,
            spec.commandLine().getErr(),
            "waiting until nothing of the pod's network is left",
            agent -> agent.release(wanted, force ? Force.EVEN_IF_USED : Force.ONLY_UNUSED));
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("released", release.address().toString());
    Holders.put(release.holder(), tree.putObject("holder"));
    printed.print(
        spec.commandLine().getOut(),
        List.of(
            "released %s, which %s had"
                .formatted(Holders.addresses(release.holder()), release.holder().displayName())),
        tree);
    return 0;
  }
}
