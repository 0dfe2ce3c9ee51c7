package org.ovswin.cli;

import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.ovswin.agent.AgentConfig;
import org.ovswin.agent.Stores;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.NodeRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Gives the cluster more addresses. */
@Command(
    name = "add",
    mixinStandardHelpOptions = true,
    description = {
      "Adds a range to the cluster. Nodes that run use it from now on, without a restart; the",
      "configuration files of the nodes may name it, and need not."
    },
    footer = {"", "Example: ovs-win ipam range add 10.245.0.0/16 --block-prefix-length 24"})
final class IpamRangeAdd implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NodeOption node = new NodeOption();
  @Mixin private Printed printed = new Printed();

  @Parameters(paramLabel = "CIDR", description = "The range, such as 10.245.0.0/16.")
  private @Nullable IpPrefix cidr;

  @Option(
      names = "--block-prefix-length",
      paramLabel = "N",
      description = "The size of a node's block (default: 24, in IPv6 64).")
  private @Nullable Integer blockPrefixLength;

  @Override
  public Integer call() throws IOException, MisuseException, FailedException {
    IpPrefix prefix = Required.value("CIDR", cidr);
    ClusterRange range = Arguments.range(prefix, Optional.ofNullable(blockPrefixLength));
    AgentConfig config = node.read();
    try (Waiting _ =
            Waiting.announced(spec.commandLine().getErr(), "waiting for the cluster's store");
        BlockStore store = Stores.openAsRecorded(config, InstantSource.system())) {
      for (NodeRecord record : store.view().nodes()) {
        for (IpAddress address : record.addresses()) {
          if (prefix.contains(address)) {
            throw new FailedException(
                "%s: contains %s, the address of node %s (expected: a range of pods' addresses only)"
                    .formatted(prefix, address, record.node()));
          }
        }
      }
      RangeChanges.print(
          store.addRange(range),
          "added %s in blocks of /%d".formatted(prefix, range.blockLength()),
          printed,
          spec.commandLine().getOut());
    }
    return 0;
  }
}
