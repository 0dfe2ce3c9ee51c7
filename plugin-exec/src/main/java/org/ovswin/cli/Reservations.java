package org.ovswin.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.Optional;
import org.ovswin.agent.AgentConfig;
import org.ovswin.agent.admin.AdminClient;
import org.ovswin.agent.admin.AdminException;
import org.ovswin.ipam.address.AddressRange;
import org.ovswin.ipam.lease.JournalException;
import org.ovswin.ipam.lease.LeaseDatabase;
import org.ovswin.ipam.lease.LeaseOptions;
import org.ovswin.ipam.lease.Reservation;

/** Changes a node's reservations: through its agent, or on disk while none runs. */
final class Reservations {
  private final NodeOption node;
  private final PrintWriter err;

  Reservations(NodeOption node, PrintWriter err) {
    this.node = node;
    this.err = err;
  }

  /** The same change, as the agent is asked for it. */
  interface Asked {
    Reservation of(AdminClient agent) throws AdminException;
  }

  /** What was changed, and where. */
  record Done(AddressRange range, String reason, Through through) {
    /** Behind a sentence. */
    String where() {
      return switch (through) {
        case AGENT -> "";
        case DISK -> " (on disk: the agent does not run)";
      };
    }

    void put(String key, ObjectNode tree) {
      tree.put(key, range.toString());
      tree.put("reason", reason);
      tree.put("agent", through == Through.AGENT ? "running" : "down");
    }
  }

  /** How a change was made. */
  enum Through {
    AGENT,
    DISK
  }

  Done reserve(AddressRange range, String reason)
      throws IOException, MisuseException, MissingException, FailedException {
    return change(
        agent -> agent.reserve(range, reason),
        database -> Optional.of(database.reserve(range, reason)),
        range);
  }

  Done unreserve(AddressRange range)
      throws IOException, MisuseException, MissingException, FailedException {
    return change(agent -> agent.unreserve(range), database -> database.unreserve(range), range);
  }

  private interface OnDisk {
    Optional<Reservation> of(LeaseDatabase database);
  }

  private Done change(Asked asked, OnDisk onDisk, AddressRange range)
      throws IOException, MisuseException, MissingException, FailedException {
    AgentConfig config = node.read();
    try (Waiting _ = Waiting.announced(err, "waiting for the agent")) {
      return done(asked.of(AdminClient.at(config.adminSocket())), Through.AGENT);
    } catch (AdminException.NotRunning e) {
      return done(onDisk(config, onDisk, range), Through.DISK);
    } catch (AdminException.Refused e) {
      throw new FailedException(String.valueOf(e.getMessage()));
    } catch (AdminException e) {
      throw new FailedException(e.getMessage() + "; look with ovs-win ipam show --node NODE");
    }
  }

  private static Done done(Reservation reservation, Through through) {
    return new Done(reservation.range(), reservation.reason(), through);
  }

  /** Under the database's lock: an agent that starts now waits, or this is refused. */
  private Reservation onDisk(AgentConfig config, OnDisk change, AddressRange range)
      throws IOException, MissingException, FailedException {
    if (!LeaseDatabase.exists(config.leaseDirectory())) {
      throw new MissingException(
          "%s: no leases yet (expected: an agent that has run once; start it with %s)"
              .formatted(config.leaseDirectory(), node.startCommand()));
    }
    try (LeaseDatabase database =
        LeaseDatabase.open(config.leaseDirectory(), LeaseOptions.of(InstantSource.system()))) {
      Optional<Reservation> changed = change.of(database);
      database.sync();
      return changed.orElseThrow(
          () ->
              new FailedException(
                  "%s: is not reserved (expected: one that is: %s)"
                      .formatted(
                          range,
                          String.join(
                              ", ",
                              database.reservations().stream()
                                  .map(entry -> entry.range().toString())
                                  .toList()))));
    } catch (JournalException e) {
      throw new FailedException(
          e.getMessage() + "; ovs-win ipam check explains what is wrong with a journal");
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new FailedException(String.valueOf(e.getMessage()));
    }
  }
}
