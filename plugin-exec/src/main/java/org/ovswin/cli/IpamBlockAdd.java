package org.ovswin.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.ovswin.agent.admin.BlockChange;
import org.ovswin.ipam.address.Family;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Claims one more block. */
@Command(
    name = "add",
    mixinStandardHelpOptions = true,
    description = {
      "Claims one more block for this node. The agent does so by itself when its blocks are full;",
      "this does it before."
    },
    footer = {"", "Example: ovs-win ipam block add --family ipv4"})
final class IpamBlockAdd implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NodeOption node = new NodeOption();
  @Mixin private Printed printed = new Printed();

  @Option(
      names = "--family",
      paramLabel = "FAMILY",
      description = "ipv4 or ipv6; needed where the cluster has both.")
  private @Nullable Family family;

  @Override
  public Integer call() throws MisuseException, MissingException, FailedException {
    Family wanted = wanted();
    BlockChange change =
        AgentCall.make(
            node,
            spec.commandLine().getErr(),
            "waiting for the cluster's store",
            agent -> agent.addBlock(wanted));
    printed.print(spec.commandLine().getOut(), List.of(text(change)), tree(change));
    return 0;
  }

  private Family wanted() throws MisuseException {
    if (family != null) {
      return family;
    }
    Set<Family> families = node.read().cluster().ranges().families();
    if (families.size() != 1) {
      throw new MisuseException("--family: missing (expected: ipv4 or ipv6, the cluster has both)");
    }
    return families.iterator().next();
  }

  private static String text(BlockChange change) {
    return "claimed %s; the node holds %s"
        .formatted(
            change.changed(),
            String.join(", ", change.held().stream().map(Object::toString).toList()));
  }

  private static ObjectNode tree(BlockChange change) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("claimed", change.changed().toString());
    var held = tree.putArray("held");
    change.held().forEach(block -> held.add(block.toString()));
    return tree;
  }
}
