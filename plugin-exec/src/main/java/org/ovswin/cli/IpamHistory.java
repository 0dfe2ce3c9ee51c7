package org.ovswin.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.ovswin.agent.AgentConfig;
import org.ovswin.cli.report.Table;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.lease.JournalException;
import org.ovswin.ipam.lease.LeaseHistory;
import org.ovswin.ipam.lease.Tenure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Who had an address, and when. */
@Command(
    name = "history",
    mixinStandardHelpOptions = true,
    description = {
      "Shows who had an address on this node, the latest first, as far back as the node's history",
      "goes. Reads from disk: the agent need not run."
    },
    footer = {"", "Example: ovs-win ipam history 10.244.3.17 --at 2026-01-02T03:04:05Z"})
final class IpamHistory implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NodeOption node = new NodeOption();
  @Mixin private Printed printed = new Printed();

  @Parameters(paramLabel = "ADDRESS", description = "The address.")
  private @Nullable IpAddress address;

  @Option(
      names = "--at",
      paramLabel = "TIME",
      description = "Only who had it then: such as 2026-01-02T03:04:05Z, or -2h for so long ago.")
  private Optional<String> at = Optional.empty();

  @Override
  public Integer call() throws IOException, MisuseException, MissingException, FailedException {
    IpAddress wanted = Required.value("ADDRESS", address);
    Optional<Instant> moment = moment(Instant.now());
    AgentConfig config = node.read();
    List<Tenure> tenures =
        read(config.leaseDirectory(), wanted).stream()
            .filter(tenure -> moment.isEmpty() || tenure.covers(moment.get()))
            .toList();
    printed.print(
        spec.commandLine().getOut(),
        text(config.node(), wanted, moment, tenures),
        tree(config.node(), wanted, moment, tenures));
    return 0;
  }

  private List<Tenure> read(Path directory, IpAddress wanted)
      throws IOException, MissingException, FailedException {
    try {
      return LeaseHistory.read(directory, wanted);
    } catch (NoSuchFileException e) {
      throw new MissingException(
          "%s: no leases yet (expected: an agent that has run once; start it with %s)"
              .formatted(directory, node.startCommand()));
    } catch (JournalException e) {
      throw new FailedException(e.getMessage() + "; ovs-win ipam check explains and repairs");
    }
  }

  private Optional<Instant> moment(Instant now) throws MisuseException {
    try {
      return at.map(text -> Times.past(text, now));
    } catch (IllegalArgumentException e) {
      throw new MisuseException("--at: " + e.getMessage());
    }
  }

  private static List<String> text(
      String node, IpAddress address, Optional<Instant> moment, List<Tenure> tenures) {
    if (tenures.isEmpty()) {
      return List.of(
          "nobody had %s on %s%s, as far back as its history goes"
              .formatted(address, node, moment.map(time -> " at " + time).orElse("")));
    }
    Table table = new Table("FROM", "UNTIL", "POD", "CONTAINER", "IF", "NETWORK");
    for (Tenure tenure : tenures) {
      table.row(
          seconds(tenure.from()),
          tenure.until().map(IpamHistory::seconds).orElse("has it now"),
          tenure.podName().map(name -> tenure.podNamespace().orElse("") + "/" + name).orElse("-"),
          tenure.attachment().containerId(),
          tenure.attachment().ifName(),
          tenure.network());
    }
    return table.lines();
  }

  private static String seconds(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static ObjectNode tree(
      String node, IpAddress address, Optional<Instant> moment, List<Tenure> tenures) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("node", node);
    tree.put("address", address.toString());
    moment.ifPresent(time -> tree.put("at", time.toString()));
    ArrayNode list = tree.putArray("holders");
    for (Tenure tenure : tenures) {
      ObjectNode entry = list.addObject();
      entry.put("from", tenure.from().toString());
      tenure.until().ifPresent(time -> entry.put("until", time.toString()));
      entry.put("network", tenure.network());
      tenure.podNamespace().ifPresent(value -> entry.put("podNamespace", value));
      tenure.podName().ifPresent(value -> entry.put("podName", value));
      entry.put("containerId", tenure.attachment().containerId());
      entry.put("ifName", tenure.attachment().ifName());
    }
    return tree;
  }
}
