package org.ovswin.bench.ipam;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.lease.Allocation;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.ipam.lease.Lease;
import org.ovswin.ipam.lease.LeaseDatabase;
import org.ovswin.ipam.lease.LeaseOptions;
import org.ovswin.ipam.lease.LeaseRequest;
import org.ovswin.ipam.lease.Stickiness;
import org.ovswin.lab.LabException;

/** Leases as real as those of pods: ids, names and intent are as long as an agent's. */
public final class Leases {
  /** The containers that a measurement begins with. */
  static final String SERIES = "in-use";

  private static final int BATCH = 1000;
  private static final String BOOT_ID = "7d0c1a52-6a1e-4d5e-9e57-0f3ad0a3b6c1";

  /** The block of every measurement. */
  static final IpPrefix BLOCK = IpPrefix.parse("10.244.0.0/16");

  private Leases() {}

  /** Opens a database, or creates it with the block of every measurement. */
  public static LeaseDatabase open(Path directory) throws IOException {
    return open(directory, LeaseOptions.of(InstantSource.system()));
  }

  /** With a clock or a cool-down of its own. */
  public static LeaseDatabase open(Path directory, LeaseOptions options) throws IOException {
    LeaseDatabase leases = LeaseDatabase.open(directory, options);
    leases.addBlock(BLOCK);
    return leases;
  }

  /** The attachment of a container. */
  public static Attachment attachment(String containerId) {
    return new Attachment(containerId, Containers.INTERFACE);
  }

  /** The n-th attachment that {@link #fill} gives an address. */
  public static Attachment inUse(int n) {
    return attachment(Containers.id(SERIES, n));
  }

  /** Gives a container an IPv4 address; not durable yet. */
  public static Lease allocate(LeaseDatabase leases, String containerId) {
    LeaseRequest request =
        new LeaseRequest(
            attachment(containerId),
            "ovs-win",
            Optional.of("default"),
            Optional.of("web-6d4b75cb6d-" + containerId.substring(containerId.length() - 5)),
            BOOT_ID,
            "{\"sandbox\":\"%s\",\"hostPorts\":[]}".formatted(Containers.sandbox(containerId)),
            Set.of(Family.IPV4),
            List.of(),
            Stickiness.NONE);

    if (leases.allocate(request) instanceof Allocation.Allocated(Lease lease)) {
      return lease;
    }
    throw new LabException(containerId + ": no address was given (expected: a new one)");
  }

  /** Takes a container's address back; not durable yet. */
  public static Lease release(LeaseDatabase leases, String containerId) {
    return leases
        .release(attachment(containerId))
        .orElseThrow(() -> new LabException(containerId + ": no lease (expected: one)"));
  }

  /** Gives so many containers of {@link #SERIES} an address each; durable when it returns. */
  public static void fill(LeaseDatabase leases, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      var _ = allocate(leases, Containers.id(SERIES, i));
      if (i % BATCH == 0) {
        leases.sync();
      }
    }
    leases.sync();
  }
}
