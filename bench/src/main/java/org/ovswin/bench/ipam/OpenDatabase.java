package org.ovswin.bench.ipam;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.InstantSource;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.lease.LeaseDatabase;
import org.ovswin.ipam.lease.LeaseOptions;

/** Opens a lease database in a process of its own, and says what that took. */
public final class OpenDatabase {
  /** Printed where the heap is too small. */
  static final String OUT_OF_MEMORY = "out-of-memory";

  private OpenDatabase() {}

  /**
   * Opens the directory that is the first argument, and adds the block that is the second, which it
   * has already. Prints the leases found, the nanoseconds of the open and of its thread's CPU time,
   * and the bytes of heap in use then.
   */
  public static void main(String[] args) throws IOException {
    try {
      // Read before the clock runs, as an agent reads its configuration before: the classes of
      // addresses are loaded with it.
      IpPrefix block = IpPrefix.parse(args[1]);
      ThreadMXBean threads = ManagementFactory.getThreadMXBean();
      long startCpu = threads.getCurrentThreadCpuTime();
      long start = System.nanoTime();
      try (LeaseDatabase leases =
          LeaseDatabase.open(Path.of(args[0]), LeaseOptions.of(InstantSource.system()))) {
        leases.addBlock(block);
        long nanos = System.nanoTime() - start;
        long cpu = threads.getCurrentThreadCpuTime() - startCpu;
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        System.out.println(leases.leases().size() + " " + nanos + " " + cpu + " " + heap);
      }
    } catch (OutOfMemoryError e) {
      System.out.println(OUT_OF_MEMORY);
    }
  }
}
