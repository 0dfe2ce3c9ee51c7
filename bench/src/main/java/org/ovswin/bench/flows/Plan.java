package org.ovswin.bench.flows;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What is measured.
 *
 * @param sizes numbers of flows
 * @param ports numbers of veth ports on the bridge, ascending
 * @param rounds how often each way is run, the ways taking turns
 * @param skipped ways that are not run
 * @param longest a run that is expected to take longer is left out
 * @param samples of each latency; 0 to measure none
 * @param standing flows that are in the switch while latencies are measured
 */
record Plan(
    List<Shape> shapes,
    List<Integer> sizes,
    List<Integer> ports,
    int rounds,
    Set<Way> skipped,
    Duration longest,
    int samples,
    int standing) {
  Plan {
    shapes = List.copyOf(shapes);
    sizes = List.copyOf(sizes);
    ports = List.copyOf(ports);
    skipped = Set.copyOf(skipped);
  }

  /** The ways that are run. */
  List<Way> ways() {
    return java.util.Arrays.stream(Way.values()).filter(way -> !skipped.contains(way)).toList();
  }
}
