package org.ovswin.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.address.AddressRange;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Undoes a reservation. */
@Command(
    name = "unreserve",
    mixinStandardHelpOptions = true,
    description = {
      "Gives reserved addresses to pods again. The range is one that was reserved, as it was",
      "reserved: ovs-win ipam show --node NODE lists them."
    },
    footer = {"", "Example: ovs-win ipam unreserve 10.244.3.200-10.244.3.210"})
final class IpamUnreserve implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NodeOption node = new NodeOption();
  @Mixin private Printed printed = new Printed();

  @Parameters(paramLabel = "RANGE", description = "A reserved range, as it was given.")
  private @Nullable AddressRange range;

  @Override
  public Integer call() throws IOException, MisuseException, MissingException, FailedException {
    AddressRange wanted = Required.value("RANGE", range);
    Reservations.Done done = new Reservations(node, spec.commandLine().getErr()).unreserve(wanted);
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    done.put("unreserved", tree);
    printed.print(
        spec.commandLine().getOut(),
        List.of(
            "%s is reserved no more; it was: %s%s"
                .formatted(done.range(), done.reason(), done.where())),
        tree);
    return 0;
  }
}
