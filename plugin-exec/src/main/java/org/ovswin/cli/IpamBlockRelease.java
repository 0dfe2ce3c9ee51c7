package org.ovswin.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.ovswin.agent.AgentConfig;
import org.ovswin.agent.Stores;
import org.ovswin.cli.report.Ages;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.BlockStore;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.NodeUsage;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Gives blocks back to the cluster: an empty one of this node, or those of a node that is gone. */
@Command(
    name = "release",
    mixinStandardHelpOptions = true,
    description = {
      "Gives an empty block of this node back, or the blocks of a node that is gone for good. They",
      "are kept for the node that had them until the grace is over; then others may claim them.",
      "What another node may still use is given back with --force only: pods of two nodes with one",
      "address are what comes of forcing it for a node that still runs."
    },
    footer = {"", "Example: ovs-win ipam block release --node worker-7"})
final class IpamBlockRelease implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NodeOption node = new NodeOption();
  @Mixin private Printed printed = new Printed();

  @ArgGroup(multiplicity = "1")
  private What what = new What();

  @Option(names = "--force", description = "Also what another node may still use.")
  private boolean force;

  /** One of the two. */
  static final class What {
    @Parameters(paramLabel = "BLOCK", description = "A block, such as 10.244.7.0/24.")
    private @Nullable IpPrefix block;

    @Option(
        names = "--node",
        paramLabel = "NAME",
        description = "A node that is gone: its record and all of its blocks.")
    private @Nullable String node;
  }

  @Override
  public Integer call() throws IOException, MisuseException, MissingException, FailedException {
    AgentConfig config = node.read();
    PrintWriter err = spec.commandLine().getErr();
    try (Waiting _ = Waiting.announced(err, "waiting for the cluster's store");
        BlockStore store = Stores.openAsRecorded(config, InstantSource.system())) {
      ClusterView view = store.view();
      if (what.node != null) {
        releaseNode(store, view, config, what.node);
      } else {
        releaseBlock(store, view, config, Required.value("BLOCK", what.block));
      }
    }
    return 0;
  }

  private void releaseNode(BlockStore store, ClusterView view, AgentConfig config, String name)
      throws IOException, MisuseException, FailedException {
    Arguments.requireNodeName(name);
    if (name.equals(config.node())) {
      throw new MisuseException(
          "--node: %s (expected: a node that is gone, not this one; its blocks are released one by"
                  .formatted(name)
              + " one, with ovs-win ipam block release BLOCK)");
    }
    if (view.node(name).isEmpty() && view.blocksOf(name).isEmpty()) {
      throw new FailedException("%s: the store has no node of this name".formatted(name));
    }
    List<BlockRecord> held = view.blocksOf(name);
    requireUnused(store, name, held);
    print(store.releaseNode(name), name, config);
  }

  private void releaseBlock(BlockStore store, ClusterView view, AgentConfig config, IpPrefix block)
      throws IOException, MisuseException, MissingException, FailedException {
    if (!view.ranges().isBlock(block)) {
      throw new MisuseException(
          "BLOCK: %s (expected: a block of %s)".formatted(block, view.ranges()));
    }
    BlockRecord record =
        view.block(block)
            .filter(BlockRecord::isHeld)
            .orElseThrow(() -> new FailedException(block + ": no node holds it"));
    if (record.node().equals(config.node())) {
      AgentCall.make(
          node,
          spec.commandLine().getErr(),
          "waiting for the cluster's store",
          agent -> agent.releaseBlock(block));
      print(store.view().block(block).stream().toList(), config.node(), config);
      return;
    }
    if (!force) {
      // What it told last says nothing of the pods that came since.
      throw new FailedException(
          "%s holds %s, %s (expected: released by ovs-win ipam block release on that node; when it"
                  .formatted(
                      record.node(),
                      block,
                      told(report(store, record.node()), block).orElse("and no lease in it"))
              + " is gone for good, add --force)");
    }
    Optional<BlockRecord> released = store.release(block);
    print(released.stream().toList(), record.node(), config);
  }

  /** A node that never reported may have any number of pods. */
  private void requireUnused(BlockStore store, String name, List<BlockRecord> blocks)
      throws IOException, FailedException {
    if (force || blocks.isEmpty()) {
      return;
    }
    Optional<NodeUsage> usage = report(store, name);
    List<String> used = new ArrayList<>();
    for (BlockRecord block : blocks) {
      told(usage, block.block()).ifPresent(what -> used.add(block.block() + " " + what));
    }
    if (!used.isEmpty()) {
      throw new FailedException(
          "%s holds %s (expected: no leases; when the node is gone for good, add --force)"
              .formatted(name, String.join(", ", used)));
    }
  }

  private static Optional<NodeUsage> report(BlockStore store, String name) throws IOException {
    return store.usages().stream().filter(usage -> usage.node().equals(name)).findFirst();
  }

  /** What a node told of its leases in a block; empty if it told of none. */
  private static Optional<String> told(Optional<NodeUsage> report, IpPrefix block) {
    for (NodeUsage usage : report.stream().toList()) {
      for (NodeUsage.BlockUse use : usage.blocks()) {
        if (use.block().equals(block)) {
          return use.used() == 0
              ? Optional.empty()
              : Optional.of(
                  "with %d leases, as it told %s"
                      .formatted(use.used(), Ages.ago(usage.at(), Instant.now())));
        }
      }
    }
    return Optional.of("of which it never told");
  }

  private void print(List<BlockRecord> released, String name, AgentConfig config) {
    Duration grace = config.cluster().releaseGrace();
    List<String> lines = new ArrayList<>();
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("node", name);
    ArrayNode blocks = tree.putArray("released");
    for (BlockRecord record : released) {
      Instant othersFrom = record.releasedAt().orElseGet(Instant::now).plus(grace);
      lines.add(
          "released %s of %s; others may claim it from %s on (grace %s)"
              .formatted(
                  record.block(),
                  name,
                  othersFrom.truncatedTo(ChronoUnit.SECONDS),
                  Times.written(grace)));
      blocks
          .addObject()
          .put("block", record.block().toString())
          .put("othersFrom", othersFrom.toString());
    }
    if (released.isEmpty()) {
      lines.add("%s held no block; its record is gone".formatted(name));
    }
    printed.print(spec.commandLine().getOut(), lines, tree);
  }
}
