package org.ovswin.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.node.Node;
import org.ovswin.node.NodeException;
import org.ovswin.node.NodeOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes this machine a node. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = {
      "Makes this machine a node: starts or uses the system's Open vSwitch, starts the agent, and",
      "writes the plugin and the network where container runtimes look for them. It may be",
      "repeated, also after a run that was interrupted; ovs-win down undoes all of it."
    },
    footer = {
      "",
      "The options for the node count for a configuration that is not there yet; one that is there",
      "is used as it is.",
      "Example: ovs-win up --node worker-1 --store etcd:https://etcd-1.example:2379"
    })
final class Up implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private PlaceOptions places = new PlaceOptions();

  @Option(
      names = "--node",
      paramLabel = "NAME",
      description = "The node's name in the cluster (default: the machine's).")
  private Optional<String> node = Optional.empty();

  @Option(
      names = "--cluster-cidr",
      paramLabel = "CIDR",
      split = ",",
      description =
          "Ranges of all pods of the cluster (default: " + NodeOptions.USUAL_CLUSTER + ").")
  private List<IpPrefix> cluster = new ArrayList<>();

  @Option(
      names = "--store",
      paramLabel = "STORE",
      description = {
        "The cluster's records: file:DIR, etcd:URL,... or kubernetes[:KUBECONFIG]",
        "(default: a directory of this machine, for a cluster of one)."
      })
  private Optional<String> store = Optional.empty();

  @Option(
      names = "--address",
      paramLabel = "ADDRESS",
      description = "The node's address for its peers (default: that of the default route).")
  private Optional<IpAddress> address = Optional.empty();

  @Option(
      names = "--uplink",
      paramLabel = "DEVICE",
      description = {
        "Take this adapter, with its static address, into the bridge: all translation is then",
        "Open vSwitch's. If the gateway does not answer within 10 s, or up is killed meanwhile,"
            + " the",
        "adapter is put back (default: none; the host forwards)."
      })
  private Optional<String> uplink = Optional.empty();

  @Option(
      names = "--bridge",
      paramLabel = "NAME",
      description = "The bridge in Open vSwitch (default: br-pods).")
  private Optional<String> bridge = Optional.empty();

  @Option(
      names = "--mtu",
      paramLabel = "BYTES",
      description = "Of the pods' interfaces (default: the agent's choice).")
  private Optional<Integer> mtu = Optional.empty();

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
    Path home = Path.of(System.getProperty("ovswin.home", "")).toAbsolutePath();
    try {
      Node.up(
          home,
          places.given(),
          new NodeOptions(node, cluster, store, address, uplink, bridge, mtu),
          progress);
    } catch (NodeException | IOException e) {
      String reason =
          e instanceof IOException file ? Node.explained(file) : String.valueOf(e.getMessage());
      progress.end("", Optional.of(reason));
      throw new FailedException(reason);
    }
    progress.end(
        "This machine is a node: pods of the network \"ovs-win\" can start here.",
        Optional.empty());
    return 0;
  }
}
