package org.ovswin.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
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
import org.openjdk.jmh.annotations.Warmup;
import org.ovswin.openflow.Actions;
import org.ovswin.openflow.Cookie;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.FlowDiff;
import org.ovswin.openflow.Match;

/**
 * How long does it take to see what is wrong with the flows of a switch, when nothing is and when
 * one in a hundred is?
 *
 * <p>{@code ./ovs-win bench jmh FlowDiffBenchmark}
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FlowDiffBenchmark {
  private static final int TEN_SLASH_8 = 10 << 24;
  private static final long SEED = 1;

  /** Flows on either side. */
  @Param({"10000", "100000"})
  private int size;

  /** Of these a third has other actions, a third is missing, a third is replaced by another. */
  @Param({"0", "1"})
  private int differentPercent;

  private List<Flow> observed = List.of();
  private List<Flow> desired = List.of();

  /** Equal values, but no object of one side is of the other; and in another order. */
  @Setup(Level.Trial)
  public void prepare() {
    desired = flows(0);
    List<Flow> dump = new ArrayList<>(flows(differentPercent));
    Collections.shuffle(dump, new Random(SEED));
    observed = List.copyOf(dump);
  }

  private List<Flow> flows(int wrongPercent) {
    List<Flow> flows = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      boolean wrong = i % 100 < wrongPercent;
      switch (wrong ? i / 100 % 3 : 0) {
        case 0 -> flows.add(flow(i, wrong ? 2 : 1));
        case 1 -> flows.add(flow(size + i, 1));
        default -> {} // Not there.
      }
    }
    return flows;
  }

  private static Flow flow(int index, int port) {
    Match match = Match.builder().ethType(0x0800).ipv4Dst(TEN_SLASH_8 + index).build();
    return Flow.of(
        6, 100, new Cookie(3, index).toLong(), match, Actions.DEC_TTL, Actions.output(port));
  }

  /** The steps from the one to the other. */
  @Benchmark
  public List<FlowChange> diff() {
    return FlowDiff.diff(observed, desired);
  }
}
