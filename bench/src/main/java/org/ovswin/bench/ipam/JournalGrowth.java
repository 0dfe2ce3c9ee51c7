package org.ovswin.bench.ipam;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.ovswin.lab.LabException;

/** How many bytes a durable allocation writes: what the bare append has to write as well. */
final class JournalGrowth {
  /** Far from where a journal of this size would be compacted. */
  private static final int ALLOCATIONS = 100;

  private JournalGrowth() {}

  static int bytesOfOne(Path directory) throws IOException {
    try (LeaseOwner owner = LeaseOwner.open(directory, 0)) {
      long before = bytes(directory);
      for (int i = 0; i < ALLOCATIONS; i++) {
        owner.allocate(Containers.id("size", i));
      }
      long growth = bytes(directory) - before;
      if (growth < ALLOCATIONS) {
        throw new LabException(
            "%s: grew by %d bytes with %d allocations (expected: by more)"
                .formatted(directory, growth, ALLOCATIONS));
      }
      return (int) (growth / ALLOCATIONS);
    } finally {
      Scratch.delete(directory);
    }
  }

  private static long bytes(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      long sum = 0;
      for (Path file : files.toList()) {
        sum += Files.size(file);
      }
      return sum;
    }
  }
}
