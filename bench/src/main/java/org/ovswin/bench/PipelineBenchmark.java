package org.ovswin.bench;

import java.util.List;
import java.util.Optional;
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
import org.ovswin.openflow.Flow;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.Pipeline;

/**
 * How long does a node take from its state to all of its flows, when it starts?
 *
 * <p>{@code ./ovs-win bench jmh PipelineBenchmark}
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PipelineBenchmark {
  private static final int PODS = 250;

  /** Other nodes of the cluster. */
  @Param({"1", "100", "1000", "5000"})
  private int peers;

  private Optional<NodeState> state = Optional.empty();

  /** One node with 250 pods, and its peers. */
  @Setup(Level.Trial)
  public void prepare() {
    state = Optional.of(NodeStates.of(peers, PODS));
  }

  /** From state to flows, all in memory. */
  @Benchmark
  public List<Flow> flows() {
    return Pipeline.flows(state.orElseThrow());
  }

  /** From state to flows, one after the other. */
  @Benchmark
  public int source() {
    int count = 0;
    for (Flow flow : Pipeline.source(state.orElseThrow())) {
      count += flow.table();
    }
    return count;
  }
}
