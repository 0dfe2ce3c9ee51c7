package org.ovswin.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
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
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.address.Ipv4Address;
import org.ovswin.ipam.address.MacAddress;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.FlowDiff;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Version;
import org.ovswin.openflow.codec.MessageEncoder;
import org.ovswin.pipeline.NodeState;
import org.ovswin.pipeline.Pipeline;

/**
 * What does it cost the agent to know its flows, to see that nothing is to do, and to write them?
 *
 * <p>{@code mvn -q -pl bench -am package -DskipTests && java -cp
 * "bench/target/classes:bench/target/lib/*" org.openjdk.jmh.Main -prof gc PipelineBenchmark}
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PipelineBenchmark {
  private static final int PODS = 250;
  private static final IpPrefix CLUSTER = IpPrefix.parse("10.0.0.0/8");
  private static final Ipv4Address FIRST_NODE = Ipv4Address.parse("172.16.0.11");

  /** Other nodes of the cluster. */
  @Param({"1", "100", "1000", "5000"})
  private int peers;

  private Optional<NodeState> state = Optional.empty();
  private List<Flow> flows = List.of();
  private final ByteBuf out = Unpooled.directBuffer(64 * 1024);

  /** One node with 250 pods, and its peers. */
  @Setup(Level.Trial)
  public void prepare() {
    IpPrefix block = CLUSTER.subPrefix(24, 0);
    List<NodeState.Pod> pods = new ArrayList<>();
    for (int i = 0; i < PODS; i++) {
      Ipv4Address address = (Ipv4Address) block.address(2 + i);
      pods.add(new NodeState.Pod(2 + i, address, MacAddress.forAddress(address), List.of()));
    }
    List<NodeState.Peer> others = new ArrayList<>();
    for (int i = 1; i <= peers; i++) {
      Ipv4Address address = FIRST_NODE.plus(i);
      others.add(
          new NodeState.Peer(
              "node" + i, address, MacAddress.forAddress(address), CLUSTER.subPrefix(24, i)));
    }
    NodeState.Uplink uplink =
        new NodeState.Uplink(
            1,
            FIRST_NODE,
            MacAddress.forAddress(FIRST_NODE),
            Ipv4Address.parse("172.16.0.1"),
            Optional.of(MacAddress.parse("02:00:00:00:00:01")));
    state = Optional.of(new NodeState(CLUSTER, block, uplink, others, pods));
    flows = Pipeline.flows(state.get());
  }

  /** From state to flows. */
  @Benchmark
  public List<Flow> flows() {
    return Pipeline.flows(state.orElseThrow());
  }

  /** The difference between what is and what is wanted, when there is none. */
  @Benchmark
  public List<FlowChange> diffOfEqual() {
    return FlowDiff.diff(flows, flows);
  }

  /** All flows as OpenFlow 1.5 flow-mods. */
  @Benchmark
  public int encode() {
    int bytes = 0;
    for (Flow flow : flows) {
      out.clear();
      MessageEncoder.write(out, Version.V1_5, 1, Message.FlowMod.of(new FlowChange.Add(flow)));
      bytes += out.readableBytes();
    }
    return bytes;
  }
}
