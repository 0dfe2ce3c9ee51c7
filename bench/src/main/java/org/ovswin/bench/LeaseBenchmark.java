package org.ovswin.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.ovswin.bench.ipam.Leases;
import org.ovswin.ipam.address.IpAddress;
import org.ovswin.ipam.lease.Attachment;
import org.ovswin.ipam.lease.Lease;
import org.ovswin.ipam.lease.LeaseDatabase;
import org.ovswin.ipam.lease.LeaseOptions;

/**
 * What do look-ups, and giving an address and taking it back, cost a processor beside ten leases
 * and in a /16 that is full but for a few? Of all leases in turn: beside many the processor's
 * caches hold less of what is needed, which is not a matter of how it is found.
 *
 * <p>{@code ./ovs-win bench jmh LeaseBenchmark}
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LeaseBenchmark {
  private static final long SEED = 1;

  /** Few enough for the journal's bound on what waits, and so many that the disk does not count. */
  private static final int SYNC_EVERY = 10_000;

  private static final String ANOTHER = "a".repeat(64);

  /** Of the 65,533 that a /16 has to give. */
  @Param({"10", "60000", "65530"})
  private int inUse;

  /** The clock goes on by a second with each change, so that so many addresses are cooling. */
  @Param({"0", "30"})
  private int coolDownSeconds;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private Optional<LeaseDatabase> opened = Optional.empty();
  private Path directory = Path.of("");
  private Attachment[] containers = {};
  private IpAddress[] addresses = {};
  private long changes;

  /** On a disk, since a change goes into the journal. */
  @Setup(Level.Trial)
  public void prepare() throws IOException {
    directory = Files.createTempDirectory(Path.of("/var/tmp"), "ovs-win-bench-jmh");
    LeaseOptions options =
        new LeaseOptions(Duration.ofSeconds(coolDownSeconds), () -> Instant.ofEpochSecond(changes));
    LeaseDatabase leases = Leases.open(directory, options);
    opened = Optional.of(leases);
    Leases.fill(leases, inUse);
    List<Lease> held = leases.leases();
    containers = new Attachment[inUse];
    addresses = new IpAddress[inUse];
    for (int i = 0; i < inUse; i++) {
      // Equal to the database's, but not the same object.
      containers[i] = Leases.inUse(i);
      addresses[i] = IpAddress.parse(held.get(i).addresses().getFirst().toString());
    }
  }

  /** The journal and its directory. */
  @TearDown(Level.Trial)
  public void delete() throws IOException {
    leases().close();
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }

  /** Of any container that has one. */
  @Benchmark
  public Optional<Lease> byContainer() {
    return leases().lease(containers[random.nextInt(inUse)]);
  }

  /** Of any address that is in use. */
  @Benchmark
  public Optional<Lease> byAddress() {
    return leases().lease(addresses[random.nextInt(inUse)]);
  }

  /** The search for a free one, the table's change and the journal's bytes, twice; no disk. */
  @Benchmark
  public Lease allocateAndRelease() throws IOException {
    changes++;
    var _ = Leases.allocate(leases(), ANOTHER);
    if (changes % SYNC_EVERY == 0) {
      leases().sync();
    }
    return Leases.release(leases(), ANOTHER);
  }

  private LeaseDatabase leases() {
    return opened.orElseThrow();
  }
}
