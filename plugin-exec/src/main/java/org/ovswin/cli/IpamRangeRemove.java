package org.ovswin.cli;

import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.ovswin.agent.AgentConfig;
import org.ovswin.agent.Stores;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes addresses from the cluster. */
@Command(
    name = "remove",
    mixinStandardHelpOptions = true,
    description = {
      "Removes a range that no node holds a block of. Take it out of the nodes' configuration"
          + " files",
      "as well: a node that names it does not start any more."
    },
    footer = {"", "Example: ovs-win ipam range remove 10.245.0.0/16"})
final class IpamRangeRemove implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NodeOption node = new NodeOption();
  @Mixin private Printed printed = new Printed();

  @Parameters(paramLabel = "CIDR", description = "One of the cluster's ranges.")
  private @Nullable IpPrefix cidr;

  @Override
  public Integer call() throws IOException, MisuseException, FailedException {
    IpPrefix prefix = Required.value("CIDR", cidr);
    AgentConfig config = node.read();
    try (Waiting _ =
            Waiting.announced(spec.commandLine().getErr(), "waiting for the cluster's store");
        BlockStore store = Stores.openAsRecorded(config, InstantSource.system())) {
      RangeChanges.print(
          store.removeRange(prefix), "removed " + prefix, printed, spec.commandLine().getOut());
    }
    return 0;
  }
}
