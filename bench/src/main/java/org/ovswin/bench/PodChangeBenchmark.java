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
import org.ovswin.openflow.FlowChange;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.Pipeline;

/**
 * Does one more pod cost the same in a small cluster and in a large one?
 *
 * <p>{@code ./ovs-win bench jmh PodChangeBenchmark}
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PodChangeBenchmark {
  private static final int PODS = 250;

  /** Other nodes of the cluster. */
  @Param({"10", "5000"})
  private int peers;

  private Optional<NodeState> before = Optional.empty();
  private Optional<NodeState> after = Optional.empty();

  /** A node with 250 pods, and with one more. */
  @Setup(Level.Trial)
  public void prepare() {
    before = Optional.of(NodeStates.of(peers, PODS));
    after = Optional.of(NodeStates.withPods(before.get(), PODS + 1));
  }

  /** The changes that one pod more makes. */
  @Benchmark
  public List<FlowChange> addPod() {
    return Pipeline.changes(before.orElseThrow(), after.orElseThrow());
  }

  /** The changes that one pod less makes. */
  @Benchmark
  public List<FlowChange> deletePod() {
    return Pipeline.changes(after.orElseThrow(), before.orElseThrow());
  }
}
