package org.ovswin.bench.ipam;

import java.util.List;
import org.ovswin.bench.measure.Machine;
import org.ovswin.bench.measure.RowResult;

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
}
