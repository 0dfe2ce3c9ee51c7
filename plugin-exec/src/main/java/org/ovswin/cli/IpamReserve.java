package org.ovswin.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.lease.Reservation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Keeps addresses from pods that do not ask for them. */
@Command(
    name = "reserve",
    mixinStandardHelpOptions = true,
    description = {
      "Keeps addresses of this node from pods that do not ask for one of them by address. Pods"
          + " that",
      "have one already keep it. With the agent down it is written to disk, and the agent heeds it",
      "when it starts."
    },
    footer = {
      "",
      "Example: ovs-win ipam reserve 10.244.3.200-10.244.3.210 --reason 'printers, until May'"
    })
final class IpamReserve implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NodeOption node = new NodeOption();
  @Mixin private Printed printed = new Printed();

  @Parameters(
      paramLabel = "RANGE",
      description = "An address, FIRST-LAST, or a prefix such as 10.244.3.192/28.")
  private @Nullable AddressRange range;

  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "Why, for whoever wonders later.")
  private String reason = "";

  @Override
  public Integer call() throws IOException, MisuseException, MissingException, FailedException {
    AddressRange wanted = Required.value("RANGE", range);
    if (reason.isBlank() || reason.length() > Reservation.MAX_REASON_LENGTH) {
      throw new MisuseException(
          "--reason: \"%s\" (expected: 1 to %d characters, not only blanks)"
              .formatted(
                  reason.isBlank() ? reason : reason.substring(0, 40) + "…",
                  Reservation.MAX_REASON_LENGTH));
    }
    Reservations.Done done =
        new Reservations(node, spec.commandLine().getErr()).reserve(wanted, reason);
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    done.put("reserved", tree);
    printed.print(
        spec.commandLine().getOut(),
        List.of("reserved %s: %s%s".formatted(done.range(), done.reason(), done.where())),
        tree);
    return 0;
  }
}
