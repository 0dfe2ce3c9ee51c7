package org.ovswin.bench.ipam;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import org.ovswin.ipam.lease.LeaseDatabase;

/** Opens a lease database in a process of its own, and says what that took. */
public final class OpenDatabase {
  /** Printed where the heap is too small. */
  static final String OUT_OF_MEMORY = "out-of-memory";

  private OpenDatabase() {}

  /**
   * Prints the leases found, the nanoseconds of the open and of its thread's CPU time, and the
   * bytes of heap in use then.
   */
  public static void main(String[] args) throws IOException {
    try {
      ThreadMXBean threads = ManagementFactory.getThreadMXBean();
      long startCpu = threads.getCurrentThreadCpuTime();
      long start = System.nanoTime();
      try (LeaseDatabase leases = Leases.open(Path.of(args[0]))) {
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
