package org.ovswin.bench.ipam;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.ovswin.bench.measure.Machine;

/**
 * All that a run gave.
 *
 * @param fileSystem type of the one that was measured
 * @param hostLocal package and version
 * @param load what the kernel said when the run began: processes that wanted to run, of the last
 *     minute. Others' work is in every number then.
 */
record Report(
    Machine machine,
    String fileSystem,
    String hostLocal,
    double load,
    Plan plan,
    List<RowResult> results) {
  Report {
    results = List.copyOf(results);
  }

  boolean isAllReached() {
    return results.stream().flatMap(result -> result.goals().stream()).allMatch(Goal::isReached);
  }

  /** Of the last minute. */
  static double loadNow() throws IOException {
    return Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0]);
  }
}
